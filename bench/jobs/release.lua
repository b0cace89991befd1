-- Job a, one script: create, annotate and push one list, with the compatible verbs on one client.
-- usage: release.lua TARGET SOURCE...
local manifest <const> = require "manifest"

local target <const> = arg[1]
local sources <const> = table.move(arg, 2, #arg, 1, {})

-- The instruction count runs over plain HTTP, which a registry has to be allowed.
local client <close> = manifest.client { insecure = os.getenv "MANIFEST_BENCH_PLAIN" and true or nil }
assert(client:create(target, sources))
assert(client:annotate(target, sources[2], { os = "linux", arch = "arm64", variant = "v8" }))
assert(client:push(target))
