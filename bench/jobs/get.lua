-- The exact bytes of what a name names.
-- usage: get.lua REFERENCE
local manifest <const> = require "manifest"

local client <close> = manifest.client {}
io.write(assert(client:get(arg[1])).raw)
