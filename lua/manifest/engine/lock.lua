--- Taking turns: of all processes of this machine, one at a time edits what a tag or a lock file of a release says.
--
-- A registry's last writer wins, so two who read, edit and write at once lose one edit. Under a turn they cannot, and
-- it costs no request. The lock is a file below the folder for temporary files, gone when the turn is over.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")

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
  for _, folder in ipairs(FOLDERS) do
    local lock, problem = core.file.lock(folder .. file, { timeout = 0 })
    if lock then
      return lock, folder .. file
    end
    if problem.code == "locked" then
      return nil
    end
  end
  return false
end

--- Waits for one's turn; other tasks go on meanwhile.
---@param context table
---@param name string of what is to be edited: a tag with its repository, say
---@param patience number|nil seconds to wait
---@return table|nil turn with release(), also `<close>`; nil alone: no place for locks, take nothing for granted
---@return table|nil err locked: somebody else does not end
function turn.take(context, name, patience)
  patience = patience or PATIENCE
  local pause, deadline = FIRST_PAUSE, core.clock() + patience
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
  return nil, error_of.new({
    code = "locked", message = ("another process has been at work on it for %d seconds"):format(patience),
    hint = "let it end, then try again",
  })
end

return turn
