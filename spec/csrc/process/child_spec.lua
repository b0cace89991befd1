local fails = require "spec.support.asserts.fails_saying"
local lfs = require "lfs"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local system = require "system"
local temp = require "spec.support.temp"

local run = require("manifest.base.program").run

--- An executable script; under the given name in a folder of its own when there is one.
local function script(text, name)
  local path = name and temp.folder() .. "/" .. name or temp.path("helper")
  temp.file(text:find("^[#\x7f]") and text or "#!/bin/sh\n" .. text, path)
  assert(os.execute("chmod 755 " .. process.quote(path)))
  return path
end

--- Children of this very process, zombies included.
local function children()
  local stat = temp.read("/proc/self/stat")
  local pid = stat:match("^%d+")
  return temp.read(("/proc/%s/task/%s/children"):format(pid, pid)) or ""
end

--- Runs Lua text in another process, with `run` defined, and returns its output.
local function elsewhere(text, words)
  words = words or { "lua5.4" }
  words[#words + 1] = temp.file("local run = require('manifest.base.program').run\n" .. text)
  local env = ours.variables()
  for name, value in pairs(words.env or {}) do
    env[name] = value
  end
  words.env, words.preload = env, true
  local done = process.run(words)
  assert.equal(0, done.status, done.stderr)
  return done.stdout
end

describe("a program that is run", function()
  local before

  before_each(function()
    before = children()
  end)

  after_each(function()
    assert.equal(before, children(), "a child was left")
  end)

  it("gives a helper its arguments and input, and takes its output and status", function()
    local helper = script('printf "%s|" "$@"; cat; exit 3')
    local done = assert(run({ helper, "get", "a b", "$(id)", "" }, "https://x\0\n"))
    assert.same({ status = 3, output = "get|a b|$(id)||https://x\0\n" }, done)
    assert.same({ status = 0, output = "" }, assert(run({ "/bin/true" })))
  end)

  it("passes much input and output at the same time", function()
    local bytes = ("0123456789abcdef"):rep(65536)
    assert.equal(bytes, assert(run({ "/bin/cat" }, bytes, { limit = #bytes })).output)
  end)

  it("is not hurt by a helper that does not read", function()
    local bytes = ("x"):rep(1 << 20)
    assert.same({ status = 0, output = "done" }, assert(run({ script("exec <&-; printf done") }, bytes)))
    assert.same({ status = 0, output = "done" }, assert(run({ script("exec <&-; sleep 0.1; printf done") }, bytes)))
  end)

  it("tells a helper that was killed by a signal", function()
    assert.same({ signal = 9, output = "x" }, assert(run({ script("printf x; kill -9 $$") })))
  end)

  it("kills a helper that writes too much, and all it started", function()
    fails("too_large", "more than 1000 bytes", run({ script("yes") }, "", { limit = 1000 }))
    assert.equal(1000, #assert(run({ script("head -c 1000 /dev/zero") }, "", { limit = 1000 })).output)
    fails("too_large", "1000", run({ script("head -c 1001 /dev/zero") }, "", { limit = 1000 }))
  end)

  it("kills a helper that does not end, and all it started", function()
    local pids = temp.path("pids")
    local helper = script('echo $$ >"$1"; trap "" TERM INT; sleep 100 & echo $! >>"$1"; sleep 100')
    local started, seconds = system.monotime(), 0.3
    repeat -- until it got as far as that before it was killed
      fails("timeout", ("did not end within %g s"):format(seconds), run({ helper, pids }, "", { timeout = seconds }))
      seconds = seconds * 2
    until (temp.read(pids) or ""):find("^%d+\n%d+\n$")
    assert.truthy(system.monotime() - started < 90)
    for pid in temp.read(pids):gmatch("%d+") do
      assert(process.wait_for(function()
        local stat = temp.read("/proc/" .. pid .. "/stat")
        return not stat or stat:find(") Z", 1, true)
      end), "process " .. pid .. " lives")
    end
  end)

  it("kills a helper that stops itself", function()
    fails("timeout", "did not end", run({ script("kill -STOP $$") }, "", { timeout = 0.2 }))
  end)

  it("does not wait for a descendant that keeps its output open", function()
    local started = system.monotime()
    local done = assert(run({ script("sleep 100 & echo $!") }, "question"))
    assert.equal(0, done.status)
    assert(os.execute("kill " .. assert(done.output:match("^(%d+)\n$"))))
    assert.truthy(system.monotime() - started < 90)
  end)

  it("waits for a helper that closes its output early", function()
    assert.same({ status = 4, output = "x" }, assert(run({ script("printf x; exec >&-; sleep 0.1; exit 4") })))
  end)

  it("says what is no program to look for", function()
    local here = script("echo", "no-such-helper-x")
    fails("not_found", "no-such-helper-y: it is not in", run({ "no-such-helper-y" }))
    fails("invalid_argument", "absolute path", run({ "./x" }))
    fails("invalid_argument", "absolute path", run({ "" }))
    fails("invalid_argument", "absolute path", run({ "../" .. here:match("[^/]+$") }))
  end)

  it("says what cannot be run", function()
    if lfs.attributes((os.getenv("MANIFEST_BUILD") or "build") .. "/cross-built") then
      return pending("qemu makes a fork of vfork, by which posix_spawn would learn that exec failed")
    end
    fails("not_found", "/none/x", run({ "/none/x" }))
    fails("io", "Permission denied", run({ temp.file("#!/bin/sh\n") }))
    fails("io", "Permission denied", run({ temp.folder() }))
    fails("io", "Exec format error", run({ script("\x7fELF no program") }))
    fails("io", "No such file", run({ script("#!/none/interpreter\n") }))
  end)

  it("refuses what the programmer got wrong", function()
    assert.has_error(function() run({}) end)
    assert.has_error(function() run({ "/bin/true", 1 }) end)
    assert.has_error(function() run({ "/bin/true\0x" }) end)
    assert.has_error(function() run({ "/bin/true", "a\0b" }) end)
    assert.has_error(function() run({ "/bin/true" }, "", { timeout = -1 }) end)
    assert.has_error(function() run({ "/bin/true" }, "", { limit = -1 }) end)
  end)
end)

describe("the world of a helper", function()
  it("is found in the absolute folders of PATH only", function()
    local good, evil = script("echo good", "spec-helper"), script("echo evil", "spec-helper")
    local closed = temp.file("", temp.folder() .. "/spec-helper")
    local text = "local done, problem = run({ 'spec-helper' }) print(done and done.output or problem.code)"
    local folder = evil:match("(.*)/")
    local found = good:match("(.*)/")
    local base = ":/usr/local/bin:/usr/bin:/bin"
    local build = os.getenv("MANIFEST_BUILD") or "build"
    local paths = {
      LUA_PATH = ours.variables().LUA_PATH, LUA_CPATH = ours.variables().LUA_CPATH, MANIFEST_BUILD = build,
    }
    local function with(path)
      paths.PATH = path
      return elsewhere(text, { "env", "-C", folder, "lua5.4", env = paths })
    end
    assert.equal("good\n\n", with(".::bin:./x:" .. closed:match("(.*)/") .. ":" .. found .. base))
    assert.equal("not_found\n", with("." .. base))
    assert.equal("not_found\n", with(base))
    assert.equal("not_found\n", with(base:sub(2) .. ":"))
    assert.equal("io\n", with(closed:match("(.*)/") .. base))
  end)

  it("has our standard error and no other descriptor of ours", function()
    local path = temp.file("x")
    local text = ([[
      local core = require("manifest.core")
      local leaked = assert(io.open(%q))
      local lock = assert(core.file.lock(%q))
      io.stdout:write(run({ "/bin/sh", "-c", "ls /proc/self/fd; echo told >&2" }).output)
      leaked:close()
      lock:release()
    ]]):format(path, path)
    -- ls itself has the folder open as 3.
    assert.equal("told\n0\n1\n2\n3\n", elsewhere(text, { "sh", "-c", 'exec lua5.4 "$1" 2>&1 9</dev/null', "sh" }))
  end)

  it("is a process group of its own, with no signal blocked and neither SIGPIPE nor SIGCHLD ignored", function()
    local text = [[
      local show = "grep -E '^Sig(Blk|Ign)' /proc/self/status; cut -d' ' -f5 /proc/$$/stat; echo $$"
      io.write(run({ "/bin/sh", "-c", show }).output)
    ]]
    local out = elsewhere(text, { "python3", "-c", [=[
import os, signal, sys
signal.signal(signal.SIGPIPE, signal.SIG_IGN)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
os.execvp("lua5.4", ["lua5.4", sys.argv[1]])]=] })
    local blocked, ignored, group, pid = out:match("SigBlk:%s*(%x+)%s*SigIgn:%s*(%x+)%s*(%d+)%s*(%d+)")
    assert.equal(0, tonumber(blocked, 16))
    assert.equal(0, tonumber(ignored, 16) & (1 << 12 | 1 << 16))
    assert.equal(pid, group)
  end)

  it("may be a host that ignores SIGCHLD: the status is unknown, the output is not", function()
    local text = [[
      local done = assert(run({ "/bin/sh", "-c", "sleep 0.1; echo answer; exit 1" }))
      assert(done.output == "answer\n" and done.status == nil and done.signal == nil)
      local _, problem = run({ "/bin/sleep", "100" }, "", { timeout = 0.1 })
      assert(problem.code == "timeout")
      print("well")
    ]]
    assert.equal("well\n", elsewhere(text, { "python3", "-c", [=[
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execvp("lua5.4", ["lua5.4", sys.argv[1]])]=] }))
  end)

  it("may be a host without standard streams", function()
    local told = temp.path("told")
    elsewhere(([[
      local done = assert(run({ "/bin/cat" }, "through"))
      local handle = assert(io.open(%q, "w"))
      handle:write(done.output, done.status)
      handle:close()
    ]]):format(told), { "sh", "-c", 'exec lua5.4 "$1" <&- >&-', "sh" })
    assert.equal("through0", temp.read(told))
  end)

  it("ends with what a signal raises in its host", function()
    local pid = temp.path("pid")
    local env = ours.variables()
    local host = process.start { "lua5.4", "-e", ("require('manifest.base.program').run({ '/bin/sh', '-c', "
      .. "'echo $$ > %s; exec sleep 1000' }, '', { timeout = 1000 })"):format(pid), env = env,
      stderr = temp.path("stderr"), preload = true }
    assert(process.wait_for(function()
      return (temp.read(pid) or ""):find("\n")
    end))
    assert(host:signal("INT"))
    assert(process.wait_for(function()
      return not host:alive()
    end), "the host goes on")
    assert.matches("interrupted!", host:errors(), 1, true)
    assert.is_nil(temp.read("/proc/" .. temp.read(pid):match("%d+") .. "/stat"))
  end)

  it("may be a host that dies of SIGPIPE", function()
    assert.equal("well\n", elsewhere([[
      for _ = 1, 5 do
        assert(run({ "/bin/sh", "-c", "exec <&-" }, ("x"):rep(1 << 20)).status == 0)
      end
      print("well")
    ]]))
  end)
end)
