--- The shapes of JSON that docs/commands.md gives, read from its text, and a real document held against one.
--
--     {"digest": ..., "tags": [tag, ...], "config": descriptor, "notes": [{"digest", "message"}, ...]}
--
-- A name alone, or with words behind it, is a field of any value; [ ] is a list of what stands first in it. A word that
-- names a shape (descriptor, node, change, or one that the text defines as "A NAME is `{...}`") stands for that shape.

local json = require("manifest").json

local shape = {}

--- As the image specification has it; docs/commands.md says so at its head.
local DESCRIPTOR = '{"mediaType", "size", "digest", "urls", "annotations", "platform", "artifactType"}'

local parse_value

local function skip(text, at)
  return text:find("[^%s,]", at)
end

--- Over words, up to what ends the field; what stands in parentheses is a remark.
local function skip_words(text, at)
  while true do
    at = assert(text:find("[,}%]%(]", at), "a shape that does not end: " .. text)
    if text:sub(at, at) ~= "(" then
      return at
    end
    at = select(2, text:find("%b()", at)) + 1
  end
end

local function parse_object(text, at)
  local node = { keys = {}, order = {} }
  at = skip(text, at + 1)
  while text:sub(at, at) ~= "}" do
    local name, behind = text:match('^"([^"]+)"()', at)
    assert(name, "no name of a field at: " .. text:sub(at, at + 40))
    node.order[#node.order + 1] = name
    local colon = text:match("^%s*:%s*()", behind)
    if colon then
      node.keys[name], at = parse_value(text, colon)
    else
      node.keys[name], at = {}, behind
    end
    at = skip(text, skip_words(text, at))
  end
  return node, at + 1
end

function parse_value(text, at)
  local first = text:sub(at, at)
  if first == "{" then
    return parse_object(text, at)
  end
  if first == "[" then
    local each, behind = parse_value(text, at + 1)
    return { each = each }, assert(text:find("]", behind, true)) + 1
  end
  return { word = text:match("^%l+", at) }, at
end

--- The shapes of one section of docs/commands.md.
---@param section string its heading
---@return table[] shapes in order; the blocks that text with "--json" introduces
---@return table words shapes that words stand for
function shape.read(text, section)
  local from = select(2, text:find("\n## " .. section .. "\n", 1, true))
  assert(from, "no such section: " .. section)
  local part = text:sub(from, (text:find("\n## ", from, true) or #text + 1) - 1)
  local shapes, words = {}, { descriptor = (parse_object(DESCRIPTOR, 1)) }
  local before = ""
  for paragraph in (part .. "\n\n"):gmatch("(.-)\n\n+") do
    if paragraph:find('^    {"') and before:find("--json", 1, true) then
      shapes[#shapes + 1] = (parse_object(paragraph, 5))
    end
    before = paragraph
  end
  words.node = shapes[1]
  for name, given in part:gmatch("An? (%l+) is `({[^`]*})`") do
    words[name] = (parse_object(given, 1))
  end
  return shapes, words
end

--- Fails when a document has a field that the shape lacks. Marks the fields that it has.
---@param node table of shape.read
---@param words table
---@param value any decoded by manifest.json
---@param where string for messages
function shape.check(node, words, value, where)
  node = words[node.word] or node
  if node.each then
    assert(json.is_array(value), where .. " is no list")
    for position, item in ipairs(value) do
      shape.check(node.each, words, item, ("%s[%d]"):format(where, position))
    end
  elseif node.keys then
    assert(json.is_object(value), where .. " is no object")
    for _, name in ipairs(json.keys(value)) do
      local field = assert(node.keys[name], ("%s has a field that is not documented: %s"):format(where, name))
      field.seen = true
      shape.check(field, words, value[name], where .. "." .. name)
    end
  end
end

--- The fields of a shape that no document has had.
---@return string[] paths
function shape.unseen(node, where, list)
  list, where = list or {}, where or ""
  for _, name in ipairs(node.order or {}) do
    local field, path = node.keys[name], where .. name
    if field.seen then
      shape.unseen(field.each or field, path .. ".", list)
    else
      list[#list + 1] = path
    end
  end
  return list
end

return shape
