-- The engine with nothing to talk to: start, step, cancel and close, in every order that memory allows.
local core = require("manifest.core")
local testing = require("manifest.testing")

return function()
  local engine, problem = core.engine({})
  if not engine then
    assert(problem.code == "memory", problem.message)
    return
  end
  engine:step(0)
  engine:close()
  testing.url.join("http://a.example/b/c", "../d?e=f")
  core.location("http://a.example/b/c", "../d?e=f", "a.b")
  core.url.origin("https://user:secret@a.example:8443/x")
  local pipe = core.pipe(65536)
  assert(tostring(pipe))
end
