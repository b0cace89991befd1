--- What a host runs: containerd's rule (`Only`) for taking one platform of many.
--
-- The wanted platform stands for a host. A host runs its own variant, then older ones, then the 32 bit architecture;
-- the position in that chain is the rank, 1 for the own platform. Windows adds the build, and an os may add features.

local normalise = require("manifest.name.architecture").normalise

local host = {}

-- The first Windows build whose containers later builds run too; before it, host and container need the same build.
local WINDOWS_STABLE_BUILD = 20348
local OLDEST_ARM = 5
local NEWEST_ARM64_V8 = 9

--- Adds prefix<from> down to prefix<to>, the last of them under its own spelling.
local function add_down(chain, architecture, prefix, from, to, last)
  for number = from, to, -1 do
    chain[#chain + 1] = { architecture, number == to and last or prefix .. number }
  end
end

--- The number of a variant such as v7; 0 for any other word. Two digits bound the chain that hangs on it.
local function variant_number(variant)
  return math.tointeger(tonumber(variant:match("^v?([0-9][0-9]?)$"))) or 0
end

local function add_arm(chain, variant)
  chain[#chain + 1] = { "arm", variant }
  add_down(chain, "arm", "v", variant_number(variant) - 1, OLDEST_ARM, "v" .. OLDEST_ARM)
end

--- v9.N runs v9.N-1 ... v9, then v8.N+5 (v8.9 at most) ... v8, then 32 bit arm v8 ... v5.
local function add_arm64(chain, variant)
  chain[#chain + 1] = { "arm64", variant }
  local major, point = (variant == "" and "v8" or variant):match("^v([89])(.*)$")
  local minor = point == "" and 0 or tonumber((point or ""):match("^%.([0-9])$"))
  if not minor then
    return
  end
  if major == "9" then
    add_down(chain, "arm64", "v9.", minor - 1, 0, "v9")
    minor = math.min(minor + 5, NEWEST_ARM64_V8) + 1
  end
  add_down(chain, "arm64", "v8.", minor - 1, 0, "")
  add_arm(chain, "v8")
end

--- What a host runs, best first: pairs of architecture and variant, normalised.
local function chain_of(wanted)
  local chain = {}
  if wanted.architecture == "arm64" then
    add_arm64(chain, wanted.variant)
  elseif wanted.architecture == "arm" then
    add_arm(chain, wanted.variant)
  else
    chain[1] = { wanted.architecture, wanted.variant }
    if wanted.architecture == "amd64" then
      add_down(chain, "amd64", "v", variant_number(wanted.variant) - 1, 1, "")
      chain[#chain + 1] = { "386", "" }
    end
  end
  return chain
end

--- Major, minor, build and revision of a Windows version; nil when it is none.
local function windows_version(version)
  local major, minor, rest = version:match("^([0-9]+)%.([0-9]+)%.(.*)$")
  local build, revision = (rest or ""):match("^([0-9]+)(.*)$")
  if not build then
    return nil
  end
  return { tonumber(major), tonumber(minor), tonumber(build), tonumber(revision:match("^%.([0-9]+)$")) or 0 }
end

local function runs_windows(wanted, available)
  local outer = windows_version(wanted["os.version"])
  if not outer or available["os.version"] == "" then
    return true
  end
  local inner = windows_version(available["os.version"])
  if not inner or outer[1] ~= inner[1] or outer[2] ~= inner[2] then
    return false
  end
  if outer[3] < WINDOWS_STABLE_BUILD then
    return outer[3] == inner[3]
  end
  return inner[3] >= WINDOWS_STABLE_BUILD and inner[3] <= outer[3]
end

--- Whether the host has every feature that the image needs. win32k is part of every Windows but Nano Server, and
--- images name it or not: it never excludes.
local function has_features(wanted, available)
  local known = { win32k = wanted.os == "windows" }
  for _, feature in ipairs(wanted["os.features"]) do
    known[feature] = true
  end
  for _, feature in ipairs(available["os.features"]) do
    if not known[feature] then
      return false
    end
  end
  return true
end

--- The position of the available platform in the chain, or nil. A document that names no os means the host's own.
local function rank_of(wanted, chain, available)
  if available.os ~= wanted.os and available.os ~= "" then
    return nil
  end
  if not has_features(wanted, available) or (wanted.os == "windows" and not runs_windows(wanted, available)) then
    return nil
  end
  for rank, pair in ipairs(chain) do
    if pair[1] == available.architecture and pair[2] == available.variant then
      return rank
    end
  end
end

--- True when a is to be taken rather than b, both of one rank: the one that uses more of the host's features; then on
--- a Windows host whose version is known, the newer one.
local function is_nearer(wanted, a, b)
  if #a["os.features"] ~= #b["os.features"] then
    return #a["os.features"] > #b["os.features"]
  end
  if wanted.os ~= "windows" or not windows_version(wanted["os.version"]) then
    return false
  end
  local x, y = windows_version(a["os.version"]) or {}, windows_version(b["os.version"]) or {}
  for i = 1, 4 do
    if x[i] ~= y[i] then
      return (x[i] or -1) > (y[i] or -1)
    end
  end
  return false
end

--- Whether a host of the wanted platform runs the available one.
---@param wanted table platform
---@param available table platform
---@return boolean
---@return integer|nil rank
function host.match(wanted, available)
  wanted = normalise(wanted)
  local rank = rank_of(wanted, chain_of(wanted), normalise(available))
  return rank ~= nil, rank
end

--- The position in a list of the platform that the host would take; of equals the first.
---@param wanted table platform
---@param list table array of platforms; anything else in it is passed over
---@return integer|nil index
function host.best(wanted, list)
  wanted = normalise(wanted)
  local chain = chain_of(wanted)
  local found, found_rank, found_platform
  for index, platform in ipairs(list) do
    local available = type(platform) == "table" and normalise(platform)
    local rank = available and rank_of(wanted, chain, available)
    local better = rank and (not found or rank < found_rank
      or (rank == found_rank and is_nearer(wanted, available, found_platform)))
    if better then
      found, found_rank, found_platform = index, rank, available
    end
  end
  return found
end

return host
