--- manifest-tool's YAML: `image`, `manifests` of `image` and `platform`, `tags`, `annotations`; and regsync's: `sync`,
-- a list of `source`, `target` and `type`, with `tags`, `platform`, `platforms`, `referrers`, `digestTags`. What that
-- says of logins, times and speed is passed over; what would change the result and is not known is refused.
--
-- lyaml reads it, when it is there. Scalars are taken as they are written, as manifest-tool's own types take them: the
-- tag 1.10 and the architecture 386 are texts.

local error_of = require("manifest.base.error")
local text = require("manifest.base.text")

local yaml = {}

local FIELDS = {
  release = { "annotations", "image", "manifests", "tags" },
  image = { "image", "platform" },
  sync = { "creds", "defaults", "sync", "version" },
  defaults = { "cacheCount", "cacheTime", "digestTags", "fastCheck", "fastCopy", "forceRecursive", "interval",
    "parallel", "ratelimit", "referrers", "schedule", "skipDockerConfig", "userAgent" },
  step = { "digestTags", "fastCheck", "fastCopy", "forceRecursive", "interval", "platform", "platforms", "ratelimit",
    "referrers", "schedule", "source", "tags", "target", "type" },
  tags = { "allow", "deny", "semverRange" },
  platform = { "architecture", "os", "os.features", "os.version", "osfeatures", "osversion", "variant" },
}

local PLATFORM = { osversion = "os.version", osfeatures = "os.features" }

local function fail(path, message, hint)
  return nil, error_of.new({ code = "invalid_argument", message = path .. ": " .. message, hint = hint })
end

local function as_written(value)
  return value
end

--- Raises unless the value is a table with known names only.
local function check(value, kind, where)
  if type(value) ~= "table" then
    error({ why = where .. " is not a mapping" })
  end
  for name in pairs(value) do
    local known = false
    for _, field in ipairs(FIELDS[kind]) do
      known = known or field == name
    end
    if not known and not (kind == "sync" and tostring(name):find("^x%-")) then -- x-NAME holds what anchors repeat
      error({ why = ("%s has no '%s'%s"):format(where, tostring(name), text.meant(name, FIELDS[kind])) })
    end
  end
  return value
end

local function check_text(value, where)
  if type(value) ~= "string" or value == "" then
    error({ why = where .. " is not a text" })
  end
  return value
end

local function check_list(value, where)
  if type(value) ~= "table" or next(value) ~= nil and #value == 0 then
    error({ why = where .. " is not a list" })
  end
  return value
end

local function platform_of(given, where)
  if given == nil then
    return nil
  end
  local read = {}
  for key, value in pairs(check(given, "platform", where)) do
    local name = PLATFORM[key] or key
    if name == "os.features" then
      if value ~= "" then
        read[name] = check_list(value, where .. ": os.features")
      end
    elseif value ~= "" then
      read[name] = check_text(value, ("%s: %s"):format(where, name))
    end
  end
  return next(read) and read or nil
end

--- The release of a document of manifest-tool.
local function convert(document)
  check(document, "release", "the document")
  local target = { target = check_text(document.image, "image"), sources = {} }
  for position, one in ipairs(check_list(document.manifests, "manifests")) do
    local where = "manifest " .. position
    check(one, "image", where)
    target.sources[position] = {
      ref = check_text(one.image, where .. ": image"), platform = platform_of(one.platform, where .. ": platform"),
    }
  end
  if document.tags ~= nil and document.tags ~= "" then
    target.tags = check_list(document.tags, "tags")
  end
  if type(document.annotations) == "table" then
    target.annotations = document.annotations
  end
  return { target }
end

--- A regular expression of regsync as a pattern of ours, which knows `*` and `?` alone.
local function pattern_of(expression, where)
  local plain = check_text(expression, where):gsub("^%^", ""):gsub("%$$", ""):gsub("\\%.", "\0")
  local pattern = plain:gsub("%.%*", "*"):gsub("%.%+", "?*"):gsub("%.", "?"):gsub("%z", ".")
  if plain:gsub("%.[*+]?", ""):find("[^%w%-_%z]") then
    error({ why = ("%s: the expression '%s' has no pattern that means the same"):format(where, expression) })
  end
  return pattern
end

local function patterns_of(list, where)
  local patterns = {}
  for position, expression in ipairs(list and check_list(list, where) or {}) do
    patterns[position] = pattern_of(expression, where)
  end
  return list and patterns or nil
end

local BOOLEANS = { ["true"] = true, ["false"] = false }

local function boolean_of(value, where)
  if value ~= nil and BOOLEANS[value] == nil then
    error({ why = where .. " is neither true nor false" })
  end
  return BOOLEANS[value]
end

--- The targets of a document of regsync; what it says of hosts and of times is not a release's.
local function convert_sync(document)
  check(document, "sync", "the document")
  local targets, defaults = {}, check(document.defaults or {}, "defaults", "defaults")
  for position, step in ipairs(check_list(document.sync, "sync")) do
    local where = "sync " .. position
    check(step, "step", where)
    local tags = step.tags and check(step.tags, "tags", where .. ": tags") or {}
    local is_repository = check_text(step.type, where .. ": type") == "repository"
    if not is_repository and step.type ~= "image" then
      error({ why = where .. ": type is neither image nor repository" })
    end
    local ranges = tags.semverRange and check_list(tags.semverRange, where .. ": semverRange")
    targets[position] = {
      copy = check_text(step.source, where .. ": source"), target = check_text(step.target, where .. ": target"),
      include = is_repository and patterns_of(tags.allow, where .. ": allow") or nil,
      exclude = is_repository and patterns_of(tags.deny, where .. ": deny") or nil,
      semver = is_repository and ranges and table.concat(ranges, " || ") or nil,
      platforms = step.platforms or step.platform,
      referrers = boolean_of(step.referrers or defaults.referrers, where .. ": referrers"),
      digest_tags = boolean_of(step.digestTags or defaults.digestTags, where .. ": digestTags"),
    }
  end
  return targets
end

--- Reads a YAML file.
---@param bytes string
---@param path string for messages
---@return_overload table value as a release file in Lua would return it
---@return_overload nil, table err invalid_argument; unsupported without lyaml
function yaml.read(bytes, path)
  local found, lyaml = pcall(require, "lyaml")
  if not found then
    return nil, error_of.new({
      code = "unsupported", message = path .. ": YAML is read with lyaml, and that is not installed",
      hint = "install it (Debian: lua-yaml, LuaRocks: lyaml), or write the release as a Lua file",
    })
  end
  local ok, documents = pcall(lyaml.load, bytes, { all = true, implicit_scalar = as_written })
  if not ok then
    return fail(path, (tostring(documents):gsub("^[^\n]-%.lua:%d+: ", "")), "correct the YAML")
  end
  local release = {}
  for _, document in ipairs(documents) do
    local is_sync = type(document) == "table" and document.sync ~= nil
    ---@type boolean, any
    local converted, targets = pcall(is_sync and convert_sync or convert, document)
    if not converted then
      if type(targets) ~= "table" then
        error(targets, 0)
      end
      return fail(path, targets.why, is_sync and "write it as for regsync: sync, source, target, type, tags"
        or "write it as for manifest-tool: image, manifests, tags, annotations")
    end
    table.move(targets, 1, #targets, #release + 1, release)
  end
  return release
end

return yaml
