--- JSON that keeps what matters to a digest: the order of keys, integers as integers, `[]` apart from `{}`.
--
-- Reading is strict (csrc/json/read.h): text that two readers could understand differently is refused. A number
-- written with a fraction or an exponent (`2.0`, `1e3`) becomes a float, any other an integer: `math.type` tells.
-- Objects keep their keys in order, and `pairs` follows it; arrays are marked. A table without a mark is written as an
-- array when it holds 1..n, and else as an object with its keys sorted by their bytes.

local core = require("manifest.base.core")
local sorted_keys = require("manifest.base.text").sorted_keys

local json = {}

--- Reads one JSON value.
---@param text string
---@return_overload any value null is `json.null`
---@return_overload nil, table err invalid_json: what is wrong at which byte, counted from 0; too_large
function json.decode(text)
  return core.json.decode(text)
end

--- Reads one JSON value, of which some members stay text.
---@param text string
---@param keys table a set of keys of the outermost object: their values are checked, and given as json.verbatim gives
--- them, the text at [1]
---@return_overload any value
---@return_overload nil, table err as decode
function json.decode_outer(text, keys)
  return core.json.decode(text, keys)
end

--- Writes a value as Go's encoder does: escapes, floats, layout. An object's keys come in their kept order, then new
-- ones sorted. Raises on what has no JSON form: functions, NaN, infinities, arrays with holes, other keys than strings.
---@param value any
---@param options table? indent (spaces or tabs for one level; default: no blanks at all), html (escape `<`, `>`, `&`),
--- repair (write `\ufffd` for each byte that is not UTF-8), report (it must come out whatever it holds: repair,
--- integers beyond 2^53 rounded, and room for a document as deep as any that is read)
---@return_overload string text without a line break at the end
---@return_overload nil, table err invalid_argument: not UTF-8 (without repair), a NUL in a string (but in a report), an
--- integer beyond 2^53, nested deeper than 64 (or in itself); invalid_json: verbatim text that is none
function json.encode(value, options)
  return core.json.encode(value, options)
end

--- Lays out JSON text anew and keeps every token byte for byte, numbers and escapes included: Go's json.Indent.
---@param text string
---@param indent string for one level, and blanks after the value stay; "" writes no blanks at all (json.Compact)
---@param options table? html: escape `<`, `>`, `&`, U+2028 and U+2029; prefix: blanks at the head of each line but the
--- first
---@return_overload string text
---@return_overload nil, table err invalid_json
function json.indent(text, indent, options)
  return core.json.indent(text, indent, options)
end

--- Makes an object of a list of {key, value} pairs, in that order. A pair whose value is nil is left out.
---@param pairs_list table[]
---@return table object
function json.object(pairs_list)
  return core.json.object(pairs_list)
end

--- Makes an object of a table of members, its keys in the order of their bytes, as Go sorts a map.
---@param members table<string, any>|nil
---@return table|nil object nil when there are none
function json.sorted_object(members)
  if not members or not next(members) then
    return nil
  end
  local pairs_list = {}
  for index, key in ipairs(sorted_keys(members)) do
    pairs_list[index] = { key, members[key] }
  end
  return core.json.object(pairs_list)
end

--- Marks a table (default: a new one) as an array, so that it is written as `[]` when empty. Returns the same table.
---@param items table?
---@return table array
function json.array(items)
  return core.json.array(items)
end

--- A value that is written as the given JSON text, its tokens byte for byte.
---@param text string
function json.verbatim(text)
  return core.json.verbatim(text)
end

--- The keys of an object (or of a table without a mark) in the order in which they are written.
---@param object table
---@return string[]
function json.keys(object)
  return core.json.keys(object)
end

--- Would the value be written as an array? Decoded values answer by what the text was.
---@param value any
---@return boolean
---@return_cast value table
function json.is_array(value)
  return core.json.is_array(value)
end

--- Would the value be written as an object?
---@param value any
---@return boolean
---@return_cast value table
function json.is_object(value)
  return core.json.is_object(value)
end

--- `json.null` is the value of `null`: one unique value, true in conditions. A field, so found when first asked for.
return setmetatable(json, {
  __index = function(_, name)
    if name == "null" then
      json.null = core.json.null
      return json.null
    end
  end,
})
