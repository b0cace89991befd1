--- The tasks of one loop:all call: started a few at a time, ended together.

local methods = {}
local mt = { __name = "manifest.group", __index = methods }

local function new(loop, list, jobs, fn, collect)
  return setmetatable({
    loop = loop,
    list = list,
    jobs = jobs,
    fn = fn,
    collect = collect,
    next = 1, -- the item to start next
    count = 0, -- of running tasks
    running = {}, -- [index] = task
    results = {},
    errors = {},
    failed = nil, -- index of the first item, in list order, that failed
    raised = nil, -- what a task raised
    owner = nil, -- the task that waits for all of them
  }, mt)
end

local function start(self, index)
  local task = { group = self, index = index }
  self.running[index] = task
  self.count = self.count + 1
  self.loop:spawn(task, function()
    return self.fn(self.list[index], index)
  end)
end

--- Cancels the running tasks from an index on.
local function cancel_from(self, first)
  for index, task in pairs(self.running) do
    if index >= first then
      self.running[index] = nil
      self.count = self.count - 1
      self.loop:cancel(task)
    end
  end
end

function methods:done()
  return self.count == 0 and self.next > (self.failed or #self.list)
end

--- Starts as many as may run; none behind the first that failed, since their results could not be used.
function methods:fill()
  while self.count < self.jobs and self.next <= (self.failed or #self.list) do
    start(self, self.next)
    self.next = self.next + 1
  end
  if self.owner and self:done() then
    self.loop:wake(self.owner)
    self.owner = nil
  end
end

--- A task is over. What it raised, and (unless errors are collected) what it failed with, ends those behind it; those
--- before it go on, so that the error reported is the one that sequential code would have met.
function methods:ended(task, ok, value, problem)
  self.running[task.index] = nil
  self.count = self.count - 1
  if not ok then
    self.raised = self.raised or value
    self.failed = 0
    cancel_from(self, 1)
  elseif value == nil and problem ~= nil then
    self.errors[task.index] = problem
    if not self.collect then
      self.failed = math.min(self.failed or task.index, task.index)
      cancel_from(self, task.index + 1)
    end
  else
    self.results[task.index] = value
  end
  self:fill()
end

--- What loop:all returns.
function methods:outcome()
  if self.raised then
    error(self.raised, 0)
  end
  if self.collect then
    return self.results, self.errors
  end
  if self.failed then
    return nil, self.errors[self.failed], self.failed
  end
  return self.results
end

--- However the call is left (an interrupt, an error): nothing of it goes on.
function mt:__close()
  cancel_from(self, 1)
end

return { new = new }
