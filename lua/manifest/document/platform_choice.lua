--- Which entries of an index: by platform or by digest, present or missing, in which order. Pure.

local attestation = require("manifest.document.attestation")
local platform = require("manifest.name.platform")
local text = require("manifest.base.text")

local choice = {}

--- The platform of an entry: its own, or what somebody learned of it elsewhere (`learned`); nil for an entry that is
--- for none, such as an attestation.
local function platform_of(entry)
  local found = platform.is_whole(entry.platform) and entry.platform or entry.learned or entry.platform
  if found and not attestation.is(entry) and (found.os or "") ~= "" and found.os ~= "unknown" then
    return found
  end
end

--- What makes two platforms one, as text; nil for an entry that is for no platform, such as an attestation.
---@param entry table descriptor, or an edge of a graph
---@return string|nil key
function choice.key(entry)
  local found = platform_of(entry)
  return found and platform.key(found)
end

local function has_all(features, wanted)
  local have = {}
  for _, feature in ipairs(features or {}) do
    have[feature] = true
  end
  for _, feature in ipairs(wanted or {}) do
    if not have[feature] then
      return false
    end
  end
  return true
end

--- Whether an entry is what somebody means by a platform: os, architecture and variant agree, in the usual spellings
--- (arm64 is arm64/v8, arm is arm/v7); version and features of the os count when they are asked for.
---@param wanted table platform
---@param entry table descriptor
---@return boolean
function choice.fits(wanted, entry)
  local available = platform_of(entry)
  if not available then
    return false
  end
  local a, b = platform.normalise(wanted), platform.normalise(available)
  local version, found = a["os.version"], b["os.version"] .. "."
  return a.os == b.os and a.architecture == b.architecture and a.variant == b.variant
    and (version == "" or found:sub(1, #version + 1) == version .. ".")
    and has_all(b["os.features"], a["os.features"])
end

--- The positions of the entries that a selector means.
---@param entries table[] descriptors
---@param selector table {digest} or {platform}
---@return integer[] positions
function choice.find(entries, selector)
  local found = {}
  for position, entry in ipairs(entries) do
    local is_it
    if selector.digest then
      is_it = entry.digest == selector.digest
    else
      is_it = choice.fits(selector.platform, entry)
    end
    found[#found + 1] = is_it and position or nil
  end
  return found
end

--- The platforms of a list that no entry has.
---@param entries table[] descriptors
---@param expected table[] platforms
---@return table[] missing platforms
function choice.missing(entries, expected)
  local missing = {}
  for _, wanted in ipairs(expected) do
    if #choice.find(entries, { platform = wanted }) == 0 then
      missing[#missing + 1] = wanted
    end
  end
  return missing
end

--- The platforms of some entries as one line of text, each once.
---@param entries table[] descriptors
---@return string text "no platform" when there is none
function choice.describe(entries)
  local texts, seen = {}, {}
  for _, entry in ipairs(entries) do
    local found = platform_of(entry)
    local name = found and platform.format(found)
    if name and not seen[name] then
      seen[name] = true
      texts[#texts + 1] = name
    end
  end
  return #texts > 0 and table.concat(texts, ", ") or "no platform"
end

--- The entries ordered by platform; those without one come last, in the order they had.
---@param entries table[] descriptors
---@return table[] sorted a new list
function choice.sorted(entries)
  local keyed = {}
  for position, entry in ipairs(entries) do
    keyed[position] = { key = choice.key(entry) or "\255", position = position, entry = entry }
  end
  table.sort(keyed, function(a, b)
    if a.key ~= b.key then
      return text.before(a.key, b.key)
    end
    return a.position < b.position
  end)
  local sorted = {}
  for position, one in ipairs(keyed) do
    sorted[position] = one.entry
  end
  return sorted
end

return choice
