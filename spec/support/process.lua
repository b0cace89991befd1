--- Programs for specs: run one to its end, or keep one in the background until it is stopped by its pid.
--
-- A background program is a direct child, so its exit can be waited for and no zombie stays; should the specs be
-- killed, the kernel ends it too (setpriv --pdeathsig). It leads a process group, which `stop` ends as a whole.

local system = require "system"
local temp = require "spec.support.temp"

local methods = {}
local mt = { __name = "spec.process", __index = methods }

--- Quotes one word for sh.
local function quote(word)
  word = tostring(word)
  assert(not word:find("\0", 1, true), "a NUL cannot be an argument of a program")
  if word:find("^[%w_@%%+=:,./-]+$") then
    return word
  end
  return "'" .. word:gsub("'", [['\'']]) .. "'"
end

--- The command line of a table: its list part is the program and its arguments; `env` adds variables, and with
--- `clean = true` those are all there is besides PATH; `cwd` is the folder to run in.
-- A preloaded sanitizer is meant for Lua and our C core; other programs are run without it unless `preload` is set.
local function command_line(spec)
  local words = {}
  for _, word in ipairs(spec) do
    words[#words + 1] = quote(word)
  end
  -- Under nohup, or in the background of a script, signals are ignored, and a program would inherit that.
  local env = { "env --default-signal",
    spec.clean and "-i PATH=\"$PATH\"" or not spec.preload and "-u LD_PRELOAD" or "" }
  if spec.clean and spec.preload and os.getenv("LD_PRELOAD") then
    env[#env + 1] = "LD_PRELOAD=" .. quote(os.getenv("LD_PRELOAD"))
    env[#env + 1] = "ASAN_OPTIONS=" .. quote(os.getenv("ASAN_OPTIONS") or "")
  end
  if spec.clean and spec.preload and os.getenv("LUA_INIT_5_4") then -- of ./dev coverage
    env[#env + 1] = "LUA_INIT_5_4=" .. quote(os.getenv("LUA_INIT_5_4"))
  end
  for name, value in pairs(spec.env or {}) do
    env[#env + 1] = quote(name .. "=" .. value)
  end
  local cd = spec.cwd and "cd " .. quote(spec.cwd) .. " && " or ""
  return cd, table.concat(env, " ") .. " " .. table.concat(words, " ")
end

--- The shell line that runs a program to its end, and where its output goes.
local function prepare(spec)
  local cd, line = command_line(spec)
  local job = { out = temp.path("stdout"), err = temp.path("stderr"), input = spec.input and temp.file(spec.input) }
  job.line = ("%stimeout -k 5 %d %s >%s 2>%s <%s"):format(cd, spec.timeout or 600, line, job.out, job.err,
    job.input or "/dev/null")
  return job
end

local function collect(job, status)
  local result = { status = status, stdout = temp.read(job.out), stderr = temp.read(job.err) }
  os.remove(job.out)
  os.remove(job.err)
  if job.input then
    os.remove(job.input)
  end
  return result
end

--- Runs a program to its end: process.run { "docker", "version", env = {}, clean = true, cwd = path, input = bytes,
--- timeout = 60 }.
--- Returns { status (128+n after a signal, 124 when the time was over), stdout, stderr }.
local function run(spec)
  local job = prepare(spec)
  local _, how, code = os.execute(job.line)
  return collect(job, how == "signal" and 128 + code or code)
end

--- Runs programs side by side, each as `run` does, and returns their results in order.
local function run_all(specs)
  local jobs, lines = {}, {}
  for index, spec in ipairs(specs) do
    local job = prepare(spec)
    job.status = temp.path("status")
    jobs[index], lines[index] = job, ("(%s; echo $? >%s) &"):format(job.line, job.status)
  end
  os.execute(table.concat(lines, "\n") .. "\nwait")
  local results = {}
  for index, job in ipairs(jobs) do
    results[index] = collect(job, math.tointeger(tonumber(temp.read(job.status))))
    os.remove(job.status)
  end
  return results
end

--- True when a program of that name is on the PATH.
local function present(name)
  return (os.execute("command -v " .. quote(name) .. " >/dev/null 2>&1"))
end

--- Calls `ready` until it answers something true, and returns that; nil after `seconds` (default 60).
local function wait_for(ready, seconds)
  local deadline = system.monotime() + (seconds or 60)
  repeat
    local answer = ready()
    if answer then
      return answer
    end
    system.sleep(0.01)
  until system.monotime() > deadline
  return nil
end

--- Starts a program in the background: the table is that of `run` (no input, no timeout), plus `stdout` and `stderr`,
--- paths of the files its output goes to (stderr default: the same as stdout). Returns a process.
local function start(spec)
  local cd, line = command_line(spec)
  local stdout = spec.stdout or temp.path("log")
  local shell = ("%secho $$; exec setsid setpriv --pdeathsig TERM %s >%s 2>%s </dev/null"):format(cd, line, stdout,
    spec.stderr or "&1")
  local pipe = assert(io.popen(shell))
  local pid = assert(math.tointeger(pipe:read("l")), "the shell told no pid")
  local process = setmetatable({ pid = pid, pipe = pipe, stdout = stdout, stderr = spec.stderr or stdout }, mt)
  -- Made after the pipe, so finalised before it: closing the pipe waits for the program.
  process.guard = setmetatable({}, {
    __gc = function()
      process:stop("KILL")
    end,
  })
  return process
end

--- True while the program runs.
function methods:alive()
  if not self.pipe then
    return false
  end
  local stat = temp.read(("/proc/%d/stat"):format(self.pid))
  return stat ~= nil and stat:match("^%d+ %(.*%) (%a)") ~= "Z"
end

--- Sends a signal (default TERM) to the program alone.
function methods:signal(name)
  return os.execute(("kill -s %s %d 2>/dev/null"):format(name or "TERM", self.pid))
end

--- Ends the program and all it started, waits for it and returns its exit status. TERM first (or the given signal),
--- KILL when that did not help within 5 seconds.
function methods:stop(name)
  if not self.pipe then
    return self.status
  end
  local kill = function(signal)
    os.execute(("exec 2>/dev/null; kill -s %s -- -%d || kill -s %s %d"):format(signal, self.pid, signal, self.pid))
  end
  kill(name or "TERM")
  if not wait_for(function() return not self:alive() end, 5) then
    kill("KILL")
  end
  return self:wait()
end

--- Waits for the program to end by itself and returns its exit status (128+n after a signal).
function methods:wait()
  if self.pipe then
    local _, how, code = self.pipe:close()
    self.pipe = nil
    self.status = how == "signal" and 128 + code or code
  end
  return self.status
end

--- What the program has written so far.
function methods:output()
  return temp.read(self.stdout) or ""
end

function methods:errors()
  return temp.read(self.stderr) or ""
end

--- The path of Lua as a shared library, for forking_lua.py; nil where there is none.
local function lua_library()
  local name = "liblua" .. _VERSION:match("[%d.]+") .. ".so.0"
  local places = ("ls /usr/lib/*/NAME /usr/lib/NAME /usr/local/lib/NAME 2>/dev/null | head -n 1"):gsub("NAME", name)
  return run({ "sh", "-c", places }).stdout:match("[^\n]+")
end

return { run = run, run_all = run_all, start = start, present = present, quote = quote, wait_for = wait_for,
  lua_library = lua_library }
