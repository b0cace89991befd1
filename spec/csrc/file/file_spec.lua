local core = require "manifest.core"
local fails = require "spec.support.asserts.fails_saying"
local inject = require "spec.support.worlds.inject"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local file = core.file

local function shell(...)
  local done = process.run { "sh", "-c", ... }
  assert(done.status == 0, done.stderr)
  return done.stdout:gsub("\n$", "")
end

local function mode_of(path)
  return (shell("stat -c %a -- '" .. path .. "'"))
end

describe("core.file.version", function()
  it("differs after each change, and is none of what was only just changed, or is not there", function()
    local path = temp.file("12345")
    assert.is_nil(file.version(path))
    assert.is_nil(file.version(temp.path("none")))
    assert.is_string(file.version("/proc/self/exe"))
    shell("sleep 3.1")
    local before = assert(file.version(path))
    assert.equal(before, file.version(path))
    temp.file("54321", path)
    assert.is_nil(file.version(path))
  end)
end)

describe("core.file.read", function()
  it("gives the bytes as they are", function()
    local bytes = "a\0b\r\n\xff" .. ("x"):rep(100000)
    assert.equal(bytes, file.read(temp.file(bytes), #bytes))
    assert.equal("", file.read(temp.file(""), 0))
  end)

  it("takes a limit as a limit, not as a length", function()
    local path = temp.file("12345")
    fails("too_large", "limit is 4", file.read(path, 4))
    fails("too_large", "more than 4", file.read("/proc/self/status", 4)) -- tells 0 bytes as its size
  end)

  it("says what is not there", function()
    local path = temp.path("none")
    fails("not_found", path .. ": No such file", file.read(path, 10))
    fails("not_found", "Not a directory", file.read(temp.file("") .. "/x", 10))
  end)

  it("reads regular files only, and never waits for one that is not", function()
    local fifo = temp.path("fifo")
    shell("mkfifo '" .. fifo .. "'")
    fails("io", "not a regular file", file.read(fifo, 10))
    fails("io", "is a folder", file.read(temp.folder(), 10))
    fails("io", "not a regular file", file.read("/dev/zero", 10))
  end)

  it("follows a symbolic link unless told not to", function()
    local link, loop = temp.path("link"), temp.path("loop")
    shell("ln -s '" .. temp.file("there") .. "' '" .. link .. "'; ln -s '" .. loop .. "' '" .. loop .. "'")
    assert.equal("there", file.read(link, 10))
    fails("io", "is a symbolic link", file.read(link, 10, { follow = false }))
    fails("io", loop, file.read(loop, 10))
  end)

  it("refuses what the programmer got wrong", function()
    assert.has_error(function() file.read("/etc/hostname\0.evil", 10) end)
    assert.has_error(function() file.read("/etc/hostname") end)
    assert.has_error(function() file.read("/etc/hostname", -1) end)
    assert.has_error(function() file.read("/etc/hostname", 1, { follow = 1 }) end)
  end)
end)

describe("core.file.replace", function()
  it("makes a file and replaces it", function()
    local path = temp.path()
    assert.is_true(file.replace(path, "one\0"))
    assert.equal("one\0", file.read(path, 10))
    assert.is_true(file.replace(path, ""))
    assert.equal("", file.read(path, 10))
  end)

  it("gives the permissions asked for, whatever the umask is", function()
    local program = temp.file([[
      local file = require("manifest.core").file
      assert(file.replace(arg[1], "x"))
      assert(file.replace(arg[2], "x", { mode = 0x1a4 }))
      assert(file.make_directory(arg[3] .. "/a/b"))
    ]])
    for _, umask in ipairs { "000", "077", "027" } do
      local private, public, folder = temp.path(), temp.path(), temp.folder()
      local words = { "sh", "-c", 'umask "$1"; shift; exec lua5.4 "$@"', "sh", umask, program, private, public, folder }
      words.env, words.preload = ours.variables(), true
      local done = process.run(words)
      assert.equal(0, done.status, done.stderr)
      assert.equal("600", mode_of(private))
      assert.equal("644", mode_of(public))
      assert.equal("700", mode_of(folder .. "/a"))
      assert.equal("700", mode_of(folder .. "/a/b"))
    end
  end)

  it("keeps the permissions that are there when asked to", function()
    local path = temp.file("old")
    shell("chmod 640 '" .. path .. "'")
    assert(file.replace(path, "new", { keep = true }))
    assert.equal("640", mode_of(path))
    assert(file.replace(path, "new"))
    assert.equal("600", mode_of(path))
  end)

  it("tells beforehand what it would replace", function()
    local folder = temp.folder("links")
    assert.equal(folder .. "/none", file.target(folder .. "/none"))
    local real = temp.file("x", folder .. "/real")
    assert.equal(real, file.target(real))
    shell(("ln -s real '%s/link'; ln -s nowhere '%s/dangling'"):format(folder, folder))
    assert.equal(real, file.target(folder .. "/link"))
    fails("io", "a symbolic link to nothing", file.target(folder .. "/dangling"))
  end)

  it("replaces what a symbolic link stands for, or refuses the link", function()
    local target, link, nowhere = temp.file("old"), temp.path("link"), temp.path("nowhere")
    shell("ln -s '" .. target .. "' '" .. link .. "'; ln -s '" .. temp.path() .. "' '" .. nowhere .. "'")
    assert(file.replace(link, "new"))
    assert.equal("new", temp.read(target))
    assert.equal("other", file.kind(link))
    fails("io", "not a regular file", file.replace(link, "newer", { follow = false }))
    fails("io", "link to nothing", file.replace(nowhere, "x"))
    assert.equal("new", temp.read(target))
  end)

  it("refuses to replace what is not a regular file", function()
    local fifo, folder = temp.path("fifo"), temp.folder()
    shell("mkfifo '" .. fifo .. "'")
    fails("io", fifo, file.replace(fifo, "x"))
    fails("io", folder, file.replace(folder, "x"))
    fails("io", "open the folder", file.replace(temp.path() .. "/below", "x"))
  end)

  it("keeps its temporary file in the folder it is told", function()
    local folder = temp.folder()
    local temporary = temp.folder()
    assert(file.replace(folder .. "/a", "x", { temporary = temporary }))
    assert.same({ "a" }, file.list(folder))
    assert.same({}, file.list(temporary))
    fails("io", "temporary file", file.replace(folder .. "/a", "y", { temporary = temporary .. "/none" }))
    assert.equal("x", temp.read(folder .. "/a"))
  end)

  it("shows readers the old bytes or the new ones", function()
    local path = temp.file(("a"):rep(70000))
    local writer = process.start {
      "lua5.4", temp.file([[
        local file = require("manifest.core").file
        for round = 1, 150 do
          assert(file.replace(arg[1], (round % 2 == 0 and "a" or "b"):rep(70000)))
        end
      ]]), path, env = ours.variables(), preload = true }
    while writer:alive() do
      local bytes = file.read(path, 70000)
      assert.truthy(bytes == ("a"):rep(70000) or bytes == ("b"):rep(70000), "a reader saw a torn file")
    end
    assert.equal(0, writer:wait())
  end)
end)

describe("a fault during core.file.replace", function()
  local program = [[
    mark("begin")
    local done, problem = core.file.replace(arg[1], "new", { temporary = arg[2] })
    mark("end")
    if not done then
      io.stdout:write(problem.code, " ", problem.message)
      os.exit(9)
    end
  ]]
  local faults = { openat = { "EMFILE", "EROFS", "ENOSPC" }, write = { "ENOSPC", "EDQUOT", "EIO" }, fsync = { "EIO" },
    fchmod = { "EPERM" }, close = { "EIO" }, rename = { "EIO", "EROFS", "ENOSPC" } }

  local function each_point(act)
    if not inject.usable() then
      return pending("strace is not usable here")
    end
    local folder, temporary = temp.folder(), temp.folder()
    local path = temp.file("old", folder .. "/x")
    for _, point in ipairs(inject.points(program, { path, temporary })) do
      act(point, folder, temporary, path)
    end
  end

  it("leaves the old file, and nothing else, when a call fails", function()
    local seen = 0
    each_point(function(point, folder, temporary, path)
      for _, fault in ipairs(faults[point.call] or {}) do
        temp.file("old", path)
        local rule = ("error=%s:when=%d"):format(fault, point.number)
        local done = inject.run(program, { path, temporary }, point.call, rule)
        local bytes = temp.read(path)
        if done.status == 0 then
          assert.equal("new", bytes, rule) -- the close of a folder, say
        else
          assert.equal(9, done.status, rule .. done.stderr)
          assert.truthy(done.stdout:find("^io .*: %u"), done.stdout)
          assert.truthy(done.stdout:find(path, 1, true) or done.stdout:find(temporary, 1, true)
            or done.stdout:find(folder, 1, true), done.stdout)
          assert.equal(done.stdout:find("change is done", 1, true) and "new" or "old", bytes, rule .. done.stdout)
          seen = seen + 1
        end
        assert.same({ "x" }, file.list(folder), rule)
        assert.same({}, file.list(temporary), rule)
      end
    end)
    assert.is_true(seen >= 10, "only " .. seen .. " faults were noticed")
  end)

  it("cannot happen to the folder when more files follow: it is made durable with the last of them", function()
    if not inject.usable() then
      return pending("strace is not usable here")
    end
    local text = 'mark("begin") assert(core.file.replace(arg[1], "new", { more = %s })) mark("end")'
    for more, expected in pairs { ["true"] = 1, ["false"] = 2 } do
      local flushes = 0
      for _, point in ipairs(inject.points(text:format(more), { temp.path("x") })) do
        flushes = flushes + (point.call == "fsync" and 1 or 0)
      end
      assert.equal(expected, flushes)
    end
  end)

  it("goes on when a signal interrupts a call", function()
    local interrupted = 0
    each_point(function(point, folder, temporary, path)
      if point.call == "write" or point.call == "fsync" then
        temp.file("old", path)
        local rule = ("error=EINTR:when=%d"):format(point.number)
        local done = inject.run(program, { path, temporary }, point.call, rule)
        assert.equal(0, done.status, rule .. done.stdout)
        assert.equal("new", temp.read(path))
        assert.same({ "x" }, file.list(folder))
        interrupted = interrupted + 1
      end
    end)
    assert.is_true(interrupted >= 3, interrupted)
  end)
end)

describe("core.file on folders", function()
  it("lists names sorted as bytes", function()
    local folder = temp.folder()
    for _, name in ipairs { "b", "a", "B", "_", ".x", "a-", "a_", "\xc3\xa9" } do
      temp.file("", folder .. "/" .. name)
    end
    assert.same({ ".x", "B", "_", "a", "a-", "a_", "b", "\xc3\xa9" }, file.list(folder))
    fails("not_found", folder .. "/none", file.list(folder .. "/none"))
    fails("not_found", "Not a directory", file.list(folder .. "/a"))
  end)

  it("tells what a path is, without following links", function()
    local folder, link = temp.folder(), temp.path("link")
    shell("ln -s '" .. folder .. "' '" .. link .. "'")
    assert.equal("directory", file.kind(folder))
    assert.equal("file", file.kind(temp.file("")))
    assert.equal("other", file.kind(link))
    assert.equal("other", file.kind("/dev/null"))
    local kind, problem = file.kind(temp.path("none"))
    assert.is_nil(kind)
    assert.is_nil(problem)
    fails("io", "File name too long", file.kind("/" .. ("x"):rep(300)))
  end)

  it("makes folders with what is missing above, and leaves those that are there", function()
    local folder = temp.folder()
    shell("chmod 755 '" .. folder .. "'")
    assert.is_true(file.make_directory(folder .. "/a//b/c/"))
    assert.is_true(file.make_directory(folder .. "/a/b/c"))
    assert.equal("700", mode_of(folder .. "/a/b/c"))
    assert.equal("755", mode_of(folder))
    temp.file("", folder .. "/file")
    fails("io", folder .. "/file", file.make_directory(folder .. "/file/x"))
    fails("io", "path is empty", file.make_directory(""))
  end)

  it("removes a tree, and nothing that links in it point to", function()
    local outside, folder = temp.folder(), temp.folder()
    local kept = temp.file("kept", outside .. "/kept")
    shell(("cd '%s' && mkdir -p a/b/c && touch a/x a/b/y && mkfifo a/f && ln -s '%s' a/b/c/l && ln -s '%s' top"):format(
      folder, outside, outside))
    assert.is_true(file.remove_tree(folder .. "/top"))
    assert.is_true(file.remove_tree(folder))
    assert.is_nil(file.kind(folder))
    assert.equal("kept", temp.read(kept))
    fails("not_found", folder, file.remove_tree(folder))
  end)

  it("removes one file or empty folder, not a full one", function()
    local path, folder = temp.file("x"), temp.folder()
    assert.is_true(file.remove(path))
    fails("not_found", path, file.remove(path))
    temp.file("", folder .. "/x")
    fails("io", folder, file.remove(folder))
    assert.is_true(file.remove(folder .. "/x"))
    assert.is_true(file.remove(folder))
  end)

  it("moves a folder in place of nothing or an empty one only", function()
    local from, to = temp.folder(), temp.folder()
    temp.file("x", from .. "/x")
    assert.is_true(file.rename(from, to))
    assert.same({ "x" }, file.list(to))
    local other = temp.folder()
    fails("io", to, file.rename(other, to))
    fails("not_found", "No such file", file.rename(from, other))
  end)

  it("says what a folder has room for", function()
    local folder = temp.folder()
    local room = assert(file.room(folder))
    local said = process.run { "stat", "-f", "-c", "%a %S", folder }
    local blocks, size = said.stdout:match("(%d+) (%d+)")
    assert.is_true(math.abs(room.bytes - blocks * size) < 2 ^ 30, said.stdout .. " " .. room.bytes)
    assert.same({ false, true, "integer" }, { room.no_files, room.writable, math.type(room.bytes) })
    fails("not_found", folder .. "/none", file.room(folder .. "/none"))
  end)

  it("moves several files, and makes their names durable at once", function()
    local folder = temp.folder()
    for _, name in ipairs { "a", "b" } do
      assert.is_true(file.rename(temp.file(name), folder .. "/" .. name, { more = true }))
    end
    assert.is_true(file.sync(folder))
    assert.same({ "a", "b" }, file.list(folder))
    fails("io", "cannot be made durable", file.sync(folder .. "/none"))
  end)

  it("knows a folder from another that takes its place", function()
    local folder = temp.folder()
    local first = file.identity(folder)
    assert.truthy(first:find("^%d+%.%d+:%d+:%-?%d+%.%d+$"), first)
    local moved = temp.path()
    assert(file.rename(folder, moved))
    assert.equal(first, file.identity(moved))
    for _ = 1, 5 do
      assert(file.make_directory(folder))
      assert.not_equal(first, file.identity(folder))
      assert(file.remove_tree(folder))
    end
    fails("not_found", folder, file.identity(folder))
  end)
end)

describe("core.file.copy of a part", function()
  it("copies or hashes a range", function()
    local from, to = temp.file("0123456789"), temp.path("part")
    assert.equal(core.hash.sum("sha256", "345"), assert(core.file.copy(from, to, "sha256", 3, 3)))
    assert.equal("345", temp.read(to))
    assert.equal(core.hash.sum("sha256", "3456789"), assert(core.file.copy(from, nil, "sha256", 3)))
    fails("io", "shorter", core.file.copy(from, nil, "sha256", 8, 3))
    assert.has_error(function() core.file.copy(from, nil, "sha256", -1) end)
  end)
end)
