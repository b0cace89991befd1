--- What the own verbs' commands share: JSON with the field names of the image specification, sizes for people, options.

local descriptor = require("manifest.document.descriptor")
local json = require("manifest.base.json")
local platform = require("manifest.name.platform")

local show = {}

show.insecure = { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" }
show.json = { name = "json", kind = "boolean", help = "Print one JSON document" }
show.platform = {
  name = "platform", kind = "platform", value = "platform", help = "Take the image of an index for this platform",
}

--- Writes one JSON document.
---@param out table output
---@param members table[] {key, value} pairs; nil values are left out
function show.document(out, members)
  out:write(json.encode(json.object(members), { indent = "  " }) .. "\n")
end

--- A command that prints exact bytes, of a document or of an image's config: those of `got.raw`.
---@param command table verb (the client's method), members = fn(got) -> what --json prints, for show.document; summary,
--- description
---@return table command as cli/main.lua takes it
function show.exact_bytes(command)
  local function run(call)
    local client = call.client({ insecure = call.options.insecure })
    local got, err = client[command.verb](client, call.arguments[1], { platform = call.options.platform })
    if not got then
      return nil, err
    end
    if call.options.json then
      show.document(call.out, command.members(got))
    else
      call.out:write(got.raw)
    end
    return 0
  end
  return {
    usage = "[OPTIONS] REF", summary = command.summary, description = command.description, arguments = { 1, 1 },
    options = { show.insecure, show.json, show.platform }, run = run,
  }
end

--- A descriptor as JSON.
show.descriptor = descriptor.to_json

--- A list of things as a JSON array.
---@param list table[]
---@param each function item -> JSON value
function show.array(list, each)
  local items = {}
  for index, item in ipairs(list) do
    items[index] = each(item)
  end
  return json.array(items)
end

local UNITS = { "KiB", "MiB", "GiB", "TiB" }

--- A byte count for people.
---@param bytes integer|nil
---@return string
function show.size(bytes)
  if not bytes then
    return "?"
  end
  if bytes < 1024 then
    return ("%d B"):format(bytes)
  end
  local value, unit = bytes / 1024, 1
  while value >= 1024 and unit < #UNITS do
    value, unit = value / 1024, unit + 1
  end
  return ("%.1f %s"):format(value, UNITS[unit])
end

--- The platform of a descriptor as text, or what stands for none.
function show.platform_of(given)
  local found = given.platform
  if not found then
    return "-"
  end
  return found.os == "unknown" and "unknown" or platform.format(found)
end

--- "1 blob", "2 blobs".
function show.count(number, noun)
  return ("%d %s%s"):format(number, noun, number == 1 and "" or "s")
end

--- Values given as NAME=VALUE, split at the first "="; the value may hold anything.
---@param given string[]|nil
---@return table|nil values nil alone when nothing was given
---@return string|nil wrong what a verb's wrong_usage says: one of them is no such pair
---@return string|nil hint
function show.pairs_of(given)
  if not given then
    return nil
  end
  local values = {}
  for _, text in ipairs(given) do
    local name, value = text:match("^([^=]+)=(.*)$")
    if not name then
      return nil, ("'%s' is not NAME=VALUE"):format(text), "write it as org.example.name=value"
    end
    values[name] = value
  end
  return values
end

return show
