--- Taking turns: who waits for one lets all other tasks go on.

local block = require "spec.support.block"
local repositories = require "spec.support.worlds.repositories"
local turn = require "manifest.engine.lock"

local server = block.scripted { exchanges = { { answer = { status = 200 } } } }

local NAME = "spec/lock:1"

local function fresh()
  local loop, engine = repositories.loop()
  finally(function()
    engine:close()
  end)
  return loop
end

--- What a call has to take turns with; two of them are as two processes.
local function at_work(loop, turns)
  return { loop = loop, turns = turns or {} }
end

describe("a turn", function()
  for whose, turns in pairs { ["another process"] = {}, ["another task of this one"] = false } do
    it("is waited for beside running tasks, until " .. whose .. " ends its own", function()
      local loop = fresh()
      local other = at_work(loop)
      local mine = at_work(loop, turns or other.turns)
      local held, events = assert(turn.take(other, NAME)), {}
      assert(loop:all({ "waits", "works" }, 2, function(item)
        if item == "waits" then
          local taken <close> = assert(turn.take(mine, NAME)) -- luacheck: ignore taken
          events[#events + 1] = "taken"
          return true
        end
        for number = 1, 3 do
          assert(loop:request({ method = "GET", url = server.urls.a, timeout = 60 }))
          events[#events + 1] = number
        end
        held:release()
        events[#events + 1] = "released"
        return true
      end))
      assert.same({ 1, 2, 3, "released", "taken" }, events)
      assert.is_nil(next(mine.turns))
    end)
  end

  it("is given up when the other does not end, and the tasks beside it have done their work", function()
    local loop = fresh()
    local held <close> = assert(turn.take(at_work(loop), NAME)) -- luacheck: ignore held
    local results, errors = loop:all({ "waits", "works" }, 2, function(item)
      if item == "waits" then
        return turn.take(at_work(loop), NAME, 1)
      end
      return loop:request({ method = "GET", url = server.urls.a, timeout = 60 })
    end, true)
    assert.equal("locked", errors[1].code)
    assert.equal(200, results[2].status)
  end)
end)
