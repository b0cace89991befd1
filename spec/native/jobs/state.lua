-- Leaves as much open as it can: lua_close has to cope with whatever order the collector takes.
local core = require("manifest.core")
local manifest = require("manifest")

local folder = ...

kept = { -- luacheck: ignore 111
  engine = core.engine({}),
  hash = core.hash.new("sha256"),
  lock = assert(core.file.lock(folder .. "/lock")),
  value = assert(core.json.decode('{"a": [1, {"b": null}]}')),
  pipe = core.pipe(65536),
  client = manifest.client({ config = folder }),
  thread = coroutine.create(function()
    local hash <close> = core.file.lock(folder .. "/other")
    coroutine.yield(hash)
  end),
}
assert(coroutine.resume(kept.thread)) -- luacheck: ignore 113
-- A listening socket that never answers is not needed: nobody listens there, so the exchange is under way at the close.
kept.exchange = kept.engine:start({ url = "http://127.0.0.1:1/v2/", method = "GET" }) -- luacheck: ignore 112 113
kept.client:inspect("127.0.0.1:1/nobody/there") -- luacheck: ignore 113
