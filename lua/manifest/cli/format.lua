--- --format: a line for each entry of what --json would print, such as '${digest} ${platform}'.
--
-- The entries are those of the document's first list: `manifests` of an index, `tags`, `copied`, ... A document without
-- a list is one entry. What an entry does not have is looked for in the document around it.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local text = require("manifest.base.text")

local format = {}

local FIELD = "%${([^}]*)}"

--- What is wrong with a template.
---@param template string
---@return string|nil wrong
---@return string|nil hint
function format.check(template)
  local hint = "write it as in --format '${digest} ${platform}', with the names that --json shows"
  if template:find("{{", 1, true) then
    return "a template of '{{...}}' is another tool's", hint
  end
  if not template:find(FIELD) then
    return ("'%s' names no field"):format(template), hint
  end
end

--- The first list of a document, and the name of one of its entries where these are texts.
---@return any[] entries
---@return string|nil singular
local function entries_of(document)
  for _, name in ipairs(json.keys(document)) do
    if json.is_array(document[name]) then
      return document[name], (name:gsub("ies$", "y"):gsub("s$", ""))
    end
  end
  return { document }
end

--- A value as text: a platform as people write it, a list with commas, what is not there as nothing.
local function written(value)
  if value == nil or value == json.null then
    return ""
  end
  if type(value) ~= "table" then
    return tostring(value)
  end
  if json.is_object(value) then
    return value.os and value.architecture and platform.format(value) or json.encode(value, { report = true })
  end
  local list = {}
  for position, one in ipairs(value) do
    list[position] = written(one)
  end
  return table.concat(list, ",")
end

--- The value of "digest" or "platform.os" in an entry; nil where it has none.
local function value_of(entry, name)
  for part in name:gmatch("[^.]+") do
    entry = json.is_object(entry) and entry[part] or nil
  end
  return entry
end

--- The lines of a document.
---@param document table of print.json
---@param template string
---@return string[] lines
---@return string[] unknown names that no entry has
function format.lines(document, template)
  local entries, singular = entries_of(document)
  local lines, unknown = {}, {}
  for name in template:gmatch(FIELD) do
    unknown[name] = #entries > 0
  end
  for position, entry in ipairs(entries) do
    entry = json.is_object(entry) and entry or json.object({ { singular, entry } })
    lines[position] = template:gsub(FIELD, function(name)
      local value = value_of(entry, name)
      if value == nil then
        value = value_of(document, name)
      end
      unknown[name] = unknown[name] and value == nil
      return written(value)
    end)
  end
  local names = {}
  for _, name in ipairs(text.sorted_keys(unknown)) do
    names[#names + 1] = unknown[name] and name or nil
  end
  return lines, names
end

--- Prints the lines. What is done is done, so a name that is none is a warning.
---@param out table output
---@param document table
---@param template string
function format.print(out, document, template)
  local lines, unknown = format.lines(document, template)
  for _, line in ipairs(lines) do
    out:line(line)
  end
  for _, name in ipairs(unknown) do
    out:complain(("manifest: warning: nothing has the field '%s'; --json shows the names"):format(name), "changed")
  end
end

return format
