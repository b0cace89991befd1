-- In a program that has an event loop of its own (luv, which Neovim has too): a verb works in a thread beside it.
--
--     ./dev lua examples/event-loop.lua REF...
--
-- A thread of luv has a Lua state of its own. It takes and gives plain values, so it returns the digest or the
-- error's text.

local uv = require "luv" ---@diagnostic disable-line: unresolved-require

if not arg[1] then
  io.stderr:write("usage: event-loop.lua REF...\n")
  os.exit(125)
end

local function digest_of(path, cpath, ref)
  package.path, package.cpath = path, cpath
  local client <close> = require("manifest").client()
  local digest, err = client:digest(ref)
  return ref, digest, err and tostring(err)
end

local open, failed = #arg, false

-- The loop goes on meanwhile: this stands for a user interface.
local ticks, timer = 0, uv.new_timer()
timer:start(0, 5, function()
  ticks = ticks + 1
end)

local function finish()
  open = open - 1
  if open == 0 then
    timer:close()
  end
end

local work = uv.new_work(digest_of, function(ref, digest, message)
  print(ref, digest or message)
  failed = failed or not digest
  finish()
end)

for _, ref in ipairs(arg) do
  work:queue(package.path, package.cpath, ref)
end
uv.run()
print(("the loop went on: %s"):format(ticks > 0))
os.exit(failed and 1 or 0)
