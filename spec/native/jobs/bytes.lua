local core = require("manifest.core")

local bytes = ("0123456789"):rep(100)

--- The value, or nil when memory ran out; any other problem is a fault.
local function check(value, problem)
  assert(value or problem.code == "memory", problem and problem.message)
  return value
end

return function()
  local hash = check(core.hash.new("sha384"))
  if hash then
    hash:update(bytes)
    check(hash:hex())
  end
  check(core.hash.sum("sha256", bytes))
  local encoded = check(core.base64.encode(bytes))
  local decoded = encoded and check(core.base64.decode(encoded))
  assert(decoded == nil or decoded == bytes)
end
