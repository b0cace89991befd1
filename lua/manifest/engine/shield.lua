--- Work that goes on when the task that waits for it is canceled: its outcome must not be lost.

local failure = require("manifest.base.failure")

local shield = {}

local methods = {}
local mt = { __index = methods }

--- Called by the loop: the function is over.
function methods:ended(_, ok, value, problem)
  self.over, self.ok, self.value, self.problem = true, ok, value, problem
  self.loop.shielded[self] = nil
  if self.owner then
    self.loop:wake(self.owner)
  end
end

--- Runs fn() as a task that nothing but the end of the loop stops, and waits for it.
---@param loop table
---@param fn function () -> value | nil, err
---@return any value
---@return any err
function shield.run(loop, fn)
  local work = setmetatable({ loop = loop }, mt)
  loop.shielded[work] = true
  loop:spawn({ group = work }, fn)
  local _ <close> = failure.defer(function()
    work.owner = nil -- a task that is canceled must not be woken
  end)
  loop:wait(function()
    return work.over
  end, function(task)
    work.owner = task
  end)
  if not work.ok then
    error(work.value, 0)
  end
  return work.value, work.problem
end

--- Lets what goes on come to its end.
---@param loop table
---@param seconds number at most
function shield.settle(loop, seconds)
  loop:watch(function()
    return not next(loop.shielded)
  end, seconds)
end

return shield
