local core = require "manifest.core"
local lock = require "manifest.engine.lock"
local loop = require "manifest.engine.loop"
local ours = require "spec.support.worlds.ours"
local pause = require "manifest.engine.pause"
local process = require "spec.support.process"
local requests = require "spec.support.worlds.requests"
local temp = require "spec.support.temp"

--- Runs Lua text in another process, with `lock`, and waits until it has said so.
local function other(text, ...)
  local started = process.start { "lua5.4", "-e", "local lock = require('manifest.engine.lock')\n" .. text, ...,
    env = ours.variables(), preload = true, stderr = temp.path("stderr") }
  assert(process.wait_for(function()
    return started:output():find("\n")
  end), started:errors())
  return started
end

local function holder(path)
  return other(([[
    local held = lock.take(%q, { patience = 0 })
    print("held")
    io.stdout:flush()
    os.execute("exec sleep 1000")
    held:release()]]):format(path))
end

describe("a lock", function()
  it("is waited for until its holder lets go", function()
    local path = temp.path("lock")
    local held = holder(path)
    local _, err = lock.take(path, { patience = 0.01 })
    assert.equal("locked", err.code)
    assert.matches(path, err.message, 1, true)
    held:stop("KILL")
    lock.take(path, { patience = 10 }):release()
    assert.is_string(temp.read(path))
  end)

  it("is tried for more often by who has waited long, before those who came later", function()
    local path, most, last = temp.path("lock"), 0, nil
    local held = holder(path)
    local wait = pause.wait
    pause.wait = function(seconds)
      wait(seconds)
      most, last = math.max(most, seconds), seconds
    end
    finally(function()
      pause.wait = wait
      held:stop("KILL")
    end)
    local _, err = lock.take(path, { patience = 0.7 })
    assert.equal("locked", err.code)
    assert.is_true(last < 0.005 and last < most / 2, ("%f of %f"):format(last, most))
  end)

  it("takes its file along when it is to", function()
    local path = temp.path("lock")
    do
      local held <close> = assert(lock.take(path, { patience = 0, remove = true })) -- luacheck: ignore held
      assert.is_string(temp.read(path))
    end
    assert.is_nil(temp.read(path))
  end)

  it("is waited for while other tasks go on", function()
    local path = temp.path("lock")
    local engine = requests.engine()
    local work = loop.new(engine)
    local held, done = assert(lock.take(path, { patience = 0 })), {}
    assert(work:all({ function()
      lock.take(path, { patience = 60 }):release()
      done[#done + 1] = "waited"
      return true
    end, function()
      for _ = 1, 3 do
        work:sleep(0.001)
      end
      done[#done + 1] = "let go"
      held:release()
      return true
    end }, 2, function(run)
      return run()
    end))
    engine:close()
    assert.same({ "let go", "waited" }, done)
  end)

  for name, text in pairs {
    ["code that is no task"] = "wait()",
    ["a task"] = [[require("manifest.engine.loop").new(require("manifest.core").engine({})):all({ 1 }, 1, wait)]],
  } do
    it("is waited for with an ear for signals, by " .. name, function()
      local path = temp.path("lock")
      local held = assert(lock.take(path, { patience = 0 }))
      local waiting = other(([[
        local function wait()
          print("waits")
          io.stdout:flush()
          return lock.take(%q, { patience = 1000 })
        end
        %s]]):format(path, text))
      assert(waiting:signal("INT"))
      assert(process.wait_for(function()
        return not waiting:alive()
      end), "it waits on")
      assert.matches("interrupted!", waiting:errors(), 1, true)
      held:release()
    end)
  end

  it("does not end with a child that its holder forked", function()
    local library = process.lua_library()
    if not library then
      return pending("needs Lua as a shared library")
    end
    local done = process.run { "python3", "spec/support/programs/forking_lua.py", library, temp.file([[
      package.path = "lua/?.lua;" .. package.path
      package.cpath = (os.getenv("MANIFEST_BUILD") or "build") .. "/?.so;" .. package.cpath
      local file = require("manifest.core").file
      local path = os.tmpname()
      os.remove(path)
      local held = assert(file.lock(path, { remove = true }))
      local child = fork()
      if child == 0 then
        held:release()
        os.exit(0, true)
      end
      wait(child)
      print(file.kind(path), (file.lock(path)))
      held:release()
      print(file.kind(path))]]), preload = true }
    assert.equal("file\tnil\nnil\n", done.stdout, done.stderr)
  end)
end)

describe("a turn", function()
  it("is had by one at a time, and its file goes with it", function()
    local name = "spec " .. temp.path("name")
    local file = ("/tmp/manifest-edit-%s.lock"):format(core.hash.sum("sha256", name):sub(1, 40))
    local mine = assert(lock.edit(name))
    local _, err = lock.edit(name, 0.01)
    assert.equal("locked", err.code)
    assert.is_string(temp.read(file))
    mine:release()
    assert.is_nil(temp.read(file))
  end)
end)
