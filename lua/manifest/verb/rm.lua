--- rm: removes local lists.

local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local names = require("manifest.declare.argument")

local rm = {}

local HINTS = { not_found = "there is no local list of that name; a pushed list stays in its registry" }

local function remove(store, given)
  local ref, err = names.parse("rm", given)
  if not ref then
    return nil, err
  end
  local ok
  ok, err = store:remove(ref)
  if not ok then
    return nil, err:with({ verb = "rm", ref = tostring(ref), hint = HINTS[err.code] })
  end
  return tostring(ref)
end

--- One error for all lists that could not be removed; `errors_of_each` has them one by one.
local function all_of(errors)
  if #errors == 1 then
    return errors[1]
  end
  local messages = {}
  for index, err in ipairs(errors) do
    messages[index] = err.message
  end
  return error_of.new({
    code = errors[1].code, message = table.concat(messages, "; "), verb = "rm", errors_of_each = errors,
  })
end

--- Removes local lists. One that is missing does not keep the others.
---@param context table
---@param given string|table a list, or an array of them
---@return table|nil removed {refs = texts}
---@return table|nil err names every list that could not be removed (errors_of_each, when there are several)
function rm.perform(context, given)
  if type(given) ~= "table" or getmetatable(given) then
    given = { given }
  end
  if #given == 0 then
    error("rm: at least one list is needed", 2)
  end
  local removed, errors = {}, {}
  for _, one in ipairs(given) do
    check.type("rm: list", one, "string|table")
    local ref, err = remove(context.store, one)
    removed[#removed + 1] = ref
    errors[#errors + 1] = err
  end
  if #errors > 0 then
    return nil, all_of(errors)
  end
  return { refs = removed }
end

return rm
