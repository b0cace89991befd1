--- What a command shows while it works: progress, the lines of --debug, a trace. Each listens to the client's events.

local watch = {}

local mt = {}

function mt:__close()
  for _, listener in ipairs(self.listeners) do
    listener:finish(self.out)
  end
end

--- How progress is shown; nil: not at all.
local function way_of(entry, given)
  local way = given.command.progress or (entry.is_dockers and "none" or "auto")
  return not given.all.quiet and way ~= "none" and way or nil
end

--- Begins to watch, until the value is closed.
---@param out table output
---@param entry table of the catalogue
---@param given table of declare/flags.lua
---@return_overload table watch {listen = function for `on_event`, or nil: nobody listens}
---@return_overload nil, table err io: the trace cannot be written
function watch.new(out, entry, given)
  local own, listeners = given.command, {}
  local self = setmetatable({ out = out, listeners = listeners }, mt)
  local way = way_of(entry, given)
  if way then
    listeners[#listeners + 1] = require("manifest.cli.progress").new(out, way, not own.debug)
  end
  if own.debug then
    listeners[#listeners + 1] = require("manifest.cli.debug").new(out)
  end
  if own.trace then
    local tracer, err = require("manifest.cli.trace").new(own.trace)
    if not tracer then
      return nil, err
    end
    listeners[#listeners + 1] = tracer
  end
  if listeners[1] then
    function self.listen(event)
      for _, listener in ipairs(listeners) do
        listener:event(event)
      end
    end
    if not own.debug and not own.trace then -- progress only counts requests
      require("manifest.engine.events").counting[self.listen] = true
    end
  end
  return self
end

return watch
