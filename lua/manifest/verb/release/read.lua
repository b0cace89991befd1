--- A release: which indexes there should be, read from a file (Lua or YAML) or a table, and checked as a whole before
-- anything is sent.
--
--     release = { path, targets = { target, ... } }
--     target = { position, ref, tags, options, sources = { { ref } }, subject = ref, verify }, of copies see copies.lua
--
-- `options` are those of index create as the release has them: their digest is kept in the lock file.

local argument = require("manifest.declare.argument")
local copies = require("manifest.verb.release.copies")
local core = require("manifest.base.core")
local create = require("manifest.verb.index.create")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local merged = require("manifest.base.merged")
local script = require("manifest.document.release_script")
local sources = require("manifest.verb.index.sources")
local yaml = require("manifest.document.release_yaml")

local amend, fail, try = failure.amend, failure.fail, failure.try

local read = {}

--- A release is written by hand; more than this is something else.
local LIMIT = 1024 * 1024

local VERB = "index create"

--- What an error calls a target: its name, and the line where the file says it, when it does so literally.
local function place_of(release, position, options)
  local name = type(options.target) == "string" and options.target or nil
  local what = "target " .. position .. (name and (" (%s)"):format(name) or "")
  local found = name and release.text and release.text:find(name, 1, true)
  if not found then
    return release.path and ("%s: %s"):format(release.path, what) or what
  end
  local _, line = release.text:sub(1, found):gsub("\n", "")
  return ("%s:%d: %s"):format(release.path, line + 1, what)
end

local function refuse(release, position, options, why, code)
  fail {
    code = code or "invalid_argument", message = ("%s: %s"):format(place_of(release, position, options), why),
    hint = "correct the release; nothing was changed",
  }
end

--- What is wrong with the options themselves.
---@param options table without `verify`
---@param verify any
local function wrong(options, verify)
  if options.dry_run ~= nil then
    return "'dry_run' is not for a release: use plan"
  end
  if verify ~= nil and type(verify) ~= "boolean" then
    return "'verify' is true or false"
  end
  return declare.wrong(options.copy ~= nil and copies or create, options)
end

--- The references among the sources, by position.
local function read_sources(list)
  local found = {}
  for position, given in ipairs(list) do
    local one = sources.as_table(given)
    found[position] = { ref = one.ref and try(argument.location(VERB, one.ref)) or nil }
  end
  return found
end

--- Reads a target that is an index.
local function read_index(options)
  local o, list = try(declare.read(create, options))[1], options.sources
  if type(list) ~= "table" or getmetatable(list) ~= nil or list[1] == nil then
    options.sources = { list }
  end
  local ref = try(argument.location(VERB, o.target))
  return {
    ref = ref, tags = create.tags(ref, o), sources = read_sources(o.sources), subject = create.subject(ref, o.subject),
  }
end

--- The options of a target: defaults that are an index's alone are none of a copy's.
local function options_of(given, defaults)
  local options = merged(defaults, given)
  for name in pairs(given.copy ~= nil and defaults or {}) do
    if given[name] == nil and not copies.specs[name] then
      options[name] = nil
    end
  end
  local verify = options.verify
  options.verify = nil
  return options, verify
end

--- Reads one target.
local function read_target(release, position, given, defaults)
  local options, verify = options_of(given, defaults)
  local why = wrong(options, verify)
  if why then
    refuse(release, position, options, why)
  end
  local _ <close> = amend(function(err)
    refuse(release, position, options, err.message, err.code)
  end)
  local target = options.copy ~= nil and copies.target(options) or read_index(options)
  target.position, target.options, target.verify = position, options, verify
  return target
end

--- The names that a target writes.
local function written(target)
  local list = {}
  for position, tag in ipairs(target.tags) do
    list[position] = target.ref.repository .. ":" .. tag
  end
  list[#list + 1] = target.copy and target.copy.prune and target.ref.repository or nil -- it is pruned once
  return list
end

--- Targets are made at the same time, so none may build on another, and no name may be written by two.
local function check_together(release)
  local owner = {} ---@type table<string, integer?>
  for _, target in ipairs(release.targets) do
    for _, name in ipairs(written(target)) do
      if owner[name] then
        refuse(release, target.position, target.options, ("target %d writes %s too"):format(owner[name], name))
      end
      owner[name] = target.position
    end
  end
  for _, target in ipairs(release.targets) do
    for _, source in ipairs(target.sources) do
      local maker = source.ref and source.ref.tag and not source.ref.digest
        and owner[source.ref.repository .. ":" .. source.ref.tag]
      if maker and maker ~= target.position then
        refuse(release, target.position, target.options,
          ("its source %s is what target %d makes: put it into a second release"):format(tostring(source.ref), maker))
      end
    end
  end
end

--- The targets and the defaults of what a file returned.
local function split(value)
  if value.target ~= nil then
    return { value }, {}
  end
  local defaults = {}
  for name, given in pairs(value) do
    if type(name) == "string" and name ~= "targets" then
      defaults[name] = given
    end
  end
  return value.targets or value, defaults
end

--- Checks what a release file returned.
---@param value table
---@param path string|nil for messages
---@param text string|nil the file's, to name lines
---@return table release
function read.value(value, path, text)
  local release = { path = path, text = text, targets = {} }
  local list, defaults = split(value)
  if type(list) ~= "table" or #list == 0 then
    fail {
      code = "invalid_argument", message = (path and path .. ": " or "") .. "the release has no targets",
      hint = "return a list of targets, or { targets = { ... } }",
    }
  end
  for position, given in ipairs(list) do
    if type(given) ~= "table" then
      refuse(release, position, {}, "it is no table")
    end
    release.targets[position] = read_target(release, position, given, defaults)
  end
  check_together(release)
  return release
end

local function read_bytes(path)
  local _ <close> = amend(function(err)
    err:with({ hint = err.code == "not_found" and "check the path" or nil })
  end)
  return try(core.file.read(path, LIMIT))
end

--- Reads a release file: YAML when its name ends so, else Lua.
---@param path string
---@return table release
function read.file(path)
  local text = read_bytes(path)
  local is_yaml = path:find("%.ya?ml$") ~= nil
  local value = try((is_yaml and yaml.read or script.run)(text, path)) --[[@as table]]
  return read.value(value, path, text)
end

return read
