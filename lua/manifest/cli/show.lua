--- What the own verbs' commands share: JSON with the field names of the image specification, sizes for people, options.

local annotation = require("manifest.name.annotation")
local descriptor = require("manifest.document.descriptor")
local json = require("manifest.base.json")
local platform = require("manifest.name.platform")

local show = {}

show.insecure = { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" }
show.json = { name = "json", kind = "boolean", help = "Print one JSON document" }
show.platform = {
  name = "platform", kind = "platform", value = "platform", help = "Take the image of an index for this platform",
}

--- Writes a result as JSON. Whatever was done is done: nothing in it may keep the report from coming out.
---@param out table output
---@param value table
---@param indent string|nil
function show.report(out, value, indent)
  out:json(json.encode(value, { indent = indent, report = true }))
end

--- Writes one JSON document.
---@param out table output
---@param members table[] {key, value} pairs; nil values are left out
function show.document(out, members)
  show.report(out, json.object(members), "  ")
end

--- Prints the exact bytes of a document, or of an image's config.
function show.raw(out, got)
  out:write(got.raw)
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
  local tenths = math.floor(value * 10 + 0.5) -- not %.1f, whose decimal point is the locale's
  return ("%d.%d %s"):format(tenths // 10, tenths % 10, UNITS[unit])
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

local function add_scoped(into, one, scope, own, of_entries)
  if scope.name == own and not scope.platform then
    into.own[one.name] = one.value
  elseif scope.name == "manifest-descriptor" and of_entries then
    table.insert(into.entries, { platform = scope.platform, annotations = { [one.name] = one.value } })
  elseif scope.name == own then
    return ("the annotation '%s' is for a platform, which is not chosen here"):format(one.name)
  else
    return ("--annotation cannot take '%s:': %s"):format(scope.name, annotation.NOT_HERE[scope.name])
  end
end

--- Annotations given as NAME=VALUE, with buildx's scopes before some names.
---@param given string[]|nil
---@param own string the scope of those that say none
---@param of_entries boolean|nil an index is written, whose entries can be annotated too
---@return table|nil annotations those of the own scope; nil alone when there are none
---@return string|nil wrong as of pairs_of
---@return string|nil hint
---@return table[]|nil entries {platform (text, or nil: all), annotations}
function show.annotations_of(given, own, of_entries)
  local read = { own = {}, entries = {} }
  for _, written in ipairs(given or {}) do
    local one = annotation.parse(written)
    if not one then
      return nil, ("'%s' is not NAME=VALUE"):format(written), "write it as org.example.name=value"
    end
    for _, scope in ipairs(#one.scopes > 0 and one.scopes or { { name = own } }) do
      local wrong = add_scoped(read, one, scope, own, of_entries)
      if wrong then
        return nil, wrong, own == "index" and "manifest-descriptor: annotates what an index says of an image"
          or "leave the scope out"
      end
    end
  end
  return next(read.own) and read.own or nil, nil, nil, read.entries[1] and read.entries or nil
end

return show
