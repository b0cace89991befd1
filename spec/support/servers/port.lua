--- A loopback port that is free now, for programs that cannot choose one themselves. Another program may take it before
--- it is used, so `with_port` tries again with another when the program says that the address is in use.

local process = require "spec.support.process"

local function free()
  local script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
  local made = process.run { "python3", "-c", script }
  return assert(math.tointeger(tonumber(made.stdout)), made.stderr)
end

--- Calls `start(port)` until it returns something, at most five times; it returns nil when the port was taken.
local function with_port(start)
  for _ = 1, 5 do
    local started = start(free())
    if started then
      return started
    end
  end
  error("no free port in five tries")
end

return { free = free, with_port = with_port }
