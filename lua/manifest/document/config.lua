--- The config of an image: what a runtime does with its layers, and for which platform they were built.
--
-- Written in the field order of the image specification's Go types, compactly, so that the same input has the same
-- bytes everywhere. A field that is not given is left out.

local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local text = require("manifest.base.text")

local config = {}

local function strings(value)
  return json.array(table.move(value, 1, #value, 1, {}))
end

--- {"80/tcp"} as Go writes a set: {"80/tcp": {}}.
local function set(value)
  local members = table.move(value, 1, #value, 1, {})
  table.sort(members, text.before)
  for index, item in ipairs(members) do
    members[index] = { item, json.object({}) }
  end
  return json.object(members)
end

local function map(value)
  local members = {}
  for index, key in ipairs(text.sorted_keys(value)) do
    members[index] = { key, value[key] }
  end
  return json.object(members)
end

--- Variables as {"NAME=value"} or {NAME = "value"}.
local function environment(value)
  if #value > 0 or next(value) == nil then
    return strings(value)
  end
  local list = {}
  for index, key in ipairs(text.sorted_keys(value)) do
    list[index] = key .. "=" .. value[key]
  end
  return json.array(list)
end

local function as_it_is(value)
  return value
end

--- Times are in nanoseconds, as Go has them.
local function healthcheck(value)
  local members = {}
  for index, key in ipairs(text.sorted_keys(value)) do
    members[index] = { key, key == "Test" and strings(value.Test) or value[key] }
  end
  return json.object(members)
end

--- What a config may hold, in the order in which it is written; the last three are docker's own.
local FIELDS = {
  { "User", as_it_is }, { "ExposedPorts", set }, { "Env", environment }, { "Entrypoint", strings }, { "Cmd", strings },
  { "Volumes", set }, { "WorkingDir", as_it_is }, { "Labels", map }, { "StopSignal", as_it_is },
  { "Healthcheck", healthcheck }, { "OnBuild", strings }, { "Shell", strings },
}

local function runtime(given)
  local members = {}
  for _, field in ipairs(FIELDS) do
    local value = given[field[1]]
    members[#members + 1] = value ~= nil and { field[1], field[2](value) } or nil
  end
  return json.object(members)
end

local function history(created, count)
  local entries = {}
  for index = 1, count do
    entries[index] = json.object({ { "created", created }, { "created_by", "manifest image" } })
  end
  return json.array(entries)
end

--- The bytes of a config.
---@param parts table platform, diff_ids (of the layers, bottom first); optional: config (the runtime's table, with the
--- names of the image specification), created (RFC 3339), author
---@return_overload string bytes
---@return_overload nil, table err a text that is not UTF-8
function config.build(parts)
  local members = { { "created", parts.created }, { "author", parts.author } }
  for _, member in ipairs(platform.members(parts.platform)) do
    members[#members + 1] = member
  end
  members[#members + 1] = { "config", runtime(parts.config or {}) }
  members[#members + 1] = {
    "rootfs", json.object({ { "type", "layers" }, { "diff_ids", json.array({ table.unpack(parts.diff_ids) }) } }),
  }
  members[#members + 1] = { "history", history(parts.created, #parts.diff_ids) }
  return json.encode(json.object(members))
end

--- The variables of the base with others: one of the same name is replaced where it stands.
local function merge_environment(base, given)
  local list, position_of = {}, {}
  local function add(variable)
    local name = variable:match("^[^=]*")
    local position = position_of[name] or #list + 1
    list[position], position_of[name] = variable, position
  end
  for _, variable in ipairs(json.is_array(base) and base or {}) do
    add(variable)
  end
  for _, variable in ipairs(environment(given)) do
    add(variable)
  end
  return json.array(list)
end

--- The members of an object with others.
local function merge_members(make)
  return function(base, given)
    local merged, more = json.is_object(base) and base or json.object({}), make(given)
    for _, name in ipairs(json.keys(more)) do
      merged[name] = more[name]
    end
    return merged
  end
end

--- A folder that is relative is below that of the base, as Dockerfile's WORKDIR has it.
local function merge_folder(base, given)
  if given:find("^[/\\]") or given:find("^%a:") then
    return given
  end
  return ("%s/%s"):format((type(base) == "string" and base or ""):gsub("/$", ""), given)
end

--- What is added to what the base says; everything else takes its place.
local MERGE = {
  Env = merge_environment, ExposedPorts = merge_members(set), Volumes = merge_members(set), Labels = merge_members(map),
  WorkingDir = merge_folder,
}

--- What docker tells of the container that the base was made in.
local OF_BUILD = { "container", "container_config" }

--- Changes the runtime's part of a config as the words of a Dockerfile would: ENTRYPOINT resets CMD, and the base's
--- ONBUILD is no longer there.
local function change_runtime(base, given)
  local changed = json.is_object(base) and base or json.object({})
  changed.OnBuild = nil
  if given.Entrypoint then
    changed.Cmd = nil
  end
  for _, field in ipairs(FIELDS) do
    local name, value = field[1], given[field[1]]
    if value ~= nil then
      local merge = MERGE[name]
      changed[name] = merge and merge(changed[name], value) or not merge and field[2](value)
    end
  end
  return changed
end

local function joined(base, more)
  local list = {}
  for _, one in ipairs(json.is_array(base) and base or {}) do
    list[#list + 1] = one
  end
  return json.array(table.move(more, 1, #more, #list + 1, list))
end

--- The bytes of the config of an image on top of another. What it says otherwise, the base's own words say.
---@param base string the config of the base
---@param parts table as of build, without platform; diff_ids are those of the layers on top
---@return_overload string bytes
---@return_overload nil, table err invalid_json, invalid_manifest
function config.on_base(base, parts)
  local object, err = json.decode(base)
  if err or not json.is_object(object) or not json.is_object(object.rootfs) then
    return nil, err or error_of.new({
      code = "invalid_manifest", message = "the config of the base is none of an image",
      hint = "name an image of a current tool",
    })
  end
  for _, name in ipairs(OF_BUILD) do
    object[name] = nil
  end
  object.created = parts.created
  object.author = parts.author or object.author
  object.config = change_runtime(object.config, parts.config or {})
  object.rootfs.diff_ids = joined(object.rootfs.diff_ids, parts.diff_ids)
  object.history = joined(object.history, { table.unpack(history(parts.created, #parts.diff_ids)) })
  return json.encode(object)
end

return config
