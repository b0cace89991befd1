local core = require "manifest.core"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local take = require("manifest.engine.lock").take
local temp = require "spec.support.temp"

local lock = core.file.lock

local function busy(path, options)
  local taken, problem = lock(path, options)
  assert.is_nil(taken)
  assert.equal("locked", problem.code)
  assert.truthy(problem.retryable)
  assert.truthy(problem.message:find(path, 1, true))
end

--- A process that takes the lock, says so and stays; it runs `code` first.
local function holder(path, code)
  local program = temp.file((code or "") .. [[
    local held = assert(require("manifest.core").file.lock(arg[1]))
    io.stdout:write("held\n"):flush()
    os.execute("exec sleep 100")
    held:release()
  ]])
  local started = process.start { "lua5.4", program, path, env = ours.variables(), preload = true }
  assert(process.wait_for(function() return started:output():find("held") end), started:errors())
  return started
end

describe("core.file.lock", function()
  it("keeps others out until it is released", function()
    local path = temp.path("lock")
    local held = assert(lock(path))
    busy(path)
    busy(path, { shared = true })
    held:release()
    held:release()
    assert(lock(path)):release()
  end)

  it("is shared among those who ask for that", function()
    local path = temp.path("lock")
    local one = assert(lock(path, { shared = true }))
    local two = assert(lock(path, { shared = true }))
    busy(path)
    one:release()
    busy(path)
    two:release()
    assert(lock(path)):release()
  end)

  it("is released when its variable goes out of scope, and when it is collected", function()
    local path = temp.path("lock")
    do
      local held <close> = assert(lock(path)) -- luacheck: ignore held
      busy(path)
    end
    local dropped = lock(path)
    assert.truthy(dropped)
    dropped = nil -- luacheck: ignore dropped
    collectgarbage()
    collectgarbage()
    assert(lock(path)):release()
  end)

  it("is free when its holder was killed", function()
    local path = temp.path("lock")
    local other = holder(path, "")
    busy(path)
    other:stop("KILL")
    assert(take(path, { patience = 60 })):release() -- what it started has it, too, until that is killed or replaced
  end)

  it("does not pass to programs that its holder starts", function()
    local path = temp.path("lock")
    local held = assert(lock(path))
    local child = process.start { "sleep", "100" }
    held:release()
    assert(lock(path)):release()
    assert.is_true(child:alive())
    child:stop()
  end)

  it("is on the file that has the name, also when the holder removes it", function()
    local path = temp.path("lock")
    local other = process.start {
      "lua5.4", temp.file([[
        local take = require("manifest.engine.lock").take
        for _ = 1, 200 do
          local held <close> = assert(take(arg[1], { patience = 60, remove = true }))
          local handle = assert(io.open(arg[2], "r+"))
          local count = handle:read("n")
          handle:seek("set")
          handle:write(count + 1, "\n")
          handle:close()
        end
      ]]), path, temp.file("0\n", path .. "-count"), env = ours.variables(), preload = true }
    for _ = 1, 200 do
      local held <close> = assert(take(path, { patience = 60, remove = true })) -- luacheck: ignore held
      local count = tonumber(temp.read(path .. "-count"))
      temp.file(count + 1 .. "\n", path .. "-count")
    end
    assert.equal(0, other:wait(), other:errors())
    assert.equal("400\n", temp.read(path .. "-count"))
  end)

  it("says what cannot be locked", function()
    local _, problem = lock(temp.path("none") .. "/lock")
    assert.equal("not_found", problem.code)
    _, problem = lock(temp.folder())
    assert.equal("io", problem.code)
  end)
end)
