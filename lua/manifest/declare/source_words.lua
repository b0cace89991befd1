--- A source as the command has it: REF, or the JSON of a descriptor, with [,WORD=VALUE]... behind it.

local annotation = require("manifest.name.annotation")
local csv = require("manifest.declare.csv")

local words = {}

local NESTED = { ["true"] = true, ["false"] = false }
local ATTESTATIONS = { keep = true, drop = true, only = true }

---@type table<string, string?>
local PLATFORM_WORDS = {
  os = "os", arch = "architecture", architecture = "architecture", variant = "variant", ["os.version"] = "os.version",
  ["os-version"] = "os.version", ["os.features"] = "os.features", ["os-features"] = "os.features",
}

--- A field of a platform: empty clears it, features are divided by plus signs.
local function platform_field(name, value)
  if value == "" then
    return false
  end
  if name ~= "os.features" then
    return value
  end
  local features = {}
  for feature in value:gmatch("[^+]+") do
    features[#features + 1] = feature
  end
  return features
end

--- Words that only one kind of source has: an index is chosen from, a descriptor does not say where it is.
local OF_INDEXES = { only = true, nested = true, attestations = true }
local OF_DESCRIPTORS = { from = true }

local THERE_IS = "there is platform, os, arch, variant, os.version, os.features, annotation, artifact-type and "

--- Takes a word that names no field of the platform. False: there is no such word.
local function take_other_word(one, name, value)
  if (one.descriptor and OF_INDEXES or OF_DESCRIPTORS)[name] then
    return false
  elseif name == "only" then
    one.platforms = one.platforms or {}
    table.insert(one.platforms, value)
  elseif name == "nested" and NESTED[value] ~= nil then
    one.nested = NESTED[value]
  elseif name == "platform" or name == "from" then
    one[name] = value
  elseif name == "artifact-type" then
    one.artifact_type = value
  elseif name == "attestations" and ATTESTATIONS[value] then
    one.attestations = value
  else
    return false
  end
  return true
end

--- Takes WORD=VALUE into a source.
---@return string|nil wrong
---@return string|nil hint
local function take_word(one, name, value)
  local field = PLATFORM_WORDS[name]
  if field then
    one.platform = type(one.platform) == "table" and one.platform or {}
    one.platform[field] = platform_field(field, value)
  elseif name == "annotation" then
    local read, why = annotation.read(value, "manifest-descriptor")
    if not read then
      return ("annotation=%s: %s"):format(value, why), "write annotation=NAME=VALUE, without a scope"
    end
    one.annotations = one.annotations or {}
    one.annotations[read.name] = read.value
  elseif not take_other_word(one, name, value) then
    return ("a %s has no '%s=%s'"):format(one.descriptor and "descriptor" or "source", name, value),
      THERE_IS .. (one.descriptor and "from, the repository of its document" or "only, nested, attestations")
  end
end

--- Divides a descriptor's JSON from what follows it. Braces in its strings do not count.
---@param given string
---@return string json
---@return string|nil rest what stands behind the comma; nil: nothing, or no object has ended there
local function split_descriptor(given)
  local masked = given:gsub("\\.", "__"):gsub('"[^"]*"', function(quoted)
    return ("_"):rep(#quoted)
  end)
  ---@type any, any
  local last, start = masked:match("^%s*%b{}()%s*,()")
  if not last then
    return given
  end
  ---@cast last integer a position, as () gives it
  return given:sub(1, last - 1), given:sub(start)
end

--- Begins a source: the reference or the descriptor, and the words behind it.
---@return_overload table, string[] source, and the words behind
---@return_overload nil, string what is wrong
local function divide(given)
  local raw, rest = nil, given
  if given:find("^%s*[{[]") then
    raw, rest = split_descriptor(given)
  end
  local parts, reason = csv.split(rest or "")
  if not parts then
    return nil, ("the source '%s' cannot be read: %s"):format(given, reason)
  end
  return { descriptor = raw, ref = not raw and table.remove(parts, 1) or nil }, parts
end

--- Reads a source.
---@param given string
---@return string|table|nil source as the client's method takes it
---@return string|nil wrong
---@return string|nil hint
function words.read(given)
  if not given:find(",", 1, true) then
    return given
  end
  local one, parts = divide(given)
  if not one then
    return nil, parts
  end
  for _, part in ipairs(parts) do
    local name, value = part:match("^([^=]+)=(.*)$")
    if not name then
      return nil, ("'%s' is not WORD=VALUE"):format(part), "write a source as REF,platform=linux/arm/v7"
    end
    local wrong, hint = take_word(one, name, value)
    if wrong then
      return nil, wrong, hint
    end
  end
  return one
end

return words
