--- Taking turns at a tag: of all processes of this machine, one at a time edits the index that a tag names.
--
-- A registry's last writer wins, so two who read, edit and write at once lose one edit. Under a turn they cannot, and
-- it costs no request. The lock is a file below the folder for temporary files, gone when the turn is over.

local core = require("manifest.base.core")

local turn = {}

local FOLDERS = { "/tmp", os.getenv("TMPDIR") }
local PATIENCE = 60 -- seconds to wait for one's turn
local FIRST_PAUSE, LONGEST_PAUSE = 0.002, 0.05

local methods = {}
local mt = { __name = "manifest.turn", __index = methods }

--- Ends the turn; safe twice.
function methods:release()
  self.held[self.name] = nil
  if self.lock then
    core.file.remove(self.path)
    self.lock:release()
    self.lock = nil
  end
end

mt.__close = methods.release

--- One attempt. nil when another has it; false when there is no place for locks.
local function try(name)
  local file = ("/manifest-edit-%s.lock"):format(core.hash.sum("sha256", name):sub(1, 40))
  local result = false
  for _, folder in ipairs(FOLDERS) do
    local lock, problem = core.file.lock(folder .. file, { timeout = 0 })
    if lock then
      return lock, folder .. file
    end
    if problem.code == "locked" then
      return nil
    end
  end
  return result
end

--- Waits for one's turn at a tag; other tasks go on meanwhile.
---@param context table
---@param name string of the tag, with its repository
---@return table|nil turn with release(), also `<close>`; nil: take none for granted
function turn.take(context, name)
  local pause, deadline = FIRST_PAUSE, core.clock() + PATIENCE
  while core.clock() < deadline do
    if not context.turns[name] then
      local lock, path = try(name)
      if lock == false then
        return nil
      end
      if lock then
        context.turns[name] = true
        return setmetatable({ lock = lock, path = path, name = name, held = context.turns }, mt)
      end
    end
    context.loop:sleep(pause * (0.5 + math.random()))
    pause = math.min(pause * 2, LONGEST_PAUSE)
  end
end

return turn
