--- What the index commands read alike: sources with what belongs to one of them, and the options they share.
--
-- What reads gives nil, what is wrong, and what to do about it where that is known: bad usage, told before anything
-- is asked.

local csv = require("manifest.declare.csv")
local show = require("manifest.cli.show")
local text = require("manifest.base.text")

local words = {}

--- Options of every index command.
words.COMMON = {
  show.insecure, show.json,
  { name = "quiet", short = "q", kind = "boolean", help = "Print only the digest" },
  { name = "dry-run", kind = "boolean", help = "Write nothing: print the exact bytes, and the plan to stderr" },
  { name = "expect", kind = "platforms", value = "platforms", help = "Fail (2) unless these platforms are there" },
  { name = "if-digest", kind = "digest", value = "digest", help = "Fail unless the tag still names this" },
  { name = "media-type", kind = "string", value = "oci|docker", help = "Family of the index" },
}

--- Options of the commands that take sources.
words.SOURCES = {
  { name = "nested", kind = "boolean", help = "Keep an index as one entry instead of taking its entries" },
  { name = "attestations", kind = "string", value = "keep|drop|only", help = "What becomes of attestations" },
  { name = "platform", kind = "platforms", value = "platforms", help = "Of an index, take only these" },
}

--- Options of the commands that put sources beside each other.
words.JOINING = {
  { name = "sort", kind = "boolean", help = "Order entries by platform instead of as given" },
  { name = "replace", kind = "boolean", help = "A later image takes the place of one of the same platform" },
  { name = "allow-duplicates", kind = "boolean", help = "Keep several images of one platform" },
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

local CHOICES = {
  nested = { ["true"] = true, ["false"] = false }, attestations = { keep = true, drop = true, only = true },
  media_type = { oci = true, docker = true },
}

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
  elseif name == "nested" and CHOICES.nested[value] ~= nil then
    one.nested = CHOICES.nested[value]
  elseif name == "platform" or name == "from" then
    one[name] = value
  elseif name == "artifact-type" then
    one.artifact_type = value
  elseif name == "attestations" and CHOICES.attestations[value] then
    one.attestations = value
  else
    return false
  end
  return true
end

local function take_word(one, name, value)
  local field = PLATFORM_WORDS[name]
  if field then
    one.platform = type(one.platform) == "table" and one.platform or {}
    one.platform[field] = words.platform_field(field, value)
  elseif name == "annotation" then
    local pair, wrong, hint = show.annotations_of({ value }, "manifest-descriptor")
    if not pair then
      return nil, wrong, hint
    end
    one.annotations = one.annotations or {}
    for key, set in pairs(pair) do
      one.annotations[key] = set
    end
  elseif not take_other_word(one, name, value) then
    return nil, ("a %s has no '%s=%s'"):format(one.descriptor and "descriptor" or "source", name, value),
      THERE_IS .. (one.descriptor and "from, the repository of its document" or "only, nested, attestations")
  end
  return true
end

--- Divides a descriptor's JSON from what follows it. Braces in its strings do not count.
---@param given string
---@return string json
---@return string|nil rest what stands behind the comma; nil: nothing, or no object has ended there
local function split_descriptor(given)
  local masked = given:gsub("\\.", "__"):gsub('"[^"]*"', function(quoted)
    return ("_"):rep(#quoted)
  end)
  local last, start = masked:match("^%s*%b{}()%s*,()")
  if not last then
    return given
  end
  return given:sub(1, last - 1), given:sub(start)
end

--- Begins a source: the reference or the descriptor, and the words behind it.
local function divide(given)
  local bytes, rest = nil, given
  if given:find("^%s*[{[]") then
    bytes, rest = split_descriptor(given)
  end
  local parts, reason = csv.split(rest or "")
  if not parts then
    return nil, ("the source '%s' cannot be read: %s"):format(given, reason)
  end
  return { descriptor = bytes, ref = not bytes and table.remove(parts, 1) or nil }, parts
end

--- A source as the command takes it: REF or the JSON of a descriptor, with [,WORD=VALUE]... behind it.
---@return string|table|nil source
---@return string|nil wrong
---@return string|nil hint
local function read_source(given)
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
    local ok, wrong, hint = take_word(one, name, value)
    if not ok then
      return nil, wrong, hint
    end
  end
  return one
end

--- What is wrong with a value that must be one of a few.
local function not_one_of(name, value, allowed)
  if value and not allowed[value] then
    return ("--%s cannot be '%s'"):format(name, value), "it is one of: " .. table.concat(text.sorted_keys(allowed), " ")
  end
end

--- The options of the client's method out of those of the command; what a command does not have is not given.
---@param given table
---@param scope string|nil what its annotations are of, as buildx names it; default "index"
---@return table|nil options
---@return string|nil wrong
---@return string|nil hint
function words.read(given, scope)
  local wrong, hint = not_one_of("media-type", given.media_type, CHOICES.media_type)
  if not wrong then
    wrong, hint = not_one_of("attestations", given.attestations, CHOICES.attestations)
  end
  if not wrong and given.replace and given.allow_duplicates then
    wrong = "--replace and --allow-duplicates exclude each other"
  end
  local annotations, entry_annotations
  if not wrong then
    annotations, wrong, hint, entry_annotations = show.annotations_of(given.annotation, scope or "index", not scope)
  end
  if wrong then
    return nil, wrong, hint
  end
  return {
    expect = given.expect, if_digest = given.if_digest, dry_run = given.dry_run, media_type = given.media_type,
    nested = given.nested, attestations = given.attestations, platforms = given.platform, shared = given.shared,
    replace = given.replace, allow_duplicates = given.allow_duplicates, order = given.sort and "platform" or nil,
    create = given.create, entry = given.entry, all = given.all, allow_empty = given.allow_empty,
    tags = given.tag, by_digest = given.by_digest, subject = given.subject, artifact_type = given.artifact_type,
    if_absent = given.if_absent, no_clobber = given.no_clobber, annotations = annotations,
    entry_annotations = entry_annotations,
  }
end

--- The same of a command whose arguments are an index and sources.
---@param given table
---@param arguments string[]
---@return table|nil read {options, sources}
---@return string|nil wrong
---@return string|nil hint
function words.read_sources(given, arguments)
  local options, wrong, hint = words.read(given)
  if not options then
    return nil, wrong, hint
  end
  local sources = {}
  for position = 2, #arguments do
    sources[position - 1], wrong, hint = read_source(arguments[position])
    if wrong then
      return nil, wrong, hint
    end
  end
  return { options = options, sources = sources }
end

--- What a command says of bad usage, out of the function that reads its words.
---@param read function (options, arguments) -> anything, or nil, wrong, hint
---@return function wrong_usage as cli/main.lua calls it
function words.wrong_usage(read)
  return function(given, arguments)
    return select(2, read(given, arguments))
  end
end

return words
