--- Holds what every verb really returns against the class that stands above its `run`, and every error that leaves a
-- client against manifest.Error. The specs start it in their own process, and in the commands that they run
-- (spec.support.worlds.ours): a field without documentation, of another type, or missing is a crash.

local checked = {}

local function check(value, expression, what)
  local why = require("spec.support.asserts.classes").wrong(value, expression, what)
  if why then
    error("not as its class says: " .. why, 0)
  end
end

--- `of`: the second argument of what the face calls, a verb's declaration where it is a verb.
local function look(verb, value, err, ...)
  if value == nil and require("manifest.base.error").is(err) then
    check(err, "manifest.Error", verb.name and "the error of " .. verb.name)
  elseif value ~= nil and verb.run then
    check(value, require("spec.support.asserts.classes").returned(verb.run), verb.name)
  end
  return value, err, ...
end

--- The face is where a verb's result and its failure leave for the user (client.lua).
function checked.start()
  local failure = require("manifest.base.failure")
  local face = failure.face
  function failure.face(fn, self, verb, ...)
    return look(type(verb) == "table" and verb or {}, face(fn, self, verb, ...))
  end
end

checked.start()

return checked
