-- Runs before every spec: nothing of the user's own configuration may leak into a test.
assert(_VERSION == "Lua 5.4" or _VERSION == "Lua 5.5", "run the specs with Lua 5.4 or 5.5: ./dev test")

if os.getenv("MANIFEST_HOSTILE_GC") == "1" then
  require("spec.support.hostile_gc").start(require("busted").subscribe)
end

require("spec.support.asserts.checked_results")
