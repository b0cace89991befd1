--- A temporary file of one's own, for bytes that come once and are read several times: to be hashed, then sent.
--
--     local spooled <close> = spool.open()     -- however the block is left, nothing stays
--     spooled:write(bytes)
--     spooled:finish()                         -- from here on `spooled.path` has all of them

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")

local fail, try = failure.fail, failure.try

local methods = {}
local mt = { __name = "manifest.spool", __index = methods }

function mt:__close()
  if self.file then
    self.file:close()
  end
  core.file.remove_tree(self.folder)
end

--- Makes an empty one, in a folder that nobody else may look into.
---@return table spooled {path}
local function open()
  local folder = try(core.file.temporary(os.getenv("TMPDIR") or "/tmp"))
  local self = setmetatable({ folder = folder, path = folder .. "/bytes" }, mt)
  try(core.file.make_directory(folder))
  local reason
  self.file, reason = io.open(self.path, "wb")
  if not self.file then
    core.file.remove_tree(folder)
    fail { code = "io", message = tostring(reason) }
  end
  return self
end

local function check(self, ok, reason)
  return ok and true or fail {
    code = "io", message = ("cannot write %s: %s"):format(self.path, reason),
    hint = "make room there, or set TMPDIR to a folder that has it",
  }
end

--- Adds bytes.
---@param bytes string
---@return true
function methods:write(bytes)
  return check(self, self.file:write(bytes))
end

--- Says that all has been added.
function methods:finish()
  check(self, self.file:flush())
end

return { open = open }
