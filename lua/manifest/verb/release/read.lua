--- A release: which indexes there should be, read from a file (Lua or YAML) or a table, and checked as a whole before
-- anything is sent.
--
--     release = { path, targets = { { position, ref, tags, options, sources = { { ref } }, subject = ref }, ... } }

local core = require("manifest.base.core")
local caught = require("manifest.base.failure").caught
local create = require("manifest.verb.index.create")
local declare = require("manifest.declare")
local error_of = require("manifest.base.error")
local names = require("manifest.declare.argument")
local sources = require("manifest.verb.index.sources")
local script = require("manifest.verb.release.script")
local yaml = require("manifest.verb.release.yaml")

local read = {}

--- A release is written by hand; more than this is something else.
local LIMIT = 1024 * 1024

local VERB = "index"

--- What an error calls a target: its name, and the line where the file says it, when it does so literally.
local function place_of(release, position, options)
  local name = options and type(options.target) == "string" and options.target or nil
  local what = "target " .. position .. (name and (" (%s)"):format(name) or "")
  local found = name and release.text and release.text:find(name, 1, true)
  if not found then
    return release.path and ("%s: %s"):format(release.path, what) or what
  end
  local _, line = release.text:sub(1, found):gsub("\n", "")
  return ("%s:%d: %s"):format(release.path, line + 1, what)
end

local function fail(release, position, options, why, code)
  why = why:gsub("^[^\n']-%.lua:%d+: ", ""):gsub("^index: ", "")
  return nil, error_of.new({
    code = code or "invalid_argument", message = ("%s: %s"):format(place_of(release, position, options), why),
    hint = "correct the release; nothing was changed",
  })
end

--- A target's options with the defaults of the release; a target that says one itself replaces it.
local function with_defaults(given, defaults)
  local options = {}
  for name, value in pairs(defaults) do
    options[name] = value
  end
  for name, value in pairs(given) do
    options[name] = value
  end
  return options
end

--- Reads one target. Raises what is wrong in the options themselves.
local function read_target(options)
  if options.dry_run ~= nil then
    error("'dry_run' is not for a release: use plan", 0)
  end
  local wrong = declare.wrong(create, options)
  if wrong then
    error(wrong, 0)
  end
  local target = { options = options, sources = {} }
  local values, err = declare.read(create, options)
  if values then
    target.ref, err = names.location(VERB, options.target)
  end
  if target.ref then
    target.tags, err = caught(create.tags, target.ref, values[1])
  end
  for position, given in ipairs(target.tags and values[1].sources or {}) do
    local one, source = sources.as_table(given), {}
    if one.ref then
      source.ref, err = names.location(VERB, one.ref)
    end
    if err then
      return nil, err
    end
    target.sources[position] = source
  end
  if not err then
    target.subject, err = caught(create.subject, target.ref, options.subject)
  end
  return not err and target or nil, err
end

--- The names that a target writes.
local function written(target)
  local list = {}
  for position, tag in ipairs(target.tags) do
    list[position] = target.ref.repository .. ":" .. tag
  end
  return list
end

--- Targets are made at the same time, so none may build on another, and no name may be written by two.
local function check_together(release)
  local owner = {}
  for _, target in ipairs(release.targets) do
    for _, name in ipairs(written(target)) do
      if owner[name] then
        return fail(release, target.position, target.options, ("target %d writes %s too"):format(owner[name], name))
      end
      owner[name] = target.position
    end
  end
  for _, target in ipairs(release.targets) do
    for _, source in ipairs(target.sources) do
      local maker = source.ref and source.ref.tag and not source.ref.digest
        and owner[source.ref.repository .. ":" .. source.ref.tag]
      if maker and maker ~= target.position then
        return fail(release, target.position, target.options,
          ("its source %s is what target %d makes: put it into a second release"):format(tostring(source.ref), maker))
      end
    end
  end
  return release
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
---@return table|nil release
---@return table|nil err invalid_argument, invalid_platform, invalid_reference
function read.value(value, path, text)
  local release = { path = path, text = text, targets = {} }
  local list, defaults = split(value)
  if type(list) ~= "table" or #list == 0 then
    return nil, error_of.new({
      code = "invalid_argument", message = (path and path .. ": " or "") .. "the release has no targets",
      hint = "return a list of targets, or { targets = { ... } }",
    })
  end
  for position, given in ipairs(list) do
    if type(given) ~= "table" then
      return fail(release, position, nil, "it is no table")
    end
    local options = with_defaults(given, defaults)
    local ok, target, err = pcall(read_target, options)
    if not ok then
      return fail(release, position, options, tostring(target))
    end
    if not target then
      return fail(release, position, options, err.message, err.code)
    end
    target.position = position
    release.targets[position] = target
  end
  return check_together(release)
end

--- Reads a release file: YAML when its name ends so, else Lua.
---@param path string
---@return table|nil release
---@return table|nil err
function read.file(path)
  local bytes, err = core.file.read(path, LIMIT)
  if not bytes then
    return nil, err:with({ hint = err.code == "not_found" and "check the path" or nil })
  end
  local is_yaml = path:find("%.ya?ml$") ~= nil
  local value
  value, err = (is_yaml and yaml.read or script.run)(bytes, path)
  if not value then
    return nil, err
  end
  return read.value(value, path, bytes)
end

return read
