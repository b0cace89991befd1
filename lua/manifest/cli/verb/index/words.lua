--- What the index commands read alike: K=V pairs, sources with what belongs to one of them, and the options they share.

local csv = require("manifest.cli.csv")
local error_of = require("manifest.base.error")

local words = {}

local function bad(message, hint)
  return nil, error_of.new({ code = "invalid_argument", message = message, hint = hint })
end

--- Options of every index command.
words.COMMON = {
  { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" },
  { name = "json", kind = "boolean", help = "Print one JSON document" },
  { name = "quiet", short = "q", kind = "boolean", help = "Print only the digest" },
  { name = "dry-run", kind = "boolean", help = "Write nothing: print the exact bytes, and the plan to stderr" },
  { name = "expect", kind = "list", value = "platforms", help = "Fail (2) unless these platforms are there" },
  { name = "if-digest", kind = "string", value = "digest", help = "Fail unless the tag still names this" },
  { name = "media-type", kind = "string", value = "oci|docker", help = "Family of the index" },
}

--- Options of the commands that take sources.
words.SOURCES = {
  { name = "nested", kind = "boolean", help = "Keep an index as one entry instead of taking its entries" },
  { name = "attestations", kind = "string", value = "keep|drop|only", help = "What becomes of attestations" },
  { name = "platform", kind = "list", value = "platforms", help = "Of an index, take only these" },
}

--- Options of the edits.
words.EDITS = {
  { name = "shared", kind = "boolean", help = "Others edit the tag from other machines now: look until it holds" },
}

--- Joins lists of option declarations.
function words.options(...)
  local all = {}
  for _, part in ipairs({ ... }) do
    table.move(part, 1, #part, #all + 1, all)
  end
  return all
end

--- NAME=VALUE pairs as a table; the first = divides, so a value may hold more of them.
---@param given string[]|nil
---@return table|nil pairs nil without an error when nothing was given
---@return table|nil err
function words.pairs(given)
  if not given then
    return nil
  end
  local found = {}
  for _, word in ipairs(given) do
    local name, value = word:match("^([^=]+)=(.*)$")
    if not name then
      return bad(("'%s' is not NAME=VALUE"):format(word), "write it as org.example.name=value; an empty value removes")
    end
    found[name] = value
  end
  return found
end

local CHOICES = { nested = { ["true"] = true, ["false"] = false } }

local PLATFORM_WORDS = {
  os = "os", arch = "architecture", architecture = "architecture", variant = "variant", ["os.version"] = "os.version",
  ["os-version"] = "os.version", ["os.features"] = "os.features", ["os-features"] = "os.features",
}

--- A field of a platform: empty clears it, features are divided by plus signs.
function words.platform_field(name, value)
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

local function take_word(one, name, value)
  local field = PLATFORM_WORDS[name]
  if field then
    one.platform = type(one.platform) == "table" and one.platform or {}
    one.platform[field] = words.platform_field(field, value)
  elseif name == "annotation" then
    local pair, err = words.pairs({ value })
    if not pair then
      return nil, err
    end
    one.annotations = one.annotations or {}
    for key, text in pairs(pair) do
      one.annotations[key] = text
    end
  elseif name == "only" then
    one.platforms = one.platforms or {}
    table.insert(one.platforms, value)
  elseif name == "nested" and CHOICES.nested[value] ~= nil then
    one.nested = CHOICES.nested[value]
  elseif name == "platform" or name == "from" then
    one[name] = value
  elseif name == "artifact-type" then
    one.artifact_type = value
  elseif name == "attestations" and (value == "keep" or value == "drop" or value == "only") then
    one.attestations = value
  else
    return bad(("a source has no '%s=%s'"):format(name, value), "there is platform, os, arch, variant, os.version, "
      .. "os.features, annotation, only, nested, attestations, artifact-type and, of a descriptor, from")
  end
  return true
end

--- A source as the command takes it: REF[,WORD=VALUE]..., or the JSON of a descriptor.
---@return string|table|nil source
---@return table|nil err
function words.source(given)
  if given:find("^%s*{") or not given:find(",", 1, true) then
    return given
  end
  local parts, reason = csv.split(given)
  if not parts then
    return bad(("the source '%s' cannot be read: %s"):format(given, reason))
  end
  local one = { ref = parts[1] }
  for position = 2, #parts do
    local name, value = parts[position]:match("^([^=]+)=(.*)$")
    if not name then
      return bad(("'%s' is not WORD=VALUE"):format(parts[position]), "write a source as REF,platform=linux/arm/v7")
    end
    local ok, err = take_word(one, name, value)
    if not ok then
      return nil, err
    end
  end
  return one
end

--- All sources from a position of the arguments on.
---@return table[]|nil sources
---@return table|nil err
function words.sources(arguments, first)
  local list = {}
  for position = first, #arguments do
    local one, err = words.source(arguments[position])
    if not one then
      return nil, err
    end
    list[#list + 1] = one
  end
  return list
end

--- A value that must be one of a few.
local function one_of(name, value, allowed)
  if value and not (" " .. allowed .. " "):find(" " .. value .. " ", 1, true) then
    return bad(("--%s cannot be '%s'"):format(name, value), "it is one of: " .. allowed)
  end
  return true
end

--- The options of the client's method out of those of the command.
---@param given table
---@return table|nil options
---@return table|nil err
function words.read(given)
  local ok, err = one_of("media-type", given.media_type, "oci docker")
  if ok then
    ok, err = one_of("attestations", given.attestations, "keep drop only")
  end
  if not ok then
    return nil, err
  end
  return {
    expect = given.expect, if_digest = given.if_digest, dry_run = given.dry_run, media_type = given.media_type,
    nested = given.nested, attestations = given.attestations, platforms = given.platform, shared = given.shared,
  }
end

return words
