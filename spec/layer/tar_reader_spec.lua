local caught = require("manifest.base.failure").caught
local lfs = require "lfs"
local process = require "spec.support.process"
local tar_file = require "manifest.layer.tar_file"
local tar_reader = require "manifest.layer.tar_reader"
local temp = require "spec.support.temp"

local LONG = ("d"):rep(60) .. "/" .. ("e"):rep(60) .. "/" .. ("f"):rep(60)

--- A folder with files of many sizes, links and long names.
local function tree()
  local folder = temp.folder("tree")
  local path = folder
  for part in LONG:gmatch("[^/]+") do
    path = path .. "/" .. part
    lfs.mkdir(path)
  end
  temp.file("long", path .. "/file")
  for _, size in ipairs { 0, 1, 19, 20, 511, 512, 513, 1024, 100000 } do
    temp.file(("x"):rep(size), ("%s/size-%d"):format(folder, size))
  end
  assert(lfs.link("size-1", folder .. "/symbolic", true))
  assert(lfs.link(folder .. "/size-513", folder .. "/zz-hard"))
  return folder
end

local function archive(folder, format)
  local path = temp.path("archive.tar")
  local done = process.run { "tar", "--format=" .. format, "--sort=name", "-cf", path, "-C", folder, "." }
  assert(done.status == 0, done.stderr)
  return temp.read(path)
end

local function read(bytes, piece)
  local found = {}
  local reader = tar_reader.new(20, function(path, head)
    found[path] = head
  end)
  for position = 1, #bytes, piece do
    reader:feed(bytes:sub(position, position + piece - 1))
  end
  return found, reader:complete()
end

--- A file of many pieces with holes between them, and one behind it.
local function sparse_archive(folder)
  local file = assert(io.open(folder .. "/a-sparse", "wb"))
  for piece = 0, 39 do
    file:seek("set", piece * 1000000)
    file:write(("x"):rep(5000))
  end
  file:close()
  temp.file("behind it", folder .. "/b")
  local path = temp.path("sparse.tar")
  local done = process.run { "tar", "--format=gnu", "-cSf", path, "-C", folder, "a-sparse", "b" }
  assert(done.status == 0, done.stderr)
  return path
end

describe("tar reader", function()
  local folder

  setup(function()
    folder = tree()
  end)

  for _, format in ipairs { "gnu", "pax", "ustar" } do
    it("reads what tar writes as " .. format, function()
      local bytes = archive(folder, format)
      for _, piece in ipairs { 7, 512, 1000, #bytes } do
        local found, complete = read(bytes, piece)
        assert.is_true(complete)
        assert.equal("long", found["./" .. LONG .. "/file"])
        assert.equal("", found["./size-0"])
        assert.equal(("x"):rep(19), found["./size-19"])
        assert.equal(("x"):rep(20), found["./size-100000"])
        assert.is_nil(found["./symbolic"])
        assert.is_nil(found["./zz-hard"])
      end
    end)
  end

  it("notices an archive that is cut short", function()
    local bytes = archive(folder, "ustar")
    local _, complete = read(bytes:sub(1, 700), 512)
    assert.is_false(complete)
    _, complete = read("", 1)
    assert.is_true(complete)
  end)

  it("refuses damaged headers", function()
    local bytes = archive(folder, "pax")
    local function fails(damaged)
      local found, err = caught(read, damaged, 512)
      assert.is_nil(found)
      assert.equal("corrupt", err.code)
    end
    fails("y" .. bytes:sub(2))
    fails(("x"):rep(512))
    fails(bytes:sub(1, 124) .. "zzzzzzzzzzzz" .. bytes:sub(137))
  end)

  it("reads sizes in base 256", function()
    local bytes = archive(temp.folder("empty"), "ustar")
    local header = bytes:sub(1, 512)
    local changed = "x" .. ("\0"):rep(99) .. header:sub(101, 124) .. "\x80" .. ("\0"):rep(9) .. "\2\1"
      .. header:sub(137, 148) .. (" "):rep(8) .. "0" .. header:sub(158)
    local sum = 0
    for position = 1, 512 do
      sum = sum + changed:byte(position)
    end
    changed = changed:sub(1, 148) .. ("%06o\0 "):format(sum) .. changed:sub(157)
    local found, complete = read(changed .. ("y"):rep(513) .. ("\0"):rep(511) .. ("\0"):rep(1024), 100)
    assert.is_true(complete)
    assert.equal(("y"):rep(20), found.x)
  end)

  it("reads on behind GNU's old sparse files, whose map takes more than the header", function()
    local path = sparse_archive(temp.folder("sparse"))
    local bytes = temp.read(path)
    assert.equal("S", bytes:sub(157, 157))
    for _, piece in ipairs { 100, 512, #bytes } do
      local found, complete = read(bytes, piece)
      assert.is_true(complete)
      assert.equal("behind it", found["b"])
      assert.is_nil(found["a-sparse"])
    end
    local file = tar_file.open(path)
    assert.equal("behind it", file:read(file:find("b"), 100))
  end)
end)
