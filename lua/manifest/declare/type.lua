--- The types of arguments and options: what Lua may give for one, what the verb gets, and how the command reads it.
--
-- A declaration names a type: "boolean", "tag", "platform[]", "boolean|string[]", "(location|table)[]". A list may be
-- given as a single value; the verb always gets a list. kind.lua has the single types. A type has
--
--     lua            its name in LuaCATS
--     what           what to call it in "... expected, got number"
--     is             Lua's type of a value that can be meant for it; and, or in its place:
--     accepts(value) -> boolean: can it be meant for this type at all?
--     check(value)   -> why it is wrong, path of the part that is (".os", "[2].os"); nil: it is right. What it finds is
--                    the programmer's mistake
--     read(value)    -> what the verb gets; nil, err: a text that is none of its kind (a platform, a digest)
--     flag(text, so_far) -> value for Lua; nil, reason: how the command reads its word. Types without it have no flag
--     value          what stands for the value in help
--     choices        words to complete the command's word with; is_path, is_reference: it is completed as such a one
--     is_repeatable  each time the command gives it, there is one more

local kinds = require("manifest.declare.kind")
local text = require("manifest.base.text")

local types = {}

local function accepts(type_of, value)
  return type(value) == type_of.is or type_of.accepts ~= nil and type_of.accepts(value)
end

--- Why a value is wrong for a type, and where in it: nil when it is right.
local function wrong(type_of, value)
  if not accepts(type_of, value) then
    return ("%s expected, got %s"):format(type_of.what, type(value)), ""
  end
  if type_of.check then
    return type_of.check(value)
  end
end

types.wrong = wrong

--- What the verb gets of a value.
local function read(type_of, value)
  if type_of.read then
    return type_of.read(value)
  end
  return value
end

types.read = read

--- Keys of a table that is given, those that are no strings too, in an order that does not change.
local function keys_of(given)
  local keys = {}
  for key in pairs(given) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return text.before(tostring(a), tostring(b))
  end)
  return keys
end

--- Whether a value is needed and not there; a list must have something in it.
---@return string|nil why
local function missing(spec, value)
  if not spec.required then
    return nil
  end
  if value == nil then
    return "is needed"
  end
  local is_empty = type(value) == "table" and getmetatable(value) == nil and next(value) == nil
  if spec.type.element and is_empty and not spec.may_be_empty then
    return "is empty: at least one is needed"
  end
end

types.missing = missing

--- What is wrong with a table of named values: its field, why, and the path in that field.
---@param given table
---@param specs table name -> what is declared of it, compiled
---@return_overload string, string, string name, why and path
---@return_overload nil, nil, string nothing is wrong
function types.wrong_in(given, specs)
  for _, name in ipairs(keys_of(given)) do
    local spec = specs[name]
    if not spec then
      return tostring(name), "unknown" .. text.meant(name, text.sorted_keys(specs)), ""
    end
    local why, path = wrong(spec.type, given[name])
    if why then
      return name, why, path
    end
  end
  local lacking, why ---@type string?, string?
  for name, spec in pairs(specs) do
    local reason = missing(spec, given[name])
    if reason and not (lacking and text.before(lacking, name)) then
      lacking, why = name, reason
    end
  end
  return lacking, why, ""
end

--- A table of named values as the verb gets it: a table of its own, with defaults.
---@return_overload table own
---@return_overload nil, table err
function types.read_all(given, specs)
  local own = {}
  for name, spec in pairs(specs) do
    local value = given[name]
    if value == nil then
      value = spec.default
    end
    if value ~= nil then
      local err
      own[name], err = read(spec.type, value)
      if own[name] == nil then
        return nil, err
      end
    end
  end
  return own
end

--- A table of named fields, each with a type; with `text`, a text stands for a table of that field alone.
local function record_type(spec)
  local fields, short = spec.fields, spec.text
  if not fields then
    return { lua = "table", what = "table", is = "table" }
  end
  types.compile_all(fields)
  local function as_table(value)
    return type(value) == "string" and { [short] = value } or value
  end
  return {
    lua = (short and "string|" or "") .. assert(spec.class, "a table with fields needs a `class`"),
    what = short and "string or table" or "table", value = short,
    accepts = function(value)
      return type(value) == "table" and getmetatable(value) == nil or short ~= nil and type(value) == "string"
    end,
    check = function(value)
      local name, why, path = types.wrong_in(as_table(value), fields)
      if name then
        return why, ("." .. name .. path)
      end
    end,
    read = function(value)
      return types.read_all(as_table(value), fields)
    end,
    flag = short and function(given)
      return { [short] = given }
    end,
  }
end

--- A list of a type, or one of it alone. The command's word may be a comma list.
local function list_type(element, spec)
  local commas, read_word = spec.commas or element.commas, spec.words or element.flag
  local lua = element.lua:find("|", 1, true) and ("(%s)"):format(element.lua) or element.lua
  local function is_list(value)
    return type(value) == "table" and getmetatable(value) == nil and (value[1] ~= nil or next(value) == nil)
  end
  return {
    lua = ("%s|%s[]"):format(element.lua, lua), what = ("list of %ss"):format(element.what),
    value = element.value, is_repeatable = true, commas = commas, element = element, choices = element.choices,
    is_path = element.is_path, is_reference = element.is_reference,
    accepts = function(value)
      return is_list(value) or accepts(element, value)
    end,
    check = function(value)
      if not is_list(value) then
        return wrong(element, value)
      end
      for position, one in ipairs(value) do
        local why, path = wrong(element, one)
        if why then
          return why, ("[%d]%s"):format(position, path)
        end
      end
    end,
    read = function(value)
      local own = {}
      for position, one in ipairs(is_list(value) and value or { value }) do
        local err
        own[position], err = read(element, one)
        if own[position] == nil then
          return nil, err
        end
      end
      return own
    end,
    flag = read_word and function(given, so_far)
      local words, reason = { given }, nil
      if commas then
        words, reason = require("manifest.declare.csv").split(given)
      end
      if not words then
        return nil, reason
      end
      local all = { table.unpack(so_far or {}) }
      for _, word in ipairs(words) do
        local value, why = read_word(word)
        if value == nil then
          return nil, why
        end
        all[#all + 1] = value
      end
      if #words == 0 and element.commas then
        return nil, ("it names no %s"):format(element.value)
      end
      return all
    end,
  }
end

--- One of several types: the first that can be meant.
local function union_type(members)
  local first, luas, whats = members[1], {}, {}
  for position, member in ipairs(members) do
    luas[position], whats[position] = member.lua, member.what
  end
  local function member_of(value)
    for _, member in ipairs(members) do
      if accepts(member, value) then
        return member
      end
    end
  end
  return {
    lua = table.concat(luas, "|"), what = table.concat(whats, " or "), value = first.value, flag = first.flag,
    choices = first.choices, is_path = first.is_path, is_reference = first.is_reference,
    is_repeatable = first.is_repeatable,
    accepts = function(value)
      return member_of(value) ~= nil
    end,
    check = function(value)
      return wrong(member_of(value), value)
    end,
    read = function(value)
      return read(member_of(value), value)
    end,
  }
end

local make ---@type fun(expression: string, spec: table): table

local function make_single(name, spec)
  if name == "table" then
    return record_type(spec)
  end
  local kind = assert(kinds[name], "no such type: " .. name)
  return type(kind) == "function" and kind(spec) or kind
end

--- Makes a type of its text.
function make(expression, spec)
  local inner = expression:match("^%((.*)%)%[%]$")
  if inner then
    return list_type(make(inner, spec), spec)
  end
  local members = {}
  for one in expression:gmatch("[^|]+") do
    local element = one:match("^(.*)%[%]$")
    members[#members + 1] = element and list_type(make_single(element, spec), spec) or make_single(one, spec)
  end
  return #members == 1 and members[1] or union_type(members)
end

--- What may be said of an argument or an option.
---@type table<any, true?>
local KEYS = {
  [1] = true, [2] = true, help = true, flag = true, short = true, value = true, default = true, required = true,
  optional = true, in_options = true, needs = true, excludes = true, of = true, fields = true, text = true,
  class = true, words = true, commas = true, or_false = true, switch = true, may_be_empty = true, scope = true,
}

local FALSE = { lua = "false", what = "false", accepts = function(value)
  return value == false
end }

--- Gives what is declared of one value its type. `words` reads the command's word in place of the type; with `or_false`
--- Lua may give false, too.
---@param spec table {text of the type, ...}
---@param verb string|nil whose it is, for the message of a mistake
---@param name string|nil
function types.compile(spec, verb, name)
  if spec.type then -- shared by several verbs
    return
  end
  for key in pairs(spec) do
    if not KEYS[key] then
      error(("%s: %s: a declaration has no '%s'"):format(verb or "option", name, tostring(key)), 0)
    end
  end
  local made = make(spec[1], spec)
  if spec.words and not made.element then
    made = setmetatable({ flag = spec.words }, { __index = made })
  end
  spec.type = spec.or_false and union_type({ made, FALSE }) or made
end

--- The same for a table of them.
function types.compile_all(specs, verb)
  for name, spec in pairs(specs) do
    types.compile(spec, verb, name)
  end
end

return types
