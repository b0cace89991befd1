--- Platforms: `os[(version+feature)]/architecture[/variant]` as text, the image specification's object as a table.
--
-- A platform table has the JSON names: os, architecture, variant, ["os.version"], ["os.features"]. parse() reads what
-- a person typed and gives the names that images use (x86_64 -> amd64, armhf -> arm/v7); a platform that came in a
-- document is kept as it came, and only compared in a common spelling.

local architectures = require("manifest.name.architecture")
local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local host = require("manifest.base.later")("manifest.name.host") ---@module "manifest.name.host"
local json = require("manifest.base.json")
local text = require("manifest.base.text")

local SHOWN_LIMIT = 128
local LENGTH_LIMIT = 65536

local platform = {
  is_whole = architectures.is_whole, format = architectures.format, key = architectures.key,
  contradicts = architectures.contradicts,
  normalise = architectures.normalise,
}

--- The fields of a platform, in the order in which they are written.
platform.FIELDS = { "architecture", "os", "os.version", "os.features", "variant" }

--- How a table that a caller writes may name them.
platform.NAMES = {
  os = "os", arch = "architecture", architecture = "architecture", variant = "variant",
  os_version = "os.version", ["os.version"] = "os.version",
  os_features = "os.features", ["os.features"] = "os.features",
}

local function fail(written, why)
  local short = text.printable(written:sub(1, SHOWN_LIMIT)) .. (#written > SHOWN_LIMIT and "..." or "")
  return nil, error_of.new({
    code = "invalid_platform",
    message = ("invalid platform '%s': %s"):format(short, why),
    hint = "write OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/arm64 or linux/arm/v7"
      .. (written:find("[:@]") and "; a reference comes first, then the platform" or ""),
  })
end

--- Undoes %XX; nil when that is not possible or gives what no document should carry.
local function decode(encoded)
  if encoded:gsub("%%%x%x", ""):find("%", 1, true) then
    return nil
  end
  local decoded = encoded:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16) --[[@as integer]])
  end)
  if decoded == "" or not utf8.len(decoded) or decoded:find("[\0-\31\127]") then
    return nil
  end
  return decoded
end

--- Reads "(version+feature+feature)" into the platform.
---@return string|nil why it cannot be read
local function read_os_options(into, options)
  local inner = options:sub(2, -2)
  if options:sub(1, 1) ~= "(" or options:sub(-1) ~= ")" or inner:find("[^A-Za-z0-9_.%%+-]") then
    return "the os is not OS, OS(VERSION) or OS(VERSION+FEATURE)"
  end
  local version, features = inner:match("^([^+]*)(.*)$")
  if version ~= "" then
    into["os.version"] = decode(version)
    if not into["os.version"] then
      return "the version of the os has a bad %-escape"
    end
  end
  local list = {}
  for written in features:gmatch("%+([^+]*)") do
    local feature = decode(written)
    if not feature then
      return "a feature of the os is empty or has a bad %-escape"
    end
    list[#list + 1] = feature
  end
  into["os.features"] = list[1] and list or nil
end

--- Reads one word: an architecture alone is one of linux.
local function parse_single(written)
  local name, variant = architectures.normal(written, "")
  if architectures.known[name] then
    return { os = "linux", architecture = name, variant = variant ~= "" and variant or nil }
  end
  if architectures.known_systems[architectures.normal_os(written:match("^[^(]*"))] then
    return fail(written, "an operating system alone does not say which architecture")
  end
  return fail(written, "no architecture of that name is known")
end

--- Reads a platform that a person wrote. An architecture alone must be a known one, and is one of linux; otherwise any
--- os, architecture and variant is taken.
---@param written string
---@return_overload table platform
---@return_overload nil, table err code invalid_platform
function platform.parse(written)
  check.type("platform", written, "string")
  if #written > LENGTH_LIMIT then
    return fail(written, ("it has %d bytes"):format(#written))
  end
  local system, rest = written:match("^([^/]*)/(.*)$")
  if not system then
    return parse_single(written)
  end
  ---@cast rest string it is there where the system is
  local name, variant = rest:match("^([^/]*)/(.*)$")
  name = name or rest
  local os, options = system:match("^([A-Za-z0-9_-]+)(.*)$")
  if not os then
    return fail(written, "it names no operating system")
  end
  if not name:find("^[A-Za-z0-9_.-]+$") then
    return fail(written, "it names no architecture")
  end
  if variant and not variant:find("^[A-Za-z0-9_.-]+$") then
    return fail(written, "the variant is not one word")
  end
  local result = { os = architectures.normal_os(os) }
  local why = options ~= "" and read_os_options(result, options)
  if why then
    return fail(written, why)
  end
  result.architecture, variant = architectures.normal(name, variant or "")
  result.variant = variant ~= "" and variant or nil
  return result
end

local function is_text_list(value)
  local count = 0
  for _, item in pairs(type(value) == "table" and value or { false }) do
    if type(item) ~= "string" then
      return false
    end
    count = count + 1
  end
  return count == #value
end

--- Why a platform that a caller wrote would become a document that no tool can read.
local function wrong_fields(value)
  for _, name in ipairs(platform.FIELDS) do
    local field = value[name]
    if name == "os.features" then
      if field and not is_text_list(field) then
        return "os.features is not a list of texts"
      end
    elseif field and type(field) ~= "string" then
      return name .. " is not a text"
    end
  end
end

--- Reads a table that a caller wrote, as parse() reads a text: one spelling of names, Go's words for them. `false` (of
--- a change: the field is cleared) stays.
---@param given table see NAMES
---@return_overload table platform
---@return_overload nil, table err code invalid_platform
function platform.of_table(given)
  local read = {}
  for name, value in pairs(given) do
    read[platform.NAMES[name] or name] = value
  end
  local why = wrong_fields(read)
  if why then
    return fail(platform.format(read), why)
  end
  read.os = read.os and architectures.normal_os(read.os)
  if read.architecture and read.architecture ~= "" then
    local variant
    read.architecture, variant = architectures.normal(read.architecture, read.variant or "")
    read.variant = variant ~= "" and read.variant ~= false and variant or read.variant
  end
  return read
end

--- Refuses what is most likely a slip: an os or an architecture that nobody knows. For what a user writes; what is read
--- may name any. What it does not say is no slip.
---@param value table of parse or of_table
---@return_overload true ok
---@return_overload nil, table err code invalid_platform
function platform.check_known(value)
  local kind, wrong, near = architectures.unknown(value)
  if not kind then
    return true
  end
  return nil, error_of.new({
    code = "invalid_platform",
    message = ("'%s' is no %s that is known%s"):format(text.printable(wrong), kind,
      near and (" (did you mean '%s'?)"):format(near) or ""),
    hint = "correct it; if it is meant, say so with option 'allow_unknown_platform'",
  })
end

--- The members of a platform as JSON has them; architecture and os are always there.
---@param value table platform
---@return table[] members {name, value} each
function platform.members(value)
  local members = {}
  for _, name in ipairs(platform.FIELDS) do
    local field = value[name]
    if name == "os.features" then
      field = field and #field > 0 and json.array({ table.unpack(field) }) or nil
    elseif name == "os" or name == "architecture" then
      field = field or ""
    elseif field == "" then
      field = nil
    end
    members[#members + 1] = field and { name, field } or nil
  end
  return members
end

--- The `platform` object as docker and the image specification write it.
---@param value table platform
---@return table object ordered JSON
function platform.to_json(value)
  return json.object(platform.members(value))
end

--- Whether a host of the wanted platform runs the available one, by containerd's rule: its own variant, older variants
--- (arm v8 > v7 > v6 > v5; amd64 v4 > ... > v1; arm64 v9.x > v8.x), then 32 bit (386, arm v8 ... v5). On Windows the
--- build counts, and every feature that the available platform names must be wanted.
---@param wanted table platform
---@param available table platform
---@return boolean
---@return integer|nil rank 1 for the host's own platform, more for what it falls back to
function platform.match(wanted, available)
  check.type("wanted platform", wanted, "table")
  check.type("available platform", available, "table")
  return host.match(wanted, available)
end

--- The position in a list of the platform that a host of the wanted one takes: best rank, then most features, then on
--- Windows the newest version, then the first.
---@param wanted table platform
---@param list table array of platforms; false (or anything else) stands for an entry without one and is passed over
---@return integer|nil index
function platform.best(wanted, list)
  check.type("wanted platform", wanted, "table")
  check.type("list", list, "table")
  return host.best(wanted, list)
end

return platform
