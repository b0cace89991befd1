--- Writing what others may write at the same moment, where the last writer wins: what was written is looked at again
--- until it has held for a while, and written once more when somebody overwrote it.

local core = require("manifest.base.core")
local fail = require("manifest.base.failure").fail

local MOST_WRITES = 40
local PAUSE = 0.4 -- seconds that what was written must hold, twice; more on a slow registry
local LONGEST_PAUSE = 5
local HOLDS = 2

--- Writes until it holds. What stands at the first look costs no second one.
---@param loop table
---@param step function () -> held, started: is what it should be there? False: it was written, from what was read at
--- `started` (core.clock). Fails with conflict: others overwrite it again and again.
local function settle(loop, step)
  local writes, holds, pause = 0, 0, PAUSE
  while writes < MOST_WRITES do
    local held, started = step()
    if held then
      holds = holds + 1
    else
      writes, holds = writes + 1, 0
      pause = math.min(math.max(PAUSE, 4 * (core.clock() - started)), LONGEST_PAUSE)
    end
    if writes == 0 or holds == HOLDS then
      return
    end
    loop:sleep(pause * (0.75 + math.random() / 2))
  end
  fail { code = "conflict", message = "others overwrite it all the time", hint = "try again later" }
end

return settle
