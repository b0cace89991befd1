--- A file that a request has filled is brought to the disk in a thread, while the other requests go on.

local block = require "spec.support.block"
local inject = require "spec.support.worlds.inject"
local temp = require "spec.support.temp"

if not inject.usable() then
  pending("needs strace")
  return
end

local server = block.scripted { exchanges = {
  { path = "/file", answer = { status = 200, body = "bytes" } },
  { path = "/slow", answer = { { sleep = 0.2 }, { status = 200 } } },
} }

--- Runs a program whose fsync meets a fault; it has `engine`, `start(path, file)` and `ended()`, which steps until
--- something has ended and gives it.
local function run(fault, program)
  local path = temp.path("flushed")
  local done = inject.run([[
    local engine <close> = require("spec.support.worlds.requests").engine()
    local function start(path, file)
      return assert(engine:start { method = "GET", url = arg[1] .. path, sink_file = file, timeout = 60 })
    end
    local function ended()
      local finished
      repeat
        finished = assert(engine:step(1))
      until finished[1]
      return finished[1]
    end
  ]] .. program, { server.urls.a, path }, "fsync", fault)
  assert.equal(0, done.status, done.stderr)
  return done.stdout, path
end

describe("the end of a file", function()
  it("is waited for by nobody else", function()
    local said, path = run("delay_enter=1500000", [[
      local file, slow = start("/file", arg[2]), start("/slow")
      print(ended() == slow, ended() == file)
    ]])
    assert.equal("true\ttrue\n", said)
    assert.equal("bytes", temp.read(path))
  end)

  it("says why the disk refused it, and leaves no file", function()
    local said, path = run("error=EIO", [[
      local response, problem = start("/file", arg[2]), nil
      response, problem = ended():result()
      print(response, problem.code, problem.message)
    ]])
    assert.equal(("nil\tio\tcannot flush %s: Input/output error\n"):format(path), said)
    assert.is_nil(temp.read(path))
  end)

  it("is not in the way of one that is given up", function()
    local said, path = run("delay_enter=1500000", [[
      local file <close> = start("/file", arg[2])
      repeat
        assert(engine:step(0.05))
      until core.file.read(arg[2], 99) == "bytes"
      print(#assert(engine:step(0.05)))
      file:close()
    ]])
    assert.equal("0\n", said)
    assert.is_nil(temp.read(path))
  end)
end)
