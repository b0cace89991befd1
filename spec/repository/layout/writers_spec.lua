local layout = require "manifest.repository.layout"
local lfs = require "lfs"
local manifest = require "manifest"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local sha = manifest.digest.of
local MANIFEST = "application/vnd.oci.image.manifest.v1+json"

describe("a write to a layout", function()
  it("takes the place only of what its writer has seen", function()
    local place = layout.new(temp.path("layout"))
    local function put(tag, bytes, instead_of)
      local stored, err = place:put_manifest(tag, { raw = bytes, media_type = MANIFEST }, { instead_of = instead_of })
      return stored and "stored" or err.code
    end
    assert.equal("conflict", put("1", "{}", sha("[]")))
    assert.equal("stored", put("1", "{}", false))
    assert.equal("conflict", put("1", "[]", false))
    assert.equal("conflict", put(nil, "[]", false))
    assert.equal("conflict", put(nil, "[]", sha("[]")))
    assert.equal("stored", put(nil, "[]", sha("{}")))
    assert.equal(sha("[]"), assert(place:head("1")).digest)
    assert.equal("stored", put("2", "[]", false))
    assert.equal("ambiguous", put(nil, "{}", sha("[]")))
    assert.same({ "1", "2" }, assert(place:tags()))
  end)
end)

describe("a blob on its way to a layout", function()
  it("leaves nothing when its task is ended", function()
    local path = temp.path("layout")
    local task = coroutine.create(function()
      layout.new(path):copy_blob({ digest = sha("x"), size = 1 }, { save_blob = function(_, _, to)
        temp.file("half", to)
        coroutine.yield()
      end })
    end)
    assert(coroutine.resume(task))
    local function list()
      return process.run({ "find", path, "-name", ".manifest-*" }).stdout
    end
    assert.matches("/.manifest-", list(), 1, true)
    assert(coroutine.close(task))
    assert.equal("", list())
  end)
end)

describe("what a killed writer left in a layout", function()
  local path, leftover

  before_each(function()
    path = temp.path("layout")
    assert(layout.new(path):put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    collectgarbage()
    leftover = temp.file("half a blo", path .. "/.manifest-0123456789abcdef")
  end)

  local function write(text)
    local place = layout.new(path)
    assert(place:upload(sha(text), { body = text }))
    return place
  end

  local function is_there(file)
    return lfs.attributes(file, "mode") ~= nil
  end

  it("is removed by the next writer, and not by a reader", function()
    assert(layout.new(path):manifest("1"))
    assert(layout.new(path):delete("1"))
    assert.is_true(is_there(leftover))
    write("x")
    assert.is_false(is_there(leftover))
    assert.is_false(is_there(path .. "/index.json.lock"))
  end)

  it("stays while anybody else writes, for it may be theirs", function()
    local file = path .. "/oci-layout"
    local other = process.start { "flock", "--close", "--shared", file, "sleep", "60" }
    assert(process.wait_for(function()
      return process.run({ "flock", "--exclusive", "--nonblock", file, "true" }).status ~= 0
    end))
    local first = write("x")
    assert.is_true(is_there(leftover))
    other:stop()
    write("y")
    assert.is_true(is_there(leftover), "the first writer is at work still")
    assert.is_table(first)
    first = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    write("z")
    assert.is_false(is_there(leftover))
  end)

  it("stays where the lock of index.json cannot be had", function()
    local obstacle = path .. "/index.json.lock"
    assert(process.run({ "mkdir", obstacle }).status == 0)
    write("x")
    assert.is_true(is_there(leftover))
    lfs.rmdir(obstacle)
    collectgarbage()
    collectgarbage()
    write("y")
    assert.is_false(is_there(leftover))
  end)
end)
