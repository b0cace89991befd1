local core = require "manifest.core"
local inject = require "spec.support.worlds.inject"
local lfs = require "lfs"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local sum = core.hash.sum

describe("core.file.copy", function()
  it("copies bytes of any length and gives their digest", function()
    for _, length in ipairs { 0, 1, 32767, 32768, 32769, 1000000 } do
      local bytes, to = ("x"):rep(length), temp.path("copy")
      assert.equal(sum("sha256", bytes), assert(core.file.copy(temp.file(bytes), to, "sha256")))
      assert.equal(bytes, temp.read(to))
      assert.equal("rw-------", lfs.attributes(to, "permissions"))
    end
    assert.equal(sum("sha512", "x"), assert(core.file.copy(temp.file("x"), temp.path("copy"), "sha512")))
  end)

  it("takes nothing but regular files, and replaces none", function()
    local fifo, there = temp.path("fifo"), temp.file("there")
    assert(process.run({ "mkfifo", fifo }).status == 0)
    local cases = {
      { fifo, temp.path("to"), "io" }, { temp.folder(), temp.path("to"), "io" },
      { temp.path("none"), temp.path("to"), "io" },
      { there, there, "io" }, { there, temp.path("no/folder"), "io" }, { "/dev/zero", temp.path("to"), "io" },
    }
    for _, case in ipairs(cases) do
      local none, problem = core.file.copy(case[1], case[2], "sha256")
      assert.is_nil(none)
      assert.equal(case[3], problem.code)
    end
    assert.equal("there", temp.read(there))
    local to = temp.path("to")
    local none, problem = core.file.copy(there, to, "md5")
    assert.is_nil(none)
    assert.equal("unsupported", problem.code)
    assert.is_nil(lfs.attributes(to))
  end)

  it("leaves nothing when the disk is full", function()
    -- A limit on the size of files stands for the end of the disk; the signal that comes with it is ignored.
    local to = temp.path("to")
    local program = temp.file(('local none, problem = require("manifest.core").file.copy(%q, %q, "sha256")\n')
      :format(temp.file(("x"):rep(100000)), to) .. "print(none, problem and problem.code)")
    local done = process.run { "sh", "-c", "trap '' XFSZ; ulimit -f 10; exec lua5.4 " .. program,
      env = require("spec.support.worlds.ours").variables(), preload = true }
    assert.equal("nil\tio\n", done.stdout, done.stderr)
    assert.is_nil(lfs.attributes(to))
  end)

  it("goes on when a signal interrupts a call", function()
    if not inject.usable() then
      return pending("strace is not usable here")
    end
    local program = [[
      mark("begin")
      assert(core.file.copy(arg[1], arg[2], "sha256"))
      mark("end")
    ]]
    local from, interrupted = temp.file("bytes"), {}
    for _, point in ipairs(inject.points(program, { from, temp.path("to") })) do
      if point.call:find("^pread") or point.call == "write" or point.call == "fsync" or point.call == "close" then
        local to, rule = temp.path("to"), ("error=EINTR:when=%d"):format(point.number)
        local done = inject.run(program, { from, to }, point.call, rule)
        assert.equal(0, done.status, point.call .. rule .. done.stdout .. done.stderr)
        assert.equal("bytes", temp.read(to))
        interrupted[point.call] = true
      end
    end
    assert.is_true(interrupted.write and interrupted.fsync and interrupted.close)
  end)

  it("finds a place for a new file", function()
    local folder = temp.folder()
    local one, two = assert(core.file.temporary(folder)), assert(core.file.temporary(folder))
    assert.not_equal(one, two)
    assert.equal(folder .. "/.manifest-", one:sub(1, -17))
    assert.is_nil((core.file.temporary(("x"):rep(5000))))
  end)

  it("sets modes", function()
    local path = temp.file("x")
    assert(core.file.set_mode(path, tonumber("640", 8)))
    assert.equal("rw-r-----", lfs.attributes(path, "permissions"))
    local none, problem = core.file.set_mode(temp.path("none"), 0)
    assert.is_nil(none)
    assert.equal("io", problem.code)
    assert.has_error(function() core.file.set_mode(path, -1) end)
  end)
end)
