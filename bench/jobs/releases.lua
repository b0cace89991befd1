-- Job c: many lists, several at a time, with the compatible verbs on one client.
-- usage: releases.lua "TARGET SOURCE..."...
local manifest <const> = require "manifest"

local client <close> = manifest.client {}

local function release(line)
  local sources = {}
  for word in line:gmatch "%S+" do sources[#sources + 1] = word end
  local target = table.remove(sources, 1)
  assert(client:create(target, sources))
  assert(client:annotate(target, sources[2], { os = "linux", arch = "arm64", variant = "v8" }))
  return assert(client:push(target))
end

assert(client:all(table.move(arg, 1, #arg, 1, {}), release))
