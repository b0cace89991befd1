--- What the own verbs' commands share: JSON with the field names of the image specification, sizes for people, options.

local annotation = require("manifest.name.annotation")
local descriptor = require("manifest.document.descriptor")
local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local text = require("manifest.base.text")

local show = {}

--- Writes a result as JSON. Whatever was done is done: nothing in it may keep the report from coming out.
---@param out table output
---@param value table
function show.report(out, value)
  out:json(json.encode(value, { indent = "  ", report = true }))
end

--- An error as JSON.
---@param err manifest.Error
---@param verb string|nil
---@param worded function|nil (line) -> line: names options as flags
function show.error(err, verb, worded)
  local function line(value)
    return worded and value and worded(value) or value
  end
  local each = err.errors_of_each
  return json.object({
    { "code", err.code }, { "message", line(err.message) }, { "hint", line(err.hint) }, { "verb", verb },
    { "reference", err.ref }, { "host", err.host }, { "status", err.status }, { "now", err.now },
    { "digest", err.digest },
    { "errors", each and show.array(each, function(one)
      return show.error(one, nil, worded)
    end) or nil },
  })
end

--- Prints the exact bytes of a document, or of an image's config.
function show.raw(out, got)
  out:write(got.raw)
end

--- Prints texts, one a line.
---@param out table output
---@param list string[]
function show.lines(out, list)
  for _, one in ipairs(list) do
    out:line(one)
  end
end

--- A descriptor as JSON, and a list of them.
show.descriptor, show.descriptors = descriptor.to_json, descriptor.list_to_json

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

--- How a member of show.object is written that is such a list.
---@param each function item -> JSON value
function show.list(each)
  return function(list)
    return show.array(list, each)
  end
end

--- A member of show.object: mediaType is the field media_type, unless it says what it is `of`.
local function member_of(one)
  local name, how, of = one, nil, nil
  if type(one) == "table" then
    name, how, of = one[1], one[2], one.of
  end
  of = of or name:gsub("[A-Z]", function(capital)
    return "_" .. text.lower(capital)
  end)
  return { name = name, value = function(result)
    local value = result[of]
    if value == nil and how == false then
      return false
    elseif value ~= nil and how then
      return how(value, result)
    end
    return value
  end }
end

--- What makes JSON objects of results. A member is a name; { name, function (value, result) -> JSON value }; { name,
--- false }, which is false where the result says nothing; or a function of the result, whose own members stand there.
--- Of what the result does not have there is no member.
---@param list any[]
---@return fun(result: table): table
function show.object(list)
  local members = {}
  for position, one in ipairs(list) do
    members[position] = type(one) == "function" and one or member_of(one)
  end
  return function(result)
    local pairs_list = {}
    for _, member in ipairs(members) do
      if type(member) == "function" then
        local inner = member(result)
        for _, name in ipairs(json.keys(inner)) do
          pairs_list[#pairs_list + 1] = { name, inner[name] }
        end
      else
        pairs_list[#pairs_list + 1] = { member.name, member.value(result) }
      end
    end
    return json.object(pairs_list)
  end
end

--- The same as print.json.
---@param list any[]
function show.document(list)
  local make = show.object(list)
  return function(_, result)
    return make(result)
  end
end

--- What an error of one part of a result says.
show.failure = show.object({ "code", "message" })

--- A byte count for people.
---@param bytes integer|nil
---@return string
function show.size(bytes)
  return bytes and text.size(bytes) or "?"
end

--- The platform of a descriptor as text, or what stands for none.
function show.platform_of(given)
  local found = given.platform
  if not found then
    return "-"
  end
  return found.os == "unknown" and "unknown" or platform.format(found)
end

show.count = text.count

--- Annotations given as NAME=VALUE, with buildx's scopes before some names.
---@param given string[]|nil
---@param own string the scope of those that say none
---@param of_entries boolean|nil an index is written, whose entries can be annotated too
---@return table|nil annotations those of the own scope; nil alone when there are none
---@return string|nil wrong one of them is no such pair, or of a scope that is not meant here
---@return string|nil hint
---@return table[]|nil entries {platform (text, or nil: all), annotations}
function show.annotations_of(given, own, of_entries)
  local all, entries = {}, {}
  for _, written in ipairs(given or {}) do
    local one, reason, scope = annotation.read(written, own, of_entries)
    if not one then
      local wrong = scope and ("--annotation cannot take '%s:': %s"):format(scope, reason)
        or ("'%s' is %s"):format(written, reason)
      return nil, wrong, reason == annotation.NO_PAIR and "write it as org.example.name=value"
        or own == "index" and "manifest-descriptor: annotates what an index says of an image" or "leave the scope out"
    end
    all[one.name] = one.is_own and one.value or all[one.name]
    for _, entry in ipairs(one.entries) do
      entries[#entries + 1] = { platform = entry.platform, annotations = { [one.name] = one.value } }
    end
  end
  return next(all) and all or nil, nil, nil, entries[1] and entries or nil
end

return show
