-- Requests with credentials of a file and of a helper, and what the command has of passwords in C.
local folder, url, registry = ...
local core = require("manifest.core")
local program = require("manifest.base.program")
local MARK = "left-" .. "behind" -- not in one piece: stdio's buffer for this file is no concern of ours

for _, name in ipairs { "file", "helper" } do
  local engine = assert(core.engine({ config_folder = ("%s/%s"):format(folder, name) }))
  local exchange = assert(engine:start({ method = "GET", url = url, registry = registry }))
  repeat
    local finished = assert(engine:step(1))
  until finished[1]
  assert(assert(exchange:result()).status == 200)
  engine:close()
end
assert(program.run({ "docker-credential-spec", "get" }, MARK))
core.base64.decode(core.base64.encode(MARK:rep(1000)))
