--- What a client has under way: whether it is to end, and who is told of it.

local fail = require("manifest.base.failure").fail

local methods = {}
local mt = { __name = "manifest.control", __index = methods }

--- Makes the control of a client.
---@param listen function|nil (event), boxed
---@return table control {teller = of events.lua; nil: nobody listens}
local function new(listen)
  return setmetatable({
    teller = listen and require("manifest.engine.events").new(listen), running = 0, canceled = false,
  }, mt)
end

local closing = { __close = function(self)
  local control = self.control
  control.running = control.running - 1
  control.canceled = control.canceled and control.running > 0
end }

--- Notes that something is under way, which cancel() would end, until the value is closed.
---@return table for `local _ <close>`
function methods:under_way()
  self.running = self.running + 1
  return setmetatable({ control = self }, closing)
end

--- Ends what is under way; where nothing is, nothing happens.
function methods:cancel()
  self.canceled = self.running > 0
end

--- Raises where it is to end. Nobody inside handles that: see base/failure.lua.
function methods:check()
  if self.canceled then
    fail { code = "canceled", message = "canceled by the caller" }
  end
end

--- Tells the user of something odd that goes on all the same; each once.
---@param loop table
---@param line string without secrets
local function warn(loop, line)
  loop.engine:warn(line)
end

return { new = new, warn = warn }
