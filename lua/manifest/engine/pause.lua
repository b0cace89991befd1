--- Waits some time. Where the caller is a task, the other tasks of its loop go on; a signal's hook gets its turn.

local core = require("manifest.base.core")

local pause = {
  loops = setmetatable({}, { __mode = "k" }), -- [coroutine] = the loop whose task it is
}

---@param seconds number
function pause.wait(seconds)
  local loop = coroutine.isyieldable() and pause.loops[coroutine.running()]
  if loop then
    loop:sleep(seconds)
  else
    core.sleep(seconds)
  end
end

return pause
