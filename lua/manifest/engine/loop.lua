--- Runs tasks over the C engine: the only place that yields.
--
-- A verb is plain sequential code. Inside a task a request suspends the task until its answer is there; outside any
-- task it drives the engine by itself. C never calls Lua, so nothing here runs while libcurl is on the stack.
--
-- Tasks come in groups: those of one all(). A group starts a few at a time, and its tasks are ended together.

local controls = require("manifest.engine.control")
local failure = require("manifest.base.failure")
local logins = require("manifest.engine.logins")
local pause = require("manifest.engine.pause")
local permits = require("manifest.engine.permits")

--- What a task yields while it waits, and what its coroutine yields behind what the task's function has returned; any
--- other yield inside a task is a mistake of the caller.
local WAIT, DONE = {}, {}

--- Most seconds in C at a stretch: an interrupt is noticed in Lua.
local PATIENCE = 0.25

local methods = { sleep = pause.sleep, stream = permits.stream, warn = controls.warn, watch = pause.watch }
local mt = { __name = "manifest.loop", __index = methods }

--- The permit of one request, which all share: closing it gives one back.
local permit_mt = {}

function permit_mt:__close()
  local of = self.loop.requests
  of.free = of.free + 1
  if of.queue[1] then
    permits.wake(self.loop, of)
  end
end

--- Makes a loop over an engine of manifest.core.
---@param engine userdata
---@param options table|nil ask (function (registry, repository) -> what engine:answer takes: asks the caller's own
--- vault), connections (to one host, as the engine was told), control (of the client: control.lua), jobs (requests at
--- once; default: no bound)
local function new(engine, options)
  options = options or {}
  local self = setmetatable({
    engine = engine, ask = options.ask, control = options.control or controls.new(),
    tasks = {}, -- [coroutine] = task {coroutine, group, index}
    waiting = {}, -- [exchange] = task that waits for it
    finished = {}, -- [exchange] = true: no task waited for it
    ready = {}, first = 1, last = 0, -- tasks to resume, first come first served: from index FIRST to LAST
    spare = nil, -- a coroutine whose task is over: the next one of its group gets it
    requests = permits.new(options.jobs), streams = permits.of_streams(options.connections),
    sleepers = {}, -- see pause.lua
    uploads = {}, -- [url] = repository: blob uploads that are open
    shielded = {}, -- [group] = true: what must come to its end
    chunks = {}, -- [registry] = how large a body of an upload it takes (registry/chunks.lua)
    without_head = {}, -- [registry] = true: it serves no HEAD of manifests
  }, mt)
  self.permit = setmetatable({ loop = self }, permit_mt)
  return self
end

--- The task that is running now, or nil.
function methods:current()
  return self.tasks[coroutine.running()]
end

--- Lets a task run after those that are ready already.
function methods:wake(task)
  self.last = self.last + 1
  self.ready[self.last] = task
end

--- Ends a task where it stands: its request is taken off the wire, its <close> variables are closed. A task that is
--- driving the loop right now (from a coroutine of its own) cannot be closed; what it comes to is ignored.
local function cancel(self, task)
  if coroutine.status(task.coroutine) == "normal" then
    task.is_canceled = true
    return
  end
  self.tasks[task.coroutine] = nil
  self.sleepers[task] = nil
  if task.exchange then
    self.waiting[task.exchange] = nil
    task.exchange:close()
  end
  for position = self.first, self.last do
    if self.ready[position] == task then
      table.move(self.ready, position + 1, self.last + 1, position)
      self.last = self.last - 1
      break
    end
  end
  coroutine.close(task.coroutine)
  permits.forget(self, self.requests, task)
  permits.forget(self, self.streams, task)
end

--- Cancels the running tasks of a group from an index on.
local function cancel_from(group, first)
  for index, task in pairs(group.running) do
    if index >= first then
      group.running[index] = nil
      group.count = group.count - 1
      cancel(group.loop, task)
    end
  end
end

--- However a call of all() is left (an interrupt, an error): nothing of it goes on.
local group_mt = { __name = "manifest.group" }

function group_mt:__close()
  cancel_from(self, 1)
end

--- Later it has failed (index of the first item, in list order, that failed), raised (what a task raised) and owner
--- (the task that waits for all of them).
local function new_group(loop, list, jobs, fn, collect)
  return setmetatable({
    loop = loop, list = list, jobs = jobs, fn = fn, collect = collect, results = {}, errors = {},
    next = 1, -- the item to start next
    running = {}, count = 0, -- [index] = task, and how many these are
    has_permits = (loop:current() or loop).has_permits, -- see permits.lua
  }, group_mt)
end

local function is_over(group)
  return group.count == 0 and group.next > (group.failed or #group.list)
end

--- What a coroutine of tasks does: one after the other. To make one, and its stack, costs as much as an answer does.
local function work(fn, item, index)
  while true do
    fn, item, index = coroutine.yield(DONE, fn(item, index)) ---@diagnostic disable-line: await-in-sync
  end
end

local function start(self, group, index)
  local thread = self.spare or coroutine.create(work)
  local task = { group = group, index = index, coroutine = thread, has_permits = group.has_permits }
  self.spare = nil
  group.running[index] = task
  group.count = group.count + 1
  self.tasks[thread] = task
  pause.loops[thread] = self
  self:wake(task)
end

--- Starts as many as may run; none behind the first that failed, since their results could not be used.
local function fill(self, group)
  while group.count < group.jobs and group.next <= (group.failed or #group.list) do
    start(self, group, group.next)
    group.next = group.next + 1
  end
  if is_over(group) then
    self.shielded[group] = nil
    if group.owner then
      self:wake(group.owner)
      group.owner = nil
    end
  end
end

--- A task is over. What it raised, and (unless errors are collected) what it failed with, ends those behind it; those
--- before it go on, so that the error reported is the one that sequential code would have met.
local function ended(self, task, ok, value, problem)
  local group = task.group
  group.running[task.index] = nil
  group.count = group.count - 1
  if not ok then
    group.raised = group.raised or value
    group.failed = 0
    cancel_from(group, 1)
  elseif value == nil and problem ~= nil then
    group.errors[task.index] = problem
    if not group.collect then
      group.failed = math.min(group.failed or task.index, task.index)
      cancel_from(group, task.index + 1)
    end
  else
    group.results[task.index] = value
  end
  fill(self, group)
end

--- Resumes one task; a task that is over is taken out of its group.
local function resume(self, task)
  local thread, group = task.coroutine, task.group
  local ok, state, value, err = coroutine.resume(thread, group.fn, group.list[task.index], task.index)
  if ok and state == WAIT then
    return
  elseif ok and state ~= DONE then
    cancel(self, task)
    ended(self, task, false, "a function that runs as a task may not yield")
    return
  end
  self.tasks[thread] = nil
  if task.is_canceled then
    return
  elseif ok then
    self.spare = thread
    ended(self, task, true, value, err)
    self.spare = nil
  else
    ended(self, task, failure.ended(thread, state))
  end
end

--- Lets the engine work until something has finished, somebody has slept enough or its patience is over.
local function step(self)
  local patience = next(self.sleepers) and pause.left(self, PATIENCE) or PATIENCE
  local finished, asked, happened = self.engine:step(patience)
  if not finished then
    error(asked, 0)
  end
  for _, exchange in ipairs(finished) do
    local task = self.waiting[exchange]
    if task then
      self.waiting[exchange] = nil
      task.exchange = nil
      self:wake(task)
    else
      self.finished[exchange] = true
    end
  end
  if next(self.sleepers) then
    pause.wake(self)
  end
  if self.control.teller then
    self.control.teller:pass_on(happened)
  end
  if asked then
    logins.answer(self, asked)
  end
end

--- Waits until done() holds. BEFORE is called with the task that must be woken then; code that is no task works on the
--- tasks and the engine until it holds.
function methods:wait(done, before)
  local current = self:current()
  if current then
    before(current)
    coroutine.yield(WAIT) ---@diagnostic disable-line: await-in-sync
    return
  end
  while not done() do
    if self.control.canceled then
      self.control:check()
    end
    local position = self.first
    local task = self.ready[position] ---@type table?
    if task then
      self.ready[position] = nil
      self.first = position + 1
      resume(self, task)
    else
      self.first, self.last = 1, 0
      step(self)
    end
  end
end

--- Sends a request and waits for its answer.
---@param request table as manifest.core's engine:start takes it
---@return_overload table response {status, headers, body, digest, received, url, attempts}
---@return_overload nil, table err
function methods:request(request)
  if self.answering then
    error("a credentials function may not use the client that asks it", 2)
  end
  local current, of = self:current(), self.requests
  local needs_permit = not (current or self).has_permits
  if needs_permit and of.free < 1 then
    permits.wait(self, of, 1)
  end
  of.free = of.free - (needs_permit and 1 or 0)
  local _ <close> = needs_permit and self.permit or nil
  local started, err = self.engine:start(request)
  if not started then
    return nil, err
  end
  local exchange <close> = started -- an interrupt must not leave it on the wire
  local _ <close> = request.blob and self.control.teller and self.control.teller:moves(exchange, request)
  if current then
    current.exchange = exchange
    self.waiting[exchange] = current
    coroutine.yield(WAIT) ---@diagnostic disable-line: await-in-sync
  else
    self:wait(function()
      return self.finished[exchange]
    end)
    self.finished[exchange] = nil
  end
  return exchange:result()
end

--- Starts the tasks of a group, and waits for all of them; returns what all() does.
local function run(self, group)
  fill(self, group)
  if not is_over(group) then
    self:wait(function()
      return is_over(group)
    end, function(task)
      group.owner = task
    end)
  end
  if group.raised then
    error(group.raised, 0)
  end
  if group.collect then
    return group.results, group.errors
  end
  if group.failed then
    return nil, group.errors[group.failed], group.failed
  end
  return group.results
end

--- Runs fn(item, index) over a list, at most JOBS at a time. Results keep the list's order.
---@param list any[]
---@param jobs integer
---@param fn function (item, index) -> value | nil, err; a failure that it raises counts as one that it returns, and
--- neither value nor error is success
---@param collect boolean? true: go on after failures and return both tables
---@return table|nil results value of each item (with collect: nil where it failed)
---@return any err without collect: the error of the first item in list order that failed; with it: a table of errors
---@return integer|nil index without collect: of that item
function methods:all(list, jobs, fn, collect)
  local group <close> = new_group(self, list, jobs, fn, collect)
  return run(self, group)
end

--- Runs fn() as a task that nothing but the end of the loop stops, and waits for it: it goes on when the task that
--- waits is canceled, since its outcome must not be lost.
---@param fn function () -> value | nil, err
---@return any value
---@return any err
function methods:shield(fn)
  local group = new_group(self, { true }, 1, fn)
  self.shielded[group] = true
  local _ <close> = failure.defer(function()
    group.owner = nil -- a task that is canceled must not be woken
  end)
  local results, err = run(self, group)
  return results and results[1], err
end

return { new = new }
