--- Right calls of verbs, made from their declarations, so that a new verb is called as well.

local declare = require "manifest.declare"

local right = {}

local TRIES = 1000 -- some verbs have twenty options that exclude each other

--- A right value of each single type.
local VALUES = {
  annotations = { a = "b" }, any = 1, auth_host = "r=h", boolean = true, count = 1,
  digest = "sha256:" .. ("0"):rep(64), entry = "linux/arm", file = "f", folder = "f", ["function"] = print, integer = 1,
  line = "l", location = "oci:a", map = {}, map_change = {}, media_type = "a/b", pattern = "p", platform = "linux/arm",
  platform_change = "linux/arm", reference = "a", repository = "a", seconds = 1, shard = "1/2", string = "s",
  table = {}, tag = "t", variable = "a=b",
}

--- The first type that is declared of a value, alone.
function right.base(spec)
  return spec[1]:match("^%(?([%w_]+)")
end

--- A right value of what is declared. VALUES: those to take in place of the usual ones, by type.
function right.value(spec, values)
  if spec.fields then
    local value = {}
    for name, field in pairs(spec.fields) do
      value[name] = field.required and right.value(field, values) or nil
    end
    return value
  end
  local base = right.base(spec)
  local value = spec.of and spec.of[1] or values and values[base] or VALUES[base]
  return assert(value ~= nil and value, "no right value of type " .. spec[1])
end

--- What is needed and nothing else, with n: arguments and a table of options.
---@param verb table a declaration
---@param values table|nil as of right.value; and by the name of an argument, which is given then though none is needed
function right.call(verb, values)
  local call, options = { n = #verb.positional + 1 }, {}
  local function given(name, spec)
    return values and values[name] or spec.required and right.value(spec, values) or nil
  end
  for position, argument in ipairs(verb.positional) do
    call[position] = given(argument.name, argument)
  end
  for name, spec in pairs(verb.specs) do
    options[name] = given(name, spec)
  end
  call[call.n] = options
  return call
end

--- The same, and options as it comes, of which some exclude or need others; nil: there was luck with none.
---@param chance function of spec.support.inputs.random
function right.random_call(verb, values, chance)
  local names = {}
  for name, spec in pairs(verb.specs) do
    names[#names + 1] = not spec.required and name or nil
  end
  table.sort(names)
  for _ = 1, TRIES do
    local call = right.call(verb, values)
    for _, name in ipairs(names) do
      if chance(8) == 1 then
        call[call.n][name] = right.value(verb.specs[name], values)
      end
    end
    if not declare.wrong(verb, table.unpack(call, 1, call.n)) then
      return call
    end
  end
end

return right
