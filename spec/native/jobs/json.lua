local json = require("manifest.core").json

local text = [==[{"schemaVersion": 2, "list": [1, 2.5, "a\u00e9\n", true, null, {}, []], "o": {"a": {"b": ["c"]}}}]==]

return function()
  local value, problem = json.decode(text)
  if not value then
    assert(problem.code == "memory", problem.message)
    return
  end
  local written, why = json.encode(value, { indent = "   ", html = true })
  assert(written or why.code == "memory", why and why.message)
  local again, reason = json.indent(text, "\t", {})
  assert(again or reason.code == "memory", reason and reason.message)
  local refused, fault = json.decode("[1, 2")
  assert(not refused and (fault.code == "invalid_json" or fault.code == "memory"))
end
