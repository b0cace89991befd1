--- The config of an image: what a runtime does with its layers, and for which platform they were built.
--
-- Written in the field order of the image specification's Go types, compactly, so that the same input has the same
-- bytes everywhere. A field that is not given is left out.

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
---@return string|nil bytes
---@return table|nil err a text that is not UTF-8
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

return config
