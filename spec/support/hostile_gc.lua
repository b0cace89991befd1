--- A garbage collector that works at the worst moments: what is kept alive only by luck does not live long under it.
--
-- With a pause of 0 Lua runs a whole cycle at every single allocation: as hostile as it gets, and it would make the
-- suite take for ever. So it storms like that for short windows of instructions, often at the start of each test, then
-- less and less, with young collections at every few per cent of growth between. No clock is asked, so a failure comes
-- back.

local collector = require "spec.support.collector"

--- Instructions in a window (a prime, so that storms fall on other instructions each time round), windows between the
--- first two storms of a test, and by how much that distance grows.
local WINDOW, FIRST, GROWTH = 251, 5, 1.02

--- Growth of the heap in per cent between two young collections.
local YOUNG = 5

local left, distance, storming = FIRST, FIRST, false

local function next_window()
  left = left - 1
  if storming then
    storming = false
    collector.generational(YOUNG)
  elseif left < 0 then
    storming = true
    distance = distance * GROWTH
    left = distance
    collector.incremental(true)
    collectgarbage("collect")
  end
end

local function test_start()
  left, distance = FIRST, FIRST
  return nil, true
end

--- Starts it. With `subscribe`, busted's, each test begins with the frequent storms again.
local function start(subscribe)
  collector.generational(YOUNG)
  debug.sethook(next_window, "", WINDOW)
  if subscribe then
    subscribe({ "test", "start" }, test_start)
  end
  local create = coroutine.create
  -- A hook belongs to one coroutine, so each new one gets its own.
  function coroutine.create(body) -- luacheck: ignore 122
    local thread = create(body)
    debug.sethook(thread, next_window, "", WINDOW)
    return thread
  end
  function coroutine.wrap(body) -- luacheck: ignore 122
    local thread = coroutine.create(body)
    return function(...)
      local results = table.pack(coroutine.resume(thread, ...))
      if not results[1] then
        coroutine.close(thread)
        error(results[2], 0)
      end
      return table.unpack(results, 2, results.n)
    end
  end
end

return { start = start }
