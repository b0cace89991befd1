--- Runs tasks over the C engine: the only place that yields.
--
-- A verb is plain sequential code. Inside a task a request suspends the task until its answer is there; outside any
-- task it drives the engine by itself. C never calls Lua, so nothing here runs while libcurl is on the stack.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local failure = require("manifest.base.failure")
local group = require("manifest.engine.group")
local pause = require("manifest.engine.pause")

--- What a task yields while it waits; any other yield inside a task is a mistake of the caller.
local WAIT = {}

--- Blobs streamed at once, at most. Each takes two connections, which may be of one registry, and holds one while it
--- waits for the other: with fewer blobs than connections to a host, one of them always gets both. More than these are
--- no faster.
local STREAMS = 3
local CONNECTIONS = 6

--- Most seconds in C at a stretch: an interrupt is noticed in Lua.
local PATIENCE = 0.25

--- Seconds between two looks of who waits for what wakes nobody.
local GLANCE = 0.02

local methods = {}
local mt = { __name = "manifest.loop", __index = methods }

--- Makes a loop over an engine of manifest.core.
---@param engine userdata
---@param ask function|nil (registry, repository) -> what engine:answer takes: asks the caller's own vault
---@param connections integer|nil to one host, as the engine was told; default 6
---@param control table|nil of the client: teller (events.lua), canceled
local function new(engine, ask, connections, control)
  return setmetatable({
    engine = engine,
    ask = ask,
    control = control or {},
    tasks = {}, -- [coroutine] = task
    waiting = {}, -- [exchange] = task that waits for it
    finished = {}, -- [exchange] = true: no task waited for it
    ready = {}, -- tasks to resume, first come first served
    streams = 0, -- blobs that are being streamed now
    most_streams = math.max(1, math.min(STREAMS, (connections or CONNECTIONS) - 1)),
    queue = {}, -- tasks that wait to stream
    alarms = {}, -- [task, or a table for code that is no task] = when it wants to go on
    uploads = {}, -- [url] = repository: blob uploads that are open
    shielded = {}, -- [work] = true: what must come to its end (shield.lua)
    parts = {}, -- [registry] = how large a body of an upload it takes (registry/parts.lua)
    without_head = {}, -- [registry] = true: it serves no HEAD of manifests
  }, mt)
end

--- Asks the caller's own vault. While it answers, the client may not be used: the vault would be asked by itself.
local function answer_logins(self, asked)
  self.answering = true
  local _ <close> = failure.defer(function()
    self.answering = false
  end)
  for _, login in ipairs(asked) do
    self.engine:answer(login.registry, login.repository, self.ask(login.registry, login.repository))
  end
end

--- Seconds until somebody who sleeps wants to go on, within bounds.
local function patience(self)
  local now, left = core.clock(), PATIENCE
  for _, due in pairs(self.alarms) do
    left = math.min(left, due - now)
  end
  return math.max(left, 0)
end

--- Wakes those who have slept enough.
local function ring(self)
  local now = core.clock()
  for task, due in pairs(self.alarms) do
    if due <= now then
      self.alarms[task] = nil
      if task.coroutine then
        self:wake(task)
      end
    end
  end
end

--- Lets the engine work until something has finished, an alarm is due or its patience is over.
local function step(self)
  local finished, asked, happened = self.engine:step(patience(self))
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
  if next(self.alarms) then
    ring(self)
  end
  if self.control.teller then
    self.control.teller:pass_on(happened)
  end
  if asked then
    answer_logins(self, asked)
  end
end

--- Resumes one task and tells its group how it stopped.
local function resume(self, task)
  local ok, value, err = coroutine.resume(task.coroutine)
  if coroutine.status(task.coroutine) == "suspended" then
    if value ~= WAIT then
      self:cancel(task)
      task.group:ended(task, false, "a function that runs as a task may not yield")
    end
    return
  end
  self.tasks[task.coroutine] = nil
  if task.canceled then
    return
  end
  task.group:ended(task, failure.ended(task.coroutine, ok, value, err))
end

--- Works until done() holds, on behalf of code that is no task.
local function drive(self, done)
  while not done() do
    if self.control.canceled then
      error(error_of.new({ code = "canceled", message = "canceled by the caller" }), 0)
    end
    local task = table.remove(self.ready, 1)
    if task then
      resume(self, task)
    else
      step(self)
    end
  end
end

--- The task that is running now, or nil.
function methods:current()
  return self.tasks[coroutine.running()]
end

--- Lets a task run when its turn comes.
function methods:wake(task)
  self.ready[#self.ready + 1] = task
end

--- Makes a task of a function and lets it run when its turn comes.
function methods:spawn(task, fn)
  task.coroutine = coroutine.create(fn)
  self.tasks[task.coroutine] = task
  pause.loops[task.coroutine] = self
  self:wake(task)
end

--- Lets the next task stream when there is room. What it wakes looks again, and waits on when it came too late.
local function pass_on(self)
  local task = self.streams < self.most_streams and table.remove(self.queue, 1)
  if task then
    self:wake(task)
  end
end

local function remove(list, task)
  for index, other in ipairs(list) do
    if other == task then
      table.remove(list, index)
      return
    end
  end
end

--- Ends a task where it stands: its request is taken off the wire, its <close> variables are closed. A task that is
--- driving the loop right now (from a coroutine of its own) cannot be closed; what it comes to is ignored.
function methods:cancel(task)
  if coroutine.status(task.coroutine) == "normal" then
    task.canceled = true
    return
  end
  self.tasks[task.coroutine] = nil
  self.alarms[task] = nil
  if task.exchange then
    self.waiting[task.exchange] = nil
    task.exchange:close()
  end
  remove(self.ready, task)
  remove(self.queue, task)
  coroutine.close(task.coroutine)
  pass_on(self) -- it may have been its turn
end

--- Waits until done() holds. BEFORE is called with the task that must be woken then, if there is one.
function methods:wait(done, before)
  local task = self:current()
  if not task then
    return drive(self, done)
  end
  before(task)
  coroutine.yield(WAIT)
end

--- Waits some time, while other tasks go on.
---@param seconds number
function methods:sleep(seconds)
  local sleeper = self:current() or {}
  self.alarms[sleeper] = core.clock() + seconds
  self:wait(function()
    return not self.alarms[sleeper]
  end, function() end)
end

--- Waits for what wakes nobody: looks again and again whether it holds, while other tasks go on.
---@param holds function () -> boolean
---@param seconds number|nil at most
function methods:watch(holds, seconds)
  local deadline = core.clock() + (seconds or math.huge)
  while not holds() and core.clock() < deadline do
    self:sleep(GLANCE)
  end
end

--- Sends a request and waits for its answer.
---@param request table as manifest.core's engine:start takes it
---@return table|nil response {status, headers, body, digest, received, url, attempts}
---@return table|nil err
function methods:request(request)
  if self.answering then
    error("a credentials function may not use the client that asks it", 2)
  end
  local started, err = self.engine:start(request)
  if not started then
    return nil, err
  end
  local exchange <close> = started -- an interrupt must not leave it on the wire
  local teller = request.blob and self.control.teller
  local _ <close> = teller and teller:moves(exchange, request)
  self:wait(function()
    return self.finished[exchange]
  end, function(task)
    task.exchange = exchange
    self.waiting[exchange] = task
  end)
  self.finished[exchange] = nil
  local response
  response, err = exchange:result()
  if response then
    return response
  end
  return nil, err
end

--- Are there blob uploads that are open, or work that may have begun one?
---@return boolean
function methods:owes_uploads()
  return next(self.uploads) ~= nil or next(self.shielded) ~= nil
end

--- Tells the user of something odd that goes on all the same; each once.
---@param line string without secrets
function methods:warn(line)
  self.engine:warn(line)
end

local stream_mt = {}

function stream_mt:__close()
  self.loop.streams = self.loop.streams - 1
  pass_on(self.loop)
end

--- Waits for a turn to stream a blob; the turn ends when the value is closed.
---@return table turn for `local turn <close>`
function methods:stream()
  while self.streams >= self.most_streams and self:current() do
    self:wait(nil, function(task)
      self.queue[#self.queue + 1] = task
    end)
  end
  self.streams = self.streams + 1
  return setmetatable({ loop = self }, stream_mt)
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
  local run <close> = group.new(self, list, jobs, fn, collect)
  run:fill()
  if not run:done() then
    self:wait(function()
      return run:done()
    end, function(task)
      run.owner = task
    end)
  end
  return run:outcome()
end

return { new = new }
