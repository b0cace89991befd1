--- The verbs that are declared, and what all generators ask of them.

local catalogue = require("manifest.verb.catalogue")
local flags = require("manifest.declare.flags")
local text = require("manifest.base.text")

local declared = {}

--- All of them: {entry of the catalogue, verb} each, in the catalogue's order.
---@return table[]
function declared.verbs()
  local list = {}
  for _, entry in ipairs(catalogue) do
    list[#list + 1] = { entry = entry, verb = require(entry.module) }
  end
  return list
end

--- The name of a class: index_create is IndexCreate.
function declared.camel(method)
  return (("_" .. method):gsub("_(%l)", string.upper))
end

--- The class of a verb's options.
function declared.options_class(verb)
  return ("manifest.%sOptions"):format(declared.camel(verb.method))
end

--- Each value of a table of declarations, sorted by its key: calls fn(key, spec).
function declared.each(specs, fn)
  for _, key in ipairs(text.sorted_keys(specs)) do
    fn(key, specs[key])
  end
end

--- A text that names options by key as `key`.
function declared.as_code(line)
  return (line:gsub("option '([%w_%.]+)'", "`%1`"))
end

--- A text that names options by key, with their flags.
function declared.as_flags(line, verb)
  return flags.worded(line, flags.of(verb))
end

--- The comment above a verb's `run`: {types = of what it returns, names = of those}.
---@param entry table of the catalogue
function declared.returns(entry)
  local path = ("lua/%s.lua"):format(entry.module:gsub("%.", "/"))
  local file = assert(io.open(path))
  local comment, found = {}, nil
  for line in file:lines() do
    if line:find("^function [%w_]+%.run%(") then
      found = comment
    end
    comment = line:find("^%-%-%-") and comment or {}
    local type_name, name = line:match("^%-%-%-@return (%S+)%s*(%S*)")
    comment[#comment + 1] = type_name and { type = type_name, name = name } or nil
  end
  file:close()
  return assert(found, path .. " has no run")
end

--- The type that a comment begins with, and what stands behind it.
local function divided(rest)
  local type_name = rest:match("^%b{}") or rest:match("^%b()") or rest:match("^table%b<>") or rest:match("^fun%b()")
    or rest:match("^[^%s]+")
  local more = rest:sub(#type_name + 1):match("^[^%s]*")
  return type_name .. more, (rest:sub(#type_name + #more + 2))
end

local classes

local function read_classes(path)
  local fields
  for line in io.lines(path) do
    local class, parent_and_help = line:match("^%-%-%-@class ([%w%.]+)(.*)")
    local name, rest = line:match("^%-%-%-@field ([%w_]+%??) (.*)")
    if class then
      fields = classes[class] or {}
      classes[class] = fields
      fields.help = parent_and_help:gsub("^ : [%w%.]+", ""):match("^ ?(.*)")
    elseif fields and name then
      local type_name, help = divided(rest)
      fields[#fields + 1] = { name = name, type = type_name, help = help }
    elseif fields and line:find("^%-%-%- ") then
      fields[#fields].help = fields[#fields].help .. " " .. line:sub(5)
    else
      fields = nil
    end
  end
end

--- The fields of a class that stands above a verb's `run`, or in meta/types.lua, in their order.
---@param name string
---@return table[]|nil fields {name, type, help} each, and the help of the class
function declared.fields(name)
  if not classes then
    classes = {}
    read_classes("lua/manifest/meta/types.lua")
    for _, entry in ipairs(catalogue) do
      read_classes(("lua/%s.lua"):format(entry.module:gsub("%.", "/")))
    end
  end
  return classes[name]
end

return declared
