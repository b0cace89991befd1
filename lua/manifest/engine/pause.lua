--- Waits some time. Where the caller is a task, the other tasks of its loop go on; a signal's hook gets its turn.
--
-- A loop's `sleepers` say who sleeps until when: [task, or a table for code that is no task] = time of core.clock.

local core = require("manifest.base.core")

local pause = {
  ---@type table<thread, table>
  loops = setmetatable({}, { __mode = "k" }), -- [coroutine] = the loop whose task it is
}

--- Seconds between two looks of who waits for what wakes nobody.
local BETWEEN_LOOKS = 0.02

--- Waits some time, in a task or not.
---@param seconds number
function pause.wait(seconds)
  local loop = coroutine.isyieldable() and pause.loops[coroutine.running()]
  if loop then
    loop:sleep(seconds)
  else
    core.sleep(seconds)
  end
end

--- Waits some time, while other tasks of a loop go on.
---@param loop table
---@param seconds number
function pause.sleep(loop, seconds)
  local sleeper = loop:current() or {}
  loop.sleepers[sleeper] = core.clock() + seconds
  loop:wait(function()
    return not loop.sleepers[sleeper]
  end, function() end)
end

--- Waits for what wakes nobody: looks again and again whether it holds, while other tasks go on.
---@param loop table
---@param holds function () -> boolean
---@param seconds number|nil at most
function pause.watch(loop, holds, seconds)
  local deadline = core.clock() + (seconds or math.huge)
  while not holds() and core.clock() < deadline do
    loop:sleep(BETWEEN_LOOKS)
  end
end

--- Seconds until somebody who sleeps wants to go on.
---@param loop table
---@param most number
---@return number seconds at most so many
function pause.left(loop, most)
  local now = core.clock()
  for _, due in pairs(loop.sleepers) do
    most = math.min(most, due - now)
  end
  return math.max(most, 0)
end

--- Wakes those who have slept enough.
---@param loop table
function pause.wake(loop)
  local now = core.clock()
  for sleeper, due in pairs(loop.sleepers) do
    if due <= now then
      loop.sleepers[sleeper] = nil
      if sleeper.coroutine then
        loop:wake(sleeper)
      end
    end
  end
end

return pause
