-- Job c without local state: many indexes, several at a time, on one client.
-- usage: indexes.lua "TARGET SOURCE..."...
local manifest <const> = require "manifest"

local client <close> = manifest.client {}

local function release(line)
  local sources = {}
  for word in line:gmatch "%S+" do sources[#sources + 1] = word end
  return assert(client:index { target = table.remove(sources, 1), sources = sources })
end

assert(client:all(table.move(arg, 1, #arg, 1, {}), release))
