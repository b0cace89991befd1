--- rm: removes local lists. One that is missing does not keep the others.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")

local try = failure.try

local rm = declare.verb {
  name = "rm", json = false,
  arguments = { { "lists", "reference[]", value = "MANIFEST_LIST", help = "Local lists" } },
  hints = { not_found = "there is no local list of that name; a pushed list stays in its registry" },
  examples = { "rm registry.example.com/app:1.0", "rm app:1.0 app:1.1" },
}

local function remove(store, given)
  local ref = try(argument.parse("rm", given))
  local _ <close> = failure.about(ref)
  try(store:remove(ref))
  return tostring(ref)
end

--- One failure for all lists that could not be removed; `errors_of_each` has them one by one.
local function fail_for_all(errors)
  local messages = {}
  for index, err in ipairs(errors) do
    err:with({ verb = "rm", hint = rm.hints[err.code] })
    messages[index] = err.message
  end
  failure.fail(#errors == 1 and errors[1] or {
    code = errors[1].code, message = table.concat(messages, "; "), errors_of_each = errors,
  })
end

---@class manifest.RmResult
---@field refs string[] the lists that were removed

---@param call manifest.Call
---@param lists (string|manifest.Reference)[]
---@return manifest.RmResult
function rm.run(call, lists)
  local removed, errors = {}, {}
  for _, given in ipairs(lists) do
    removed[#removed + 1], errors[#errors + 1] = failure.caught(remove, call.store, given)
  end
  if #errors > 0 then
    fail_for_all(errors)
  end
  return { refs = removed }
end

return rm
