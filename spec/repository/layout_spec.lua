--- An OCI image layout as a repository: what it stores, how it names it, what it refuses, and many writers at once.

local layout = require "manifest.repository.layout"
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local json, sha = manifest.json, manifest.digest.of
local MANIFEST = "application/vnd.oci.image.manifest.v1+json"

local function blob_file(path, digest)
  return path .. "/blobs/" .. digest:gsub(":", "/")
end

local function write_layout(index, version)
  local path = temp.folder("layout")
  temp.file(version or '{"imageLayoutVersion": "1.0.0"}', path .. "/oci-layout")
  if index then
    temp.file(index, path .. "/index.json")
  end
  return path
end

describe("layout", function()
  it("is made with the first blob", function()
    local path = temp.path("new/deeper")
    local place = layout.new(path)
    assert(place:upload(sha("x"), { body = "x" }))
    assert(place:put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    assert.same({ "blobs/sha256/" .. sha("x"):sub(8), "blobs/sha256/" .. sha("{}"):sub(8), "index.json", "oci-layout" },
      (function(list) table.sort(list) return list end)(temp.files(path)))
    assert.equal('{"imageLayoutVersion":"1.0.0"}', temp.read(path .. "/oci-layout"))
    assert.equal("rw-r--r--", lfs.attributes(blob_file(path, sha("x")), "permissions"))
  end)

  it("keeps one content once, from bytes and from a file", function()
    local path = temp.path("blobs")
    local place = layout.new(path)
    local big = ("0123456789abcdef"):rep(20000)
    assert(place:upload(sha(big), { body_file = temp.file(big) }))
    local born = lfs.attributes(blob_file(path, sha(big)), "ino")
    assert(place:upload(sha(big), { body = big }))
    assert(place:upload(sha(big), { body_file = temp.path("absent") }))
    assert.equal(born, lfs.attributes(blob_file(path, sha(big)), "ino"))
    assert.equal(big, assert(place:blob(sha(big))))
    local copy = temp.path("copy")
    assert(place:save_blob({ digest = sha(big) }, copy))
    assert.equal(big, temp.read(copy))
    local none, err = place:blob(sha(big), 100)
    assert.is_nil(none)
    assert.equal("too_large", err.code)
  end)

  it("tells a tag from a digest by the known algorithms", function()
    local place = layout.new(temp.path("tags"))
    local tag = "app:" .. ("ab"):rep(32)
    assert(place:put_manifest(tag, { raw = "{}", media_type = MANIFEST }))
    assert.same({ tag }, place:tags())
    assert.equal(sha("{}"), assert(place:manifest(tag)).digest)
    assert.equal(sha("{}"), assert(place:manifest(sha("{}"))).digest)
    assert(place:delete(tag))
    assert.same({}, place:tags())
  end)

  it("takes null for a list without images", function()
    local path = write_layout('{"schemaVersion":2,"manifests":null}')
    local place = layout.new(path)
    assert.same({}, place:tags())
    assert(place:put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    assert.same({ "1" }, place:tags())
  end)

  it("takes sha512 as a name too", function()
    local place = layout.new(temp.path("long"))
    local digest = sha("long", "sha512")
    assert(place:upload(digest, { body = "long" }))
    assert(place:upload(sha("other", "sha512"), { body_file = temp.file("other") }))
    assert.equal("long", assert(place:blob(digest)))
    local none, err = place:upload("md5:" .. ("a"):rep(32), { body = "x" })
    assert.is_nil(none)
    assert.equal("unsupported", err.code)
  end)

  it("refuses bytes that do not hash to their name, and leaves nothing of them", function()
    local path = temp.path("wrong")
    local place = layout.new(path)
    for _, body in ipairs { { body = "y" }, { body_file = temp.file("y") } } do
      local none, err = place:upload(sha("x"), body)
      assert.is_nil(none)
      assert.equal("digest_mismatch", err.code)
    end
    local none, err = place:upload(sha("x"), { body_file = temp.path("absent") })
    assert.is_nil(none)
    assert.equal("io", err.code)
    none, err = place:put_manifest(sha("x"), { raw = "{}", media_type = MANIFEST })
    assert.is_nil(none)
    assert.equal("digest_mismatch", err.code)
    assert.same({ "oci-layout" }, temp.files(path))
  end)

  it("finds a damaged blob out", function()
    local path = temp.path("damaged")
    local place = layout.new(path)
    assert(place:put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    temp.file("{ }", blob_file(path, sha("{}")))
    local none, err = place:manifest("1")
    assert.is_nil(none)
    assert.equal("digest_mismatch", err.code)
    none, err = place:save_blob({ digest = sha("{}") }, temp.path("copy"))
    assert.is_nil(none)
    assert.equal("digest_mismatch", err.code)
  end)

  it("names manifests by tag, by digest, and the only one by nothing", function()
    local place = layout.new(temp.path("tags"))
    local one = assert(place:put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    assert.same({ digest = sha("{}"), size = 2, media_type = MANIFEST }, one)
    assert.same({ raw = "{}", digest = one.digest, size = 2, media_type = MANIFEST, listed_size = 2 },
      assert(place:manifest("1")))
    assert.same(one, assert(place:head(nil)))
    assert(place:put_manifest("2", { raw = "{}", media_type = MANIFEST }))
    assert.equal(one.digest, assert(place:head(nil)).digest)
    assert(place:put_manifest("2", { raw = "[]", media_type = MANIFEST }))
    assert.same({ "1", "2" }, assert(place:tags()))
    assert.equal(sha("[]"), assert(place:head("2")).digest)
    assert.equal(sha("{}"), assert(place:head(sha("{}"))).digest)
    local none, err = place:head(nil)
    assert.is_nil(none)
    assert.equal("ambiguous", err.code)
    none, err = place:manifest("3")
    assert.is_nil(none)
    assert.equal("not_found", err.code)
    none, err = place:manifest(sha("no"))
    assert.is_nil(none)
    assert.equal("not_found", err.code)
  end)

  it("lists no parts of an index, and an image without a name once", function()
    local place = layout.new(temp.path("parts"))
    assert(place:put_manifest(sha("{}"), { raw = "{}", media_type = MANIFEST }))
    assert.same({}, assert(place:tags()))
    assert.equal("{}", assert(place:manifest(sha("{}"))).raw)
    assert(place:put_manifest(nil, { raw = "[]", media_type = MANIFEST }))
    assert(place:put_manifest(nil, { raw = "[]", media_type = MANIFEST }))
    assert.equal(sha("[]"), assert(place:head(nil)).digest)
    assert(place:put_manifest("named", { raw = "[]", media_type = MANIFEST }))
    assert.same({ "named" }, assert(place:tags()))
    assert.equal(1, #json.decode(temp.read(place.path .. "/index.json")).manifests)
  end)

  it("keeps what it does not know of index.json", function()
    local path = write_layout('{"schemaVersion":2,"x-top":[1,2],"manifests":[{"mediaType":"a/b","digest":"' .. sha("z")
      .. '","size":1,"x-own":{"k":1.5},"annotations":{"o":"p"}}],"annotations":{"a":"b"}}')
    assert(layout.new(path):put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    local text = temp.read(path .. "/index.json")
    assert.matches('"x-top":[1,2]', text, 1, true)
    assert.matches('"x-own":{"k":1.5},"annotations":{"o":"p"}}', text, 1, true)
    assert.matches('"annotations":{"a":"b"}}$', text)
  end)

  it("deletes a tag, and with a digest the manifest and all its tags", function()
    local path = temp.path("delete")
    local place = layout.new(path)
    for _, tag in ipairs { "1", "2", "3" } do
      assert(place:put_manifest(tag, { raw = "{}", media_type = MANIFEST }))
    end
    assert(place:delete("2"))
    assert.same({ "1", "3" }, assert(place:tags()))
    assert(place:delete(sha("{}")))
    assert.same({}, assert(place:tags()))
    for _, gone in ipairs { "1", sha("{}") } do
      local none, err = place:delete(gone)
      assert.is_nil(none)
      assert.equal("not_found", err.code)
    end
  end)

  it("lists referrers: by their subject, and by the tag of the fallback scheme", function()
    local place = layout.new(temp.path("referrers"))
    local subject = assert(place:put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    assert.same({}, assert(place:referrers(subject.digest)))
    local function artifact(kind)
      return ('{"schemaVersion":2,"artifactType":"%s","subject":{"digest":"%s"},"annotations":{"a":"%s"}}'):format(
        kind, subject.digest, kind)
    end
    local listed = assert(place:put_manifest(nil, { raw = artifact("x/sbom"), media_type = MANIFEST }))
    local tagged = assert(place:put_manifest(sha(artifact("x/sig")),
      { raw = artifact("x/sig"), media_type = MANIFEST }))
    assert(place:put_manifest("sha256-" .. subject.digest:sub(8),
      { raw = ('{"schemaVersion":2,"manifests":[{"mediaType":"%s",'
      .. '"digest":"%s","size":%d,"artifactType":"x/sig"},{"digest":1},3]}'):format(MANIFEST, tagged.digest,
      tagged.size), media_type = "application/vnd.oci.image.index.v1+json" }))
    local found = assert(place:referrers(subject.digest))
    assert.same({ media_type = MANIFEST, digest = listed.digest, size = listed.size, artifact_type = "x/sbom",
      annotations = { a = "x/sbom" } }, found[1])
    assert.equal(tagged.digest, found[2].digest)
    assert.equal(2, #found)
    assert.equal(tagged.digest, assert(place:referrers(subject.digest, { artifact_type = "x/sig" }))[1].digest)
    assert.same({}, assert(place:referrers(sha("nothing"))))
  end)

  describe("that is none", function()
    local function refused(path, code, text)
      for _, call in ipairs { "tags", "head", "manifest" } do
        local place = layout.new(path)
        local none, err = place[call](place, "1")
        assert.is_nil(none)
        assert.equal(code, err.code, tostring(err))
        assert.matches(text, tostring(err), 1, true)
        assert.matches(path, tostring(err), 1, true)
      end
    end

    it("is named when it is read", function()
      refused(temp.path("absent"), "not_found", "there is no folder")
      refused(temp.file("x"), "corrupt", "no folder")
      refused(temp.folder("empty"), "not_found", "is empty")
      local fine = '{"schemaVersion":2,"manifests":[]}'
      refused(write_layout(fine, "{"), "corrupt", "oci-layout")
      refused(write_layout(fine, "[]"), "corrupt", "oci-layout")
      refused(write_layout(fine, '{"imageLayoutVersion":"2.0.0"}'), "unsupported", "2.0.0")
      for _, index in ipairs { "", "{", "null", "[]", '{"schemaVersion":2}', '{"schemaVersion":1,"manifests":[]}',
        '{"schemaVersion":2,"manifests":{}}', '{"schemaVersion":2,"manifests":[1]}',
        '{"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,"digest":"../../x"}]}',
        '{"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1.5,"digest":"' .. sha("") .. '"}]}' } do
        refused(write_layout(index), "corrupt", "index.json")
      end
    end)

    it("is never overwritten", function()
      local path = temp.folder("full")
      temp.file("mine", path .. "/file")
      local none, err = layout.new(path):put_manifest("1", { raw = "{}", media_type = MANIFEST })
      assert.is_nil(none)
      assert.equal("corrupt", err.code)
      assert.matches("neither an OCI image layout nor empty", err.message)
      assert.same({ "file" }, temp.files(path))
      path = write_layout("garbage")
      none, err = layout.new(path):put_manifest("1", { raw = "{}", media_type = MANIFEST })
      assert.is_nil(none)
      assert.equal("corrupt", err.code)
      assert.equal("garbage", temp.read(path .. "/index.json"))
      assert.is_nil((layout.new(temp.file("x")):put_manifest("1", { raw = "{}", media_type = MANIFEST })))
    end)
  end)

  it("loses nothing when sixteen processes write to it at once", function()
    local path = temp.path("shared")
    local program = temp.file([[
      local place = require("manifest.repository.layout").new(arg[1])
      for number = 1, 5 do
        local bytes = ("[%s, %d]"):format(arg[2], number)
        assert(place:put_manifest(("t%s-%d"):format(arg[2], number), { raw = bytes, media_type = "a/b" }))
      end]])
    local running = {}
    for number = 1, 16 do
      running[number] = process.start { "lua5.4", program, path, tostring(number), env = ours.variables(),
        preload = true }
    end
    for _, one in ipairs(running) do
      assert.equal(0, one:wait(), one:output())
    end
    local place = layout.new(path)
    assert.equal(80, #assert(place:tags()))
    assert.equal("[7, 3]", assert(place:manifest("t7-3")).raw)
    for _, name in ipairs(temp.files(path)) do
      assert.is_truthy(name:find("^blobs/sha256/%x+$") or name == "index.json" or name == "oci-layout", name)
    end
  end)

  it("is whole whenever its writer is killed", function()
    local program = temp.file([[
      local place = require("manifest.repository.layout").new(arg[1])
      for number = 1, 100000 do
        assert(place:put_manifest("t" .. number, { raw = ("[%d]"):format(number), media_type = "a/b" }))
      end]])
    for round = 1, 5 do
      local path = temp.path("killed")
      local running = process.start { "lua5.4", program, path, env = ours.variables(), preload = true }
      local reached = process.wait_for(function()
        local index = temp.read(path .. "/index.json")
        return index and select(2, index:gsub("mediaType", "")) > 2 * round
      end)
      running:stop("KILL")
      assert.is_true(reached, running:output())
      local place = layout.new(path)
      for _, tag in ipairs(assert(place:tags())) do
        assert.equal(("[%s]"):format(tag:sub(2)), assert(place:manifest(tag)).raw)
      end
      assert(place:put_manifest("after", { raw = "{}", media_type = MANIFEST }))
    end
  end)
end)
