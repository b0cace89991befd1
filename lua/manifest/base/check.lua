--- Argument checks that raise: what the programmer got wrong is an error where the call stands.

local text = require("manifest.base.text")

local check = {}

local function type_matches(value, wanted)
  if wanted == "integer" then
    return math.type(value) == "integer"
  end
  if wanted == "any" then
    return true
  end
  return type(value) == wanted
end

local function any_type_matches(value, wanted)
  if type(value) == wanted then
    return true
  end
  for one in wanted:gmatch("[^|]+") do
    if type_matches(value, one) then
      return true
    end
  end
  return false
end

--- Raises unless the value has one of the wanted types ("string", "integer", "table|string", ...).
---@param level integer? stack level to blame, as for error(); 2 is the caller of the checking function's caller
function check.type(name, value, wanted, level)
  if not any_type_matches(value, wanted) then
    error(("%s: %s expected, got %s"):format(name, (wanted:gsub("|", " or ")), type(value)), (level or 2) + 1)
  end
  return value
end

--- Checks an option table: every key known, every value of its type. nil stands for no options.
---@param verb string whose options these are, for the message
---@param given table|nil
---@param known table name -> wanted type(s), as for check.type
---@return table options the given table, or a new empty one
function check.options(verb, given, known, level)
  level = (level or 2) + 1
  if given == nil then
    return {}
  end
  check.type(verb .. ": options", given, "table", level)
  for name, value in pairs(given) do
    local wanted = known[name]
    if not wanted then
      local meant = text.meant(name, text.sorted_keys(known))
      error(("%s: unknown option '%s'%s"):format(verb, tostring(name), meant), level)
    end
    check.type(("%s: option '%s'"):format(verb, name), value, wanted, level)
  end
  return given
end

return check
