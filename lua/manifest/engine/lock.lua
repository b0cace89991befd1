--- Locks between processes: flock(2) on a file of its own, freed by the kernel when its holder ends, however.
--
-- Who waits for one tries again and again, so that a signal is noticed at once and other tasks go on; the longer, the
-- more often, so that nobody waits much longer than others.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local pause = require("manifest.engine.pause")
local text = require("manifest.base.text")

local lock = {}

local SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.032

local FOLDERS = { "/tmp", os.getenv("TMPDIR") }
local PATIENCE = 60 -- seconds to wait for those who edit

--- Seconds until the next try of who has waited for so many: at first about as many again, then fewer and fewer.
local function pause_after(waited)
  return math.max(math.min(waited, LONGEST_PAUSE, 0.0005 / waited ^ 2), SHORTEST_PAUSE)
end

--- Takes the lock of a file, which is made when it is missing.
---@param path string
---@param options table {patience = seconds to wait, shared = boolean: with others who share it, remove = boolean: the
--- file goes with the lock}
---@return_overload userdata held with release(), also `<close>`
---@return_overload nil, table err locked, not_found (the folder is missing), io
function lock.take(path, options)
  local began = core.clock()
  while true do
    local held, err = core.file.lock(path, { shared = options.shared, remove = options.remove })
    local waited = core.clock() - began
    local left = options.patience - waited
    if held or err.code ~= "locked" or left <= 0 then
      return held, err
    end
    -- Other in each process, so that those who came together do not try together.
    pause.wait(math.min(left, pause_after(waited) * (0.5 + math.random())))
  end
end

--- Locks what several processes of this machine edit, a tag or the lock file of a release. A registry's last writer
--- wins, so two who read, edit and write at once lose one edit. One after the other they cannot, and it costs no
--- request. The lock is a file below the folder for temporary files.
---@param name string of what is to be edited: a tag with its repository, say
---@param patience number|nil seconds to wait
---@return userdata|nil held with release(), also `<close>`; nil alone: no place for locks, take nothing for granted
---@return table|nil err locked: somebody else does not end
function lock.edit(name, patience)
  patience = patience or PATIENCE
  local file = ("/manifest-edit-%s.lock"):format(core.hash.sum("sha256", name):sub(1, 40))
  for _, folder in ipairs(FOLDERS) do
    local held, err = lock.take(folder .. file, { patience = patience, remove = true })
    if held then
      return held
    end
    if err.code == "locked" then
      return nil, error_of.new({
        code = "locked",
        message = ("another process has been at work on it for %s seconds"):format(text.number(patience)),
        hint = "let it end, then try again",
      })
    end
  end
  return nil
end

return lock
