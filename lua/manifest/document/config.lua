--- The config of an image: what a runtime does with its layers, and for which platform they were built.
--
-- Written in the field order of the image specification's Go types, compactly, so that the same input has the same
-- bytes everywhere. A field that is not given is left out.

local check = require("manifest.base.check")
local json = require("manifest.base.json")
local text = require("manifest.base.text")

local config = {}

local function strings(name, value)
  local list = {}
  for index, item in ipairs(value) do
    list[index] = check.type(("%s[%d]"):format(name, index), item, "string", 4)
  end
  if #list == 0 and next(value) ~= nil then
    error(name .. ": a list of strings expected", 4)
  end
  return json.array(list)
end

--- {"80/tcp"} as Go writes a set: {"80/tcp": {}}.
local function set(name, value)
  local members = {}
  for index, item in ipairs(strings(name, value)) do
    members[index] = item
  end
  table.sort(members, text.before)
  for index, item in ipairs(members) do
    members[index] = { item, json.object({}) }
  end
  return json.object(members)
end

local function map(name, value)
  local members = {}
  for index, key in ipairs(text.sorted_keys(value)) do
    check.type(name .. ": key", key, "string", 4)
    members[index] = { key, check.type(("%s.%s"):format(name, key), value[key], "string", 4) }
  end
  return json.object(members)
end

--- Variables as {"NAME=value"} or {NAME = "value"}.
local function environment(name, value)
  if #value > 0 or next(value) == nil then
    return strings(name, value)
  end
  local list = {}
  for index, key in ipairs(text.sorted_keys(value)) do
    list[index] = key .. "=" .. check.type(("%s.%s"):format(name, key), value[key], "string", 4)
  end
  return json.array(list)
end

local function as_it_is(_, value)
  return value
end

local HEALTHCHECK = {
  Test = "table", Interval = "integer", Timeout = "integer", StartPeriod = "integer", StartInterval = "integer",
  Retries = "integer",
}

--- Times are in nanoseconds, as Go has them.
local function healthcheck(name, value)
  check.options(name, value, HEALTHCHECK, 4)
  local members = {}
  for index, key in ipairs(text.sorted_keys(value)) do
    members[index] = { key, key == "Test" and strings(name .. ".Test", value.Test) or value[key] }
  end
  return json.object(members)
end

--- What a config may hold, in the order in which it is written; the last three are docker's own.
local FIELDS = {
  { "User", "string", as_it_is },
  { "ExposedPorts", "table", set },
  { "Env", "table", environment },
  { "Entrypoint", "table", strings },
  { "Cmd", "table", strings },
  { "Volumes", "table", set },
  { "WorkingDir", "string", as_it_is },
  { "Labels", "table", map },
  { "StopSignal", "string", as_it_is },
  { "Healthcheck", "table", healthcheck },
  { "OnBuild", "table", strings },
  { "Shell", "table", strings },
}

local SHAPE = {}
for _, field in ipairs(FIELDS) do
  SHAPE[field[1]] = field[2]
end

local function runtime(given)
  check.options("image: config", given, SHAPE, 3)
  local members = {}
  for _, field in ipairs(FIELDS) do
    local name, value = field[1], given[field[1]]
    members[#members + 1] = value ~= nil and { name, field[3]("image: config." .. name, value) } or nil
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
  local platform = parts.platform
  local features = platform["os.features"]
  return json.encode(json.object({
    { "created", parts.created },
    { "author", parts.author },
    { "architecture", platform.architecture },
    { "os", platform.os },
    { "os.version", platform["os.version"] },
    { "os.features", features and #features > 0 and json.array({ table.unpack(features) }) or nil },
    { "variant", platform.variant ~= "" and platform.variant or nil },
    { "config", runtime(parts.config or {}) },
    { "rootfs", json.object({ { "type", "layers" }, { "diff_ids", json.array({ table.unpack(parts.diff_ids) }) } }) },
    { "history", history(parts.created, #parts.diff_ids) },
  }))
end

return config
