--- What a verb is, as data: its arguments and options, what is wrong together, what to do about a failure, examples.
--
--     local copy = declare.verb {
--       name = "copy", network = true,
--       arguments = { { "source", "location" }, { "target", "location" } },
--       options = { all_tags = { "boolean", help = "All tags; SOURCE and TARGET are repositories" } },
--     }
--
-- From it come the checks and the method of a client, the command's options and help, types for editors, man pages,
-- tables of the documents. docs/architecture.md ("A new verb") has all that a declaration may say.

local merged = require("manifest.base.merged")
local text = require("manifest.base.text")
local types = require("manifest.declare.type")

local declare = {
  --- What to do when a registry refuses a verb that pushes, by the error's code.
  PUSH_HINTS = {
    unauthorized = "log in to the registry with an account that may push to the repository",
    denied = "check that the account may push to the repository",
  },
}

--- What a declaration may have.
---@type table<string, true?>
local KEYS = {
  name = true, arguments = true, options = true, named = true, network = true, printing = true, json = true,
  check = true, hints = true, examples = true, description = true,
}

--- Makes a declaration whole: each value gets its type.
---@param declaration table see docs/architecture.md
---@return table<string, any> declaration the same; the module of a verb adds `run`
function declare.verb(declaration)
  local what = declaration.name
  for key in pairs(declaration) do
    assert(KEYS[key], ("%s: a declaration has no '%s'"):format(what, tostring(key)))
  end
  declaration.method = what:gsub(" ", "_")
  declaration.arguments = declaration.arguments or {}
  declaration.options, declaration.printing = declaration.options or {}, declaration.printing or {}
  declaration.hints, declaration.examples = declaration.hints or {}, declaration.examples or {}
  declaration.specs = {} -- of all that Lua gives by name
  for name, spec in pairs(declaration.options) do
    declaration.specs[name] = spec
  end
  declaration.positional = {} -- of all that Lua gives by position
  for _, argument in ipairs(declaration.arguments) do
    local name = table.remove(argument, 1)
    types.compile(argument, what, name)
    argument.name, argument.required = name, not argument.optional
    if declaration.named or argument.in_options then
      declaration.specs[name] = argument
    else
      table.insert(declaration.positional, argument)
    end
  end
  types.compile_all(declaration.options, what)
  types.compile_all(declaration.printing, what)
  return declaration
end

local function sentence(label, why)
  if why:find("^is ") then
    return ("%s %s"):format(label, why)
  end
  return ("%s: %s"):format(label, why)
end

local function list_of(names)
  return type(names) == "table" and names or { names }
end

--- What is wrong with options together: one needs another, two exclude each other.
local function wrong_together(specs, given)
  for _, name in ipairs(text.sorted_keys(given)) do
    local spec = given[name] and specs[name] or {}
    for _, other in ipairs(list_of(spec.needs)) do
      if not given[other] then
        return ("option '%s' needs option '%s'"):format(name, other)
      end
    end
    for _, other in ipairs(list_of(spec.excludes)) do
      if given[other] then
        return ("option '%s' and option '%s' exclude each other"):format(name, other)
      end
    end
  end
end

--- What is wrong with a table of options.
---@param specs table name -> what is declared of it
---@param given any
---@return string|nil sentence
function declare.wrong_options(specs, given)
  if given == nil then
    given = {}
  end
  if type(given) ~= "table" or getmetatable(given) ~= nil then
    return ("options: table expected, got %s"):format(type(given))
  end
  local name, why, path = types.wrong_in(given, specs)
  if not name then
    return wrong_together(specs, given)
  end
  if not specs[name] then
    return ("unknown option '%s'%s"):format(name, why:match("^unknown(.*)$"))
  end
  return sentence(("option '%s%s'"):format(name, path), why)
end

--- What is wrong with one argument.
local function wrong_argument(argument, value)
  local why, path = types.missing(argument, value), ""
  if not why and value ~= nil then
    why, path = types.wrong(argument.type, value)
  end
  return why and sentence(argument.name .. path, why)
end

--- All that is given, by name.
local function by_name(declaration, given)
  local positional = declaration.positional
  local values = merged(given[#positional + 1])
  for position, argument in ipairs(positional) do
    values[argument.name] = given[position]
  end
  return values
end

--- That a call is of the other style: one table where arguments come one after the other, or the other way round.
local function wrong_style(declaration, first)
  local is_table = type(first) == "table" and getmetatable(first) == nil
  local names = {}
  for position, argument in ipairs(declaration.arguments) do
    names[position] = argument.name
  end
  if declaration.named and first ~= nil and not is_table then
    return ("it takes one table: %s { %s = ... }"):format(declaration.method, table.concat(names, " = ..., "))
  end
  if not declaration.named and names[1] and is_table and first[names[1]] ~= nil then
    return ("its arguments come one after the other: %s(%s, { options })"):format(declaration.method,
      table.concat(names, ", "))
  end
end

--- What the programmer got wrong in a call of a verb.
---@param declaration table
---@param ... any what the verb is called with: arguments, and a table of options
---@return string|nil sentence nil: nothing is
function declare.wrong(declaration, ...)
  local given, positional = table.pack(...), declaration.positional
  local other_style = declaration.named and wrong_style(declaration, given[1])
  if other_style then
    return other_style
  end
  for position, argument in ipairs(positional) do
    local wrong = wrong_argument(argument, given[position])
    if wrong then
      return position == 1 and wrong_style(declaration, given[1]) or wrong
    end
  end
  for position = #positional + 2, given.n do
    if given[position] ~= nil then
      return ("more was given than %d arguments and a table of options"):format(#positional)
    end
  end
  local wrong = declare.wrong_options(declaration.specs, given[#positional + 1])
  if wrong or not declaration.check then
    return wrong
  end
  return declaration.check(by_name(declaration, given))
end

--- What `run` gets of a call that is right: arguments and options with lists as lists, platforms as tables, defaults
--- filled in. All tables are its own.
---@param declaration table
---@param ... any as for wrong
---@return_overload table values with n, for table.unpack
---@return_overload nil, table err a text that is none of its kind: invalid_platform, invalid_digest, ...
function declare.read(declaration, ...)
  local given, positional = table.pack(...), declaration.positional
  local values = { n = #positional + 1 }
  for position, argument in ipairs(positional) do
    if given[position] ~= nil then
      local value, err = types.read(argument.type, given[position])
      if value == nil then
        return nil, err
      end
      values[position] = value
    end
  end
  local options, err = types.read_all(given[values.n] or {}, declaration.specs)
  values[values.n] = options
  return options and values, err
end

return declare
