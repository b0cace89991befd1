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

return declared
