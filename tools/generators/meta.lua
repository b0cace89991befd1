--- Types for editors: classes of options, and the methods of a client with them, as LuaCATS.

local client_options = require("manifest.declare.client")
local declared = require("tools.generators.declared")

local meta = {}

local HEAD = "-- Written by tools/generate out of the declarations: change those, then run ./dev docs.\n"

local function add(lines, ...)
  lines[#lines + 1] = string.format(...)
end

local function field(lines, key, spec)
  local name = key:find("^[%a_][%w_]*$") and key or ('["%s"]'):format(key)
  add(lines, "---@field %s%s %s %s", name, spec.required and "" or "?", spec.type.lua, declared.as_code(spec.help))
end

local class

--- The classes of the tables that some values are, each once.
local function nested(lines, specs, seen)
  declared.each(specs, function(_, spec)
    if spec.fields and not seen[spec.class] then
      seen[spec.class] = true
      class(lines, spec.class, spec.fields, seen)
    end
  end)
end

function class(lines, name, specs, seen)
  nested(lines, specs, seen)
  add(lines, "---@class %s", name)
  declared.each(specs, function(key, spec)
    field(lines, key, spec)
  end)
  add(lines, "")
end

local function nested_of_arguments(lines, verb, seen)
  local specs = {}
  for _, argument in ipairs(verb.positional) do
    specs[argument.name] = argument
  end
  nested(lines, specs, seen)
end

--- lua/manifest/meta/options.lua
---@return string
function meta.options()
  local lines, seen = { "---@meta", "", "--- Options of a client and of its verbs.", HEAD }, {}
  class(lines, "manifest.ClientOptions", client_options, seen)
  for _, one in ipairs(declared.verbs()) do
    nested_of_arguments(lines, one.verb, seen)
    if next(one.verb.specs) then
      class(lines, declared.options_class(one.verb), one.verb.specs, seen)
    end
  end
  return table.concat(lines, "\n")
end

--- What a method takes: {name, type, is_optional, help} each.
local function parameters(verb)
  local list = {}
  for position, argument in ipairs(verb.positional) do
    list[position] = {
      name = argument.name, type = argument.type.lua, is_optional = argument.optional, help = argument.help,
    }
  end
  if next(verb.specs) then
    local is_needed = false
    declared.each(verb.specs, function(_, spec)
      is_needed = is_needed or spec.required
    end)
    list[#list + 1] = {
      name = "options", type = declared.options_class(verb), is_optional = not is_needed, help = "",
    }
  end
  return list
end

--- What it returns: each type, nil where the error stands.
local function results(entry)
  local list = {}
  for position, one in ipairs(declared.returns(entry)) do
    list[position] = position == 2 and "manifest.Error?" or one.type:gsub("|nil$", "") .. "?"
  end
  list[1], list[2] = list[1] or "true?", "manifest.Error?"
  return list
end

--- The same as rows: results, or nil and the error.
local function rows(entry)
  local list = {}
  for position, one in ipairs(declared.returns(entry)) do
    list[position] = position == 2 and "nil" or one.type
  end
  list[1] = list[1] or "true"
  return { table.concat(list, ", "), "nil, manifest.Error" }
end

local function names_of(list)
  local names = {}
  for position, one in ipairs(list) do
    names[position] = one.name
  end
  return table.concat(names, ", ")
end

local WIDTH = 120

--- What a function takes; a help that has no room goes on the next line.
local function parameter_lines(lines, list)
  for _, parameter in ipairs(list) do
    local line = ("---@param %s%s %s"):format(parameter.name, parameter.is_optional and "?" or "", parameter.type)
    local help = declared.as_code(parameter.help)
    if help ~= "" and #line + 1 + #help > WIDTH then
      add(lines, "%s", line)
      add(lines, "--- %s", help)
    else
      lines[#lines + 1] = (line .. " " .. help):gsub("%s+$", "")
    end
  end
end

--- A verb as a function: a method of a client ("Client:"), or one of the module, for the default client ("Module.").
local function method(lines, one, name, owner)
  add(lines, "--- %s.", one.entry.summary)
  local list = parameters(one.verb)
  parameter_lines(lines, list)
  add(lines, "---@return %s", table.concat(results(one.entry), ", "))
  for _, row in ipairs(rows(one.entry)) do
    add(lines, "---@return_overload %s", row)
  end
  add(lines, "function %s%s(%s) end", owner, name, names_of(list))
  add(lines, "")
end

--- Calls fn(verb, name) for each method, its alias too.
local function each_method(fn)
  for _, one in ipairs(declared.verbs()) do
    fn(one, one.entry.method)
    if one.entry.alias then
      fn(one, one.entry.alias)
    end
  end
end

--- lua/manifest/meta/client.lua
---@return string
function meta.client()
  local lines = {
    "---@meta", "", "--- The methods of a client that are verbs.", HEAD, "---@class manifest.Client",
    "local Client = {}", "",
  }
  each_method(function(one, name)
    method(lines, one, name, "Client:")
  end)
  return table.concat(lines, "\n")
end

--- lua/manifest/meta/module.lua
---@return string
function meta.module()
  local lines = {
    "---@meta", "", "--- The verbs as functions of the module, on the default client.", HEAD,
    "---@class manifest.Module", "local Module = {}", "",
  }
  each_method(function(one, name)
    if name ~= "digest" then -- it is a part of the module, too: types.lua
      method(lines, one, name, "Module.")
    end
  end)
  return table.concat(lines, "\n")
end

return meta
