--- Permits: how many requests a loop has under way at once, and how many blobs it streams. Who finds none free waits,
-- while other tasks go on.
--
-- A stream is two requests, of which each waits for the other: it takes the permits of both at once, and what its tasks
-- send takes none.

local permits = {}

--- Blobs streamed at once, at most. Each takes two connections, which may be of one registry, and holds one while it
--- waits for the other: with fewer blobs than connections to a host, one of them always gets both. More than these are
--- no faster.
local STREAMS = 3
local CONNECTIONS = 6

--- Makes permits.
---@param most integer|nil how many; nil: as many as anybody wants
---@return table permits {most, free, queue = those who wait: {task, count}}
function permits.new(most)
  return { most = most or math.huge, free = most or math.huge, queue = {} }
end

--- Makes the permits of streams.
---@param connections integer|nil to one host
---@return table permits
function permits.of_streams(connections)
  return permits.new(math.max(1, math.min(STREAMS, (connections or CONNECTIONS) - 1)))
end

--- Wakes the first who waits and finds as many as it needs. It looks again, and waits on when it came too late.
---@param loop table
---@param of table permits
function permits.wake(loop, of)
  for position, waiting in ipairs(of.queue) do
    if waiting.count <= of.free then
      table.remove(of.queue, position)
      loop:wake(waiting.task)
      return
    end
  end
end

--- Waits until some permits are free. Code that is no task does not wait: it would be for itself.
---@param loop table
---@param of table permits
---@param count integer
function permits.wait(loop, of, count)
  while of.free < count and loop:current() do
    loop:wait(nil, function(task)
      of.queue[#of.queue + 1] = { task = task, count = count }
    end)
  end
end

--- Takes a task that is canceled out of those who wait; it may have been woken.
---@param loop table
---@param of table permits
---@param task table
function permits.forget(loop, of, task)
  for position, waiting in ipairs(of.queue) do
    if waiting.task == task then
      table.remove(of.queue, position)
      break
    end
  end
  permits.wake(loop, of)
end

local function take(loop, of, count)
  permits.wait(loop, of, count)
  of.free = of.free - count
  permits.wake(loop, of)
end

local function give(loop, of, count)
  of.free = of.free + count
  permits.wake(loop, of)
end

local stream_mt = {}

function stream_mt:__close()
  self.holder.has_permits = nil
  give(self.loop, self.loop.requests, self.count)
  if self.is_stream then
    give(self.loop, self.loop.streams, 1)
  end
end

--- Waits until one more blob may be streamed; it is counted until the value is closed.
---@param loop table
---@param is_small boolean|nil it is two requests, and needs no connections of its own
---@return table for `local _ <close>`
function permits.stream(loop, is_small)
  local count = math.min(2, loop.requests.most)
  if not is_small then
    take(loop, loop.streams, 1)
  end
  take(loop, loop.requests, count)
  local holder = loop:current() or loop
  holder.has_permits = true
  return setmetatable({ loop = loop, holder = holder, count = count, is_stream = not is_small }, stream_mt)
end

return permits
