--- What leaves the disk with a deleted tag, what does not, and who else may be at work in the layout.

local core = require "manifest.base.core"
local failure = require "manifest.base.failure"
local inject = require "spec.support.worlds.inject"
local layout = require "manifest.repository.layout"
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local json, sha = require "manifest.base.json", manifest.digest.of
local MANIFEST, INDEX = manifest.media_type.oci_manifest, manifest.media_type.oci_index
local CONFIG, LAYER = manifest.media_type.oci_config, manifest.media_type.oci_layer

local function blobs_of(path)
  local list = {}
  for name in lfs.dir(path .. "/blobs/sha256") do
    list[#list + 1] = #name == 64 and "sha256:" .. name or nil
  end
  table.sort(list)
  return list
end

local function sorted(...)
  local list = { ... }
  table.sort(list)
  return list
end

local function file_of(path, digest)
  return path .. "/blobs/" .. digest:gsub(":", "/")
end

local function descriptor(kind, bytes)
  return ('{"mediaType":"%s","digest":"%s","size":%d}'):format(kind, sha(bytes), #bytes)
end

--- An image of those layers, under a tag, listed without one (nil) or as a part only (false); returns its bytes. Its
--- config tells its first layer.
local function image(place, tag, layers, more)
  local config, list = ('{"of":"%s"}'):format(layers[1]), {}
  assert(place:upload(sha(config), { body = config }))
  for position, layer in ipairs(layers) do
    assert(place:upload(sha(layer), { body = layer }))
    list[position] = descriptor(LAYER, layer)
  end
  local bytes = ('{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]%s}'):format(MANIFEST,
    descriptor(CONFIG, config), table.concat(list, ","), more or "")
  assert(place:put_manifest(tag == false and sha(bytes) or tag or nil, { raw = bytes, media_type = MANIFEST }))
  return bytes
end

local function index(place, tag, images)
  local list = {}
  for position, bytes in ipairs(images) do
    list[position] = descriptor(json.decode(bytes).manifests and INDEX or MANIFEST, bytes)
  end
  local bytes = ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(INDEX, table.concat(list, ","))
  assert(place:put_manifest(tag, { raw = bytes, media_type = INDEX }))
  return bytes
end

local function removed(manifests, blobs)
  return { gone = true, manifests = manifests, blobs = blobs }
end

describe("a layout from which something is deleted", function()
  local path, place

  before_each(function()
    path = temp.path("layout")
    place = layout.new(path)
  end)

  it("keeps what a second tag names, and loses it with the last one", function()
    image(place, "a", { "one", "two" })
    local other = image(place, "other", { "three", "two" })
    image(place, "b", { "one", "two" })
    assert.same(removed(0, 0), assert(place:delete("a")))
    assert.equal(7, #blobs_of(path))
    assert.same(removed(1, 2), assert(place:delete("b")))
    assert.same(sorted(sha(other), sha('{"of":"three"}'), sha("three"), sha("two")), blobs_of(path))
    assert.same({ "other" }, assert(place:tags()))
    assert.same(removed(1, 3), assert(place:delete("other")))
    assert.same({}, blobs_of(path))
  end)

  it("keeps the images of an index, and what they share, at any depth", function()
    local amd, arm = image(place, "amd", { "amd", "base" }), image(place, "arm", { "arm", "base" })
    local inner = index(place, "inner", { amd })
    index(place, "outer", { inner, arm })
    for _, tag in ipairs { "amd", "arm", "inner" } do
      assert.same(removed(0, 0), assert(place:delete(tag)))
    end
    image(place, "base", { "base" })
    assert.same(removed(4, 4), assert(place:delete("outer")))
    assert.equal(3, #blobs_of(path))
  end)

  it("keeps what an artifact is about", function()
    local subject = image(place, "app", { "app" })
    image(place, nil, { "sbom" }, (',"subject":%s'):format(descriptor(MANIFEST, subject)))
    assert.same(removed(0, 0), assert(place:delete("app")))
    assert.equal(6, #blobs_of(path))
    assert.equal(1, #assert(place:referrers(sha(subject))))
  end)

  it("loses an artifact, and not what it is about", function()
    local subject = image(place, "app", { "app" })
    local about = image(place, "about", { "sbom" }, (',"subject":%s'):format(descriptor(MANIFEST, subject)))
    assert.same(removed(1, 2), assert(place:delete(sha(about))))
    assert.equal(3, #blobs_of(path))
    assert(place:manifest("app"))
  end)

  it("loses a manifest that was named by its digest, whoever names it", function()
    local amd, arm = image(place, nil, { "amd", "base" }), image(place, nil, { "arm", "base" })
    index(place, "all", { amd, arm })
    assert.same(removed(1, 2), assert(place:delete(sha(amd))))
    assert.equal(5, #blobs_of(path))
    assert.equal("not_found", select(2, place:manifest(sha(amd))).code)
    assert(place:manifest(sha(arm)))
  end)

  it("leaves alone what it does not know to belong to the deleted image", function()
    image(place, "a", { "one" })
    assert(place:upload(sha("of somebody who writes"), { body = "of somebody who writes" }))
    assert.same(removed(1, 2), assert(place:delete("a")))
    assert.same({ sha("of somebody who writes") }, blobs_of(path))
  end)

  it("removes nothing while a manifest cannot be read, and says which", function()
    image(place, "a", { "one" })
    local other = image(place, "b", { "two" })
    for _, damage in ipairs { { other:gsub("two", "tw0"), "is damaged" }, { nil, "no JSON object" } } do
      if damage[1] then
        temp.file(damage[1] .. " ", file_of(path, sha(other)))
      else
        assert(place:put_manifest("c", { raw = "[1]", media_type = MANIFEST }))
        temp.file(other, file_of(path, sha(other)))
      end
      local done = assert(place:delete("a"))
      assert.same(removed(0, 0), removed(done.manifests, done.blobs))
      assert.matches(damage[2], done.kept.message, 1, true)
      assert.equal("not_found", select(2, place:manifest("a")).code)
      image(place, "a", { "one" })
    end
    os.remove(file_of(path, sha("[1]"))) -- what is not there names nothing
    assert.same(removed(1, 2), assert(place:delete("a")))
  end)

  it("tells in the command what went", function()
    image(place, "a", { "one" })
    local command = ours.new()
    local rehearsed = command { "delete", "--dry-run", "oci:" .. path .. ":a" }
    assert.matches("^Would delete tag a of sha256:%x+\n$", rehearsed.stdout)
    local done = command { "delete", "oci:" .. path .. ":a" }
    assert.matches("^Deleted tag a of sha256:%x+\nRemoved 1 manifest and 2 blobs from the disk\n$", done.stdout)
    place = layout.new(path)
    image(place, "a", { "one" })
    assert(place:put_manifest("c", { raw = "[1]", media_type = MANIFEST }))
    done = command { "delete", "--json", "oci:" .. path .. ":a" }
    local told = json.decode(done.stdout)
    assert.same({ 0, 0 }, { told.removed.blobs, told.removed.manifests })
    assert.matches("cannot be read", told.kept, 1, true)
    assert.matches("note: other blobs were left", done.stderr, 1, true)
  end)

  describe("while somebody writes", function()
    --- Fails when a writer enters what is no longer whole.
    local function refused(value, err)
      assert.is_nil(value)
      assert.equal("conflict", err.code, tostring(err))
      assert.equal("repeat the command", err.hint)
    end

    it("enters no image whose layers were found and then deleted", function()
      image(place, "a", { "one", "base" })
      local writer = layout.new(path)
      assert(writer:upload(sha("base"), { body = "base" }))
      assert(place:delete("a"))
      local bytes = ('{"config":%s,"layers":[%s]}'):format(descriptor(CONFIG, "{}"), descriptor(LAYER, "base"))
      refused(writer:put_manifest("b", { raw = bytes, media_type = MANIFEST }))
      assert.same({}, assert(place:tags()))
      assert(layout.new(path):put_manifest("b", { raw = bytes, media_type = MANIFEST }))
    end)

    it("enters no tag of an image, and no index over one, that was read and then deleted", function()
      local bytes = image(place, "a", { "one" })
      local writer = layout.new(path)
      assert(writer:manifest("a"))
      assert(place:delete("a"))
      refused(writer:put_manifest("b", { raw = bytes, media_type = MANIFEST }))
      refused(writer:put_manifest("c",
        { raw = ('{"manifests":[%s]}'):format(descriptor(MANIFEST, bytes)), media_type = INDEX }))
    end)

    it("misses nothing that was never there, and nothing of another image", function()
      image(place, "a", { "one" })
      local writer = layout.new(path)
      assert(writer:manifest("a"))
      assert(place:delete("a"))
      assert(writer:put_manifest("b",
        { raw = ('{"manifests":[%s]}'):format(descriptor(MANIFEST, "elsewhere")), media_type = INDEX }))
    end)

    it("is whole after processes that share layers have copied and deleted at once", function()
      local source = layout.new(temp.path("source"))
      for number = 1, 4 do
        image(source, "i" .. number, { "own " .. number, "base", "and another" })
      end
      local program = temp.file([[
        local manifest = require "manifest"
        local client <close> = manifest.client {}
        local mine = arg[2] .. ":" .. arg[3]
        local function copy()
          local done, err
          repeat
            done, err = client:copy("oci:" .. arg[1] .. ":" .. arg[3], "oci:" .. mine)
            assert(done or err.code == "conflict", tostring(err))
          until done
        end
        for _ = 1, 12 do
          copy()
          assert(client:delete("oci:" .. mine))
        end
        copy()
      ]])
      local running = {}
      for number = 1, 4 do
        running[number] = process.start { "lua5.4", program, source.path, path, "i" .. number, env = ours.variables(),
          preload = true }
      end
      for _, one in ipairs(running) do
        assert.equal(0, one:wait(), one:errors())
      end
      assert.equal(4 * 3 + 2, #blobs_of(path))
      for number = 1, 4 do
        assert.same(assert(source:manifest("i" .. number)).raw, assert(place:manifest("i" .. number)).raw)
      end
    end)
  end)

  it("has all that its manifests name, wherever a deletion is killed", function()
    if not inject.usable() then
      return pending("strace is not there, or may not trace")
    end
    local program = [[
      local place = require("manifest.repository.layout").new(arg[1])
      mark("begin")
      assert(place:delete_tags { { digest = arg[2], tags = { "all" } } })
      mark("end")
    ]]
    local function prepare()
      local fresh = layout.new(temp.path("killed"))
      local amd, arm = image(fresh, false, { "amd", "base" }), image(fresh, false, { "arm", "base" })
      local all = index(fresh, "all", { amd, arm })
      image(fresh, "other", { "base" })
      return fresh, { fresh.path, sha(all) }
    end
    --- Every document that is there has all of its parts.
    local function check(fresh)
      local there = {}
      for _, digest in ipairs(blobs_of(fresh.path)) do
        there[digest] = assert(temp.read(file_of(fresh.path, digest)))
      end
      for digest, bytes in pairs(there) do
        for part in bytes:gmatch('"digest":"(sha256:%x+)"') do
          assert.is_string(there[part], ("%s lacks %s"):format(digest, part))
        end
      end
      assert.equal("other", assert(fresh:tags())[#fresh:tags()])
      return there
    end
    local undisturbed, arguments = prepare()
    local killed = 0
    for _, point in ipairs(inject.points(program, arguments)) do
      if point.call:find("^unlink") or point.call:find("^rename") or point.call:find("^fsync") then
        local fresh, of_fresh = prepare()
        inject.kill(program, of_fresh, point)
        check(fresh)
        killed = killed + 1
        local next_one = layout.new(fresh.path) -- goes on with it, whether it deletes or writes
        if #assert(fresh:tags()) == 2 or killed % 2 == 0 then
          assert(next_one:delete_tags { { digest = of_fresh[2], tags = { "all" } } })
        else
          assert(next_one:upload(sha("base"), { body = "base" }))
        end
        assert.equal(3, #blobs_of(fresh.path), ("%s %d"):format(point.call, point.number))
      end
    end
    assert.is_true(killed >= 8, killed)
    assert.equal(3, #blobs_of(undisturbed.path))
  end)
end)

describe("many tags of a layout", function()
  --- A layout of images that share a layer, and what a deletion of them all is told.
  local function prepare(count)
    local place, list = layout.new(temp.path("layout")), {}
    for number = 1, count do
      local bytes = image(place, "t" .. number, { "own " .. number, "base" })
      list[number] = { tags = { "t" .. number }, digest = sha(bytes) }
    end
    image(place, "stays", { "base" })
    place:close()
    return layout.new(place.path), list
  end

  --- How many files an action reads, and how often it reads the whole of index.json into tables.
  local function reads_of(action)
    local read, decode, files, indexes = core.file.read, json.decode, 0, 0
    local _ <close> = failure.defer(function()
      core.file.read, json.decode = read, decode
    end)
    core.file.read = function(...)
      files = files + 1
      return read(...)
    end
    json.decode = function(bytes)
      indexes = indexes + (bytes:find("ref.name", 1, true) and 1 or 0)
      return decode(bytes)
    end
    action()
    return files, indexes
  end

  it("go with one sweep, and are found with one reading of index.json", function()
    local files, indexes = {}, {}
    for position, count in ipairs { 20, 40 } do
      local place, list = prepare(count)
      files[position], indexes[position] = reads_of(function()
        for _, one in ipairs(list) do
          assert.equal(one.digest, assert(place:head(one.tags[1])).digest)
        end
        assert(place:delete_tags(list))
      end)
      assert.same({ "stays" }, assert(place:tags()))
      assert.equal(3, #blobs_of(place.path))
    end
    assert.same({ 2, 2 }, indexes) -- to read it, and to change it
    assert.is_true(files[2] <= 2 * files[1], table.concat(files, " "))
    assert.is_true(files[1] <= 4 * 20 + 10, files[1])
  end)

  it("stay where they name something else by now, or several things", function()
    local place, list = prepare(3)
    assert(place:put_manifest("t1", assert(place:manifest("t2"))))
    local entries = assert(temp.read(place.path .. "/index.json")):gsub('"t3"', '"t2"')
    temp.file(entries, place.path .. "/index.json")
    list[3].tags = { "gone" }
    local done = assert(place:delete_tags(list))
    assert.same({ { moved = { t1 = list[2].digest } }, { moved = { t2 = list[3].digest } }, { moved = {} } }, done)
    assert.same({ "stays", "t1", "t2" }, sorted(table.unpack(assert(place:tags()))))
  end)
end)

describe("delete of a digest in a layout", function()
  local path, place, client

  before_each(function()
    path = temp.path("layout")
    place = layout.new(path)
    client = manifest.client { config = temp.folder("config") }
  end)

  after_each(function()
    client:close()
  end)

  it("takes manifests alone: a config or a layer belongs to its image", function()
    image(place, "a", { "one" })
    for _, blob in ipairs { "one", '{"of":"one"}' } do
      assert.is_nil(client:delete("oci:" .. path .. "@" .. sha(blob), { shared = true }))
    end
    assert.equal(3, #blobs_of(path))
  end)

  it("does not take an image out of an index that has no tag, or that is a part of another", function()
    local amd, arm = image(place, nil, { "amd" }), image(place, nil, { "arm" })
    local inner, untagged = index(place, nil, { amd }), index(place, nil, { arm })
    index(place, "outer", { inner })
    for part, whole in pairs { [amd] = inner, [arm] = untagged } do
      local done, err = client:delete("oci:" .. path .. "@" .. sha(part))
      assert.is_nil(done)
      assert.equal("conflict", err.code)
      assert.same({ sha(whole) }, err.listed)
      assert(client:delete("oci:" .. path .. "@" .. sha(part), { shared = true }))
    end
  end)
end)
