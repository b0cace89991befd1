--- Faults at chosen system calls of a Lua program (strace): killed there, or the call fails.
--
-- The program marks the part that counts: `mark("begin")` and `mark("end")` are defined for it and ask the disk for a
-- file of a strange name, which a first, undisturbed run shows in strace's log. `arg` holds its arguments, and `core`
-- is manifest.core. Loading Lua and the module makes calls of the same names; they are counted and left alone.

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local prelude = [[
local core = require "manifest.core"
local function mark(name)
  core.file.kind("/manifest-mark-" .. name)
end
]]

--- Not steps of the program: memory, and what strace cannot stop.
local ignored = { brk = true, mmap = true, munmap = true, mprotect = true, madvise = true, exit_group = true,
  restart_syscall = true, rt_sigreturn = true, sched_yield = true, futex = true }

--- True when strace is there and this user may trace.
local function usable()
  return process.present("strace") and process.run({ "strace", "-f", "-o", "/dev/null", "true" }).status == 0
end

--- Runs the program, undisturbed or with one fault such as run(program, {}, "fsync", "error=EIO:when=3"). Returns the
--- result of process.run with `log`, strace's: of a run with a fault it has that call, and those of `also`.
local function run(program, arguments, call, fault, also)
  local log = temp.path("strace")
  local words = { "strace", "-f", "-y", "-qq", "-o", log }
  if fault then
    -- Not with --seccomp-bpf, under which strace sends no signal.
    local seen = "trace=" .. call .. (also and "," .. also or "")
    table.move({ "-e", seen, "-e", ("inject=%s:%s"):format(call, fault) }, 1, 4, #words + 1, words)
  end
  local sanitizer = os.getenv("LD_PRELOAD")
  if sanitizer then
    table.move({ "-E", "LD_PRELOAD=" .. sanitizer }, 1, 2, #words + 1, words)
  end
  table.move({ "lua5.4", temp.file(prelude .. program) }, 1, 2, #words + 1, words)
  table.move(arguments, 1, #arguments, #words + 1, words)
  words.env = ours.variables()
  local done = process.run(words)
  done.log = temp.read(log)
  os.remove(log)
  return done
end

--- The calls between the marks, in order, of an undisturbed run: list of { call = name, number = N }, where N counts
--- the calls of that name from the start of the program, as `when=N` does.
local function points(program, arguments)
  local done = run(program, arguments)
  assert(done.status == 0, "the undisturbed run failed: " .. done.stderr)
  local counts, list, inside = {}, {}, false
  for line in done.log:gmatch("[^\n]+") do
    local call = line:match("^%d+%s+([%w_]+)%(")
    if call then
      counts[call] = (counts[call] or 0) + 1
      local name = line:match('"/manifest%-mark%-(%a+)"')
      if name then
        inside = name == "begin"
      elseif inside and not ignored[call] then
        list[#list + 1] = { call = call, number = counts[call] }
      end
    end
  end
  assert(#list > 0, "no call between the marks")
  return list
end

--- Kills the program at one of its points: it must not get further. Returns the result of run, and what was done.
local function kill(program, arguments, point)
  local fault = ("signal=KILL:when=%d"):format(point.number)
  local done, what = run(program, arguments, point.call, fault), point.call .. ":" .. fault
  assert(done.status == 128 + 9, what .. " killed nothing")
  return done, what
end

return { usable = usable, run = run, points = points, kill = kill }
