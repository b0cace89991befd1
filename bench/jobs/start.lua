-- Prints the milliseconds of CPU that `require "manifest"` takes in a fresh state.
local before <const> = os.clock()
local manifest <const> = require "manifest"
print(string.format("%.3f", (os.clock() - before) * 1000), manifest)
