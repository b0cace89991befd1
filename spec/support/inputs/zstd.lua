--- Whether the core under test opens zstd: that depends on what its build found.

local core = require "manifest.core"

local zstd = {}

--- True when it does; otherwise it must say so.
function zstd.is_built()
  local decompressor, problem = core.decompressor("zstd")
  if not decompressor then
    assert(problem.code == "unsupported", problem.message)
  end
  return decompressor ~= nil
end

return zstd
