--- The options that the index verbs share: what the caller wrote, checked, in one form.
--
-- Unknown names and wrong types raise; a text that cannot be read (a platform) is an error value.

local check = require("manifest.base.check")
local digest = require("manifest.name.digest")
local names = require("manifest.declare.argument")
local media_type = require("manifest.name.media_type")
local platform = require("manifest.name.platform")

local options = {}

--- Of a source that is a table.
local SOURCE = {
  ref = "string|table", -- tag or digest of a registry, or oci:PATH[:TAG]
  descriptor = "string|table", -- instead of ref: JSON text, or a table as client:resolve gives it
  from = "string|table", -- repository that has what the descriptor names; default: any of the verb's
  platform = "string|table", -- text: the whole platform; table: single fields, false clears one
  annotations = "table", -- of the entry; false or "" removes one
  artifact_type = "string", -- of the entry
  nested = "boolean", -- an index becomes one entry instead of its entries
  attestations = "string",
  platforms = "table", -- of an index: only these
}

--- Of all verbs that take sources; each is also a default for the sources that do not say it themselves.
options.OF_SOURCES = {
  nested = "boolean", -- indexes become one entry each instead of their entries
  attestations = "string", -- "keep" (default), "drop" or "only"
  platforms = "table", -- of indexes: only these
  replace = "boolean", -- a later image takes the place of an earlier one of the same platform
  allow_duplicates = "boolean",
  order = "string", -- "given" (default) or "platform"
  media_type = "string", -- "oci" or "docker"; default: docker's when all images are
}

--- Of all verbs that move a tag.
options.OF_GUARDS = {
  expect = "table", -- platforms that must be there
  if_digest = "string", -- the tag must still name this
  dry_run = "boolean", -- nothing is written; the bytes and the plan come back
}

local FIELDS = {
  os = "os", arch = "architecture", architecture = "architecture", variant = "variant",
  os_version = "os.version", ["os.version"] = "os.version",
  os_features = "os.features", ["os.features"] = "os.features",
}

local CHOICES = {
  attestations = { keep = true, drop = true, only = true },
  order = { given = true, platform = true },
  media_type = { oci = true, docker = true },
}

local function check_choices(verb, given, level)
  for name, allowed in pairs(CHOICES) do
    if given[name] ~= nil and not allowed[given[name]] then
      error(("%s: option '%s' cannot be '%s'"):format(verb, name, tostring(given[name])), level + 1)
    end
  end
end

--- Joins tables of option names.
function options.shape(...)
  local all = {}
  for _, part in ipairs({ ... }) do
    for name, wanted in pairs(part) do
      all[name] = wanted
    end
  end
  return all
end

--- Checks an option table against a shape, and the values of those that have a closed set.
---@return table options
function options.check(verb, given, shape, level)
  level = (level or 2) + 1
  given = check.options(verb, given, shape, level)
  check_choices(verb, given, level)
  if given.replace and given.allow_duplicates then
    error(("%s: 'replace' and 'allow_duplicates' exclude each other"):format(verb), level)
  end
  return given
end

--- Changes of a platform, out of a text or a table.
---@param where string for the message
---@param given string|table|nil
---@return table|nil changes for document/entry.lua: the JSON's names; whole = true when nothing of the old one counts
---@return table|nil err
function options.platform(where, given)
  if given == nil then
    return nil
  end
  local changes = {}
  if type(given) == "string" then
    local parsed, err = platform.parse(given)
    if not parsed then
      return nil, err
    end
    for name, value in pairs(parsed) do
      changes[name] = value
    end
    changes.whole = true
    return changes
  end
  for name, value in pairs(given) do
    local field = FIELDS[name]
    if not field then
      error(("%s: a platform has no field '%s'"):format(where, tostring(name)), 0)
    end
    check.type(("%s: platform %s"):format(where, name), value,
      field == "os.features" and "table|boolean" or "string|boolean", 0)
    changes[field] = value
  end
  local ok, err = platform.check({ ["os.features"] = changes["os.features"] })
  return ok and changes, err
end

--- A list of platforms, out of texts or tables.
---@return table[]|nil platforms
---@return table|nil err
function options.platforms(where, given)
  return names.platforms(where, given or {}, 0)
end

local function check_annotations(where, given)
  for name, value in pairs(given or {}) do
    check.type(where .. ": annotation", name, "string", 0)
    check.type(("%s: annotation %s"):format(where, name), value, value == false and "boolean" or "string", 0)
  end
  return given
end

options.annotations = check_annotations

--- Annotations of the entries of an index that is made.
---@return table[]|nil list {platform (nil: of all), annotations}
---@return table|nil err
function options.entry_annotations(verb, given)
  local list = {}
  for position, one in ipairs(given or {}) do
    local where, err = ("%s: entry_annotations %d"):format(verb, position), nil
    check.options(where, one, { platform = "string|table", annotations = "table" }, 0)
    list[position] = { annotations = check_annotations(where, one.annotations) or {} }
    if one.platform then
      list[position].platform, err = names.platform(one.platform)
    end
    if err then
      return nil, err
    end
  end
  return list
end

local function as_table(given)
  if type(given) == "string" and given:find("^%s*[{[]") then
    return { descriptor = given }
  end
  if type(given) == "string" or getmetatable(given) ~= nil then
    return { ref = given }
  end
  return given
end

local function read_source(verb, position, given, defaults)
  local where = ("%s: source %d"):format(verb, position)
  check.type(where, given, "string|table", 0)
  given = as_table(given)
  check.options(where, given, SOURCE, 0)
  check_choices(where, given, 0)
  if (given.ref == nil) == (given.descriptor == nil) then
    error(where .. ": either 'ref' or 'descriptor' is needed", 0)
  end
  if given.from and given.ref then
    error(where .. ": 'from' goes with 'descriptor'", 0)
  end
  local read = {
    ref = given.ref, descriptor = given.descriptor, from = given.from, artifact_type = given.artifact_type,
    annotations = check_annotations(where, given.annotations), position = position,
    attestations = given.attestations or defaults.attestations or "keep",
  }
  read.nested = given.nested
  if read.nested == nil then
    read.nested = defaults.nested or false
  end
  local ok, err = media_type.check(given.artifact_type)
  if ok then
    read.platform, err = options.platform(where, given.platform)
  end
  if not err then
    read.platforms, err = options.platforms(where .. ": platforms", given.platforms or defaults.platforms)
  end
  if err then
    return nil, err
  end
  return read
end

--- The sources of a verb, in one form.
---@param verb string
---@param given table list of texts, references and tables (see SOURCE)
---@param defaults table options of the verb (OF_SOURCES)
---@return table[]|nil sources
---@return table|nil err
function options.sources(verb, given, defaults)
  check.type(verb .. ": sources", given, "table", 0)
  if #given == 0 then
    error(verb .. ": at least one source is needed", 0)
  end
  local sources = {}
  for position, one in ipairs(given) do
    local read, err = read_source(verb, position, one, defaults)
    if not read then
      return nil, err
    end
    sources[position] = read
  end
  return sources
end

--- How a subject is given.
---@param given string|table
---@return string kind "descriptor" (a table, or JSON), "digest" (of a manifest in the target's repository) or "name"
function options.kind_of_subject(given)
  if type(given) == "table" then
    return getmetatable(given) == nil and "descriptor" or "name"
  end
  if given:find("^%s*[{[]") then
    return "descriptor"
  end
  return digest.is_known(given:match("^[^:]*")) and "digest" or "name"
end

--- What assembly.join takes of the options.
function options.rules(given)
  return {
    duplicates = given.replace and "replace" or given.allow_duplicates and "allow" or "refuse",
    order = given.order, alone = given.attestations == "only",
  }
end

return options
