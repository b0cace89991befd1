-- Memory runs out while the metatables of what owns memory of C are made: the call after it, which begins with their
-- use, has to find each whole or not at all.
local function use()
  local core = require("manifest.core")
  local hash = core.hash.new("sha256")
  assert(hash:hex())
  assert(core.base64.encode("bytes"))
  assert(not core.base64.decode("YWJj?"))
  assert(not core.json.encode("\xff"))
  local engine = core.engine({ insecure_hosts = { "a.example" } })
  assert(engine:start({ method = "GET", url = "http://127.0.0.1:1/" }))
  assert(core.auth.key_names("a.example", "https://a.example/v1/"))
  assert(not core.auth.store_helper("{}", "config.json", "a.example"))
end

local function forget()
  package.loaded["manifest.core"], package.loaded["manifest.http"] = nil, nil
  collectgarbage() -- what has an old metatable must go before it
  for name in pairs(debug.getregistry()) do
    if type(name) == "string" and name:find("^manifest%.") then
      debug.getregistry()[name] = nil
    end
  end
end

return function()
  use()
  forget()
  use()
end
