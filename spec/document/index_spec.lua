local document = require("manifest.document.index")
local entry_of = require("manifest.document.entry")
local media_type = require("manifest.name.media_type")

local function hex(character)
  return "sha256:" .. character:rep(64)
end

local function entry(character, platform, more)
  local made = { media_type = media_type.docker_manifest, size = 7, digest = hex(character), platform = platform }
  for name, value in pairs(more or {}) do
    made[name] = value
  end
  return made
end

local DOCKER = [[
{
   "schemaVersion": 2,
   "mediaType": "application/vnd.docker.distribution.manifest.list.v2+json",
   "manifests": [
      {
         "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
         "size": 7,
         "digest": "%s",
         "platform": {
            "architecture": "arm",
            "os": "linux",
            "os.version": "1\u003c2",
            "os.features": [
               "a\u0026b"
            ],
            "variant": "v7"
         }
      },
      {
         "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
         "size": 7,
         "digest": "%s",
         "platform": {
            "architecture": "",
            "os": ""
         }
      }
   ]
}]]

describe("a list that is built", function()
  it("has docker's bytes", function()
    local bytes = document.serialise(document.build({ entries = {
      entry("a", { architecture = "arm", os = "linux", variant = "v7", ["os.version"] = "1<2",
        ["os.features"] = { "a&b" } }),
      entry("b", {}),
    } }))
    assert.equal(DOCKER:format(hex("a"), hex("b")), bytes)
  end)

  it("is an OCI index when the first entry is an OCI manifest", function()
    assert.equal(media_type.docker_list, document.docker_type({}))
    assert.equal(media_type.oci_index, document.docker_type({ { media_type = media_type.oci_manifest } }))
    assert.equal(media_type.docker_list,
      document.docker_type({ { media_type = media_type.docker_manifest }, { media_type = media_type.oci_manifest } }))
  end)

  it("has an empty list without entries", function()
    local empty = '{\n   "schemaVersion": 2,\n   "mediaType": "%s",\n   "manifests": []\n}'
    assert.equal(empty:format(media_type.docker_list),
      document.serialise(document.build({ entries = {} })))
  end)

  it("carries all that an OCI index may", function()
    local built = document.build({
      media_type = media_type.oci_index, artifact_type = "x/y", annotations = { b = "2", a = "1" },
      subject = entry("c"), entries = { entry("a", nil, { urls = { "u" }, annotations = { k = "v" },
        artifact_type = "p/q" }) },
    })
    local read = assert(document.read(document.serialise(built)))
    assert.equal("x/y", read.artifact_type)
    assert.same({ a = "1", b = "2" }, read.annotations)
    assert.equal(hex("c"), read.subject.digest)
    assert.same(entry("a", nil, { urls = { "u" }, annotations = { k = "v" }, artifact_type = "p/q" }),
      read.entries[1])
    assert.is_nil(read.entries[1].platform)
  end)
end)

describe("the reader of an index", function()
  it("tells the entries in order", function()
    local read = assert(document.read(DOCKER:format(hex("a"), hex("b")), media_type.docker_list))
    assert.equal(media_type.docker_list, read.media_type)
    assert.equal(2, #read.entries)
    assert.same({ architecture = "arm", os = "linux", variant = "v7", ["os.version"] = "1<2",
      ["os.features"] = { "a&b" } }, read.entries[1].platform)
    assert.same({}, read.entries[2].platform)
  end)

  it("takes null for what is not there", function()
    local index = assert(document.read('{"schemaVersion":2,"manifests":null,"annotations":null,"subject":null,'
      .. '"artifactType":null,"mediaType":null}'))
    assert.same({}, index.entries)
    document.insert(index, { media_type = "a/b", digest = "sha256:" .. ("0"):rep(64), size = 1 })
    assert.equal(1, #index.json.manifests)
    index = assert(document.read('{"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,"digest":"sha256:'
      .. ("0"):rep(64) .. '","annotations":{"a":null,"b":""},"urls":null,"platform":null,"data":null}]}'))
    assert.same({ b = "" }, index.entries[1].annotations)
  end)

  it("refuses what is no list of descriptors", function()
    local function refused(manifests)
      local read, err = document.read('{"schemaVersion":2,"manifests":' .. manifests .. "}")
      assert.is_nil(read)
      return err.code
    end
    assert.equal("invalid_manifest", refused("{}"))
    assert.equal("invalid_manifest", refused('"x"'))
    assert.equal("invalid_manifest", refused("[null]"))
    assert.equal("invalid_manifest", refused("[[]]"))
    assert.equal("too_large", refused("[" .. ("0,"):rep(10000) .. "0]"))
    local descriptor = '{"mediaType":"a/b","size":1,"digest":"' .. hex("a") .. '","platform":%s}'
    for _, platform in ipairs({ "[]", '"x"', '{"os":5}', '{"os.features":"x"}', '{"os.features":[5]}' }) do
      assert.equal("invalid_manifest", refused("[" .. descriptor:format(platform) .. "]"))
    end
    for _, platform in ipairs({ '{"OS":"linux"}', '{"os":"linux","Os":"windows"}', '{"os":"a","OS.version":"1"}' }) do
      assert.equal("ambiguous", refused("[" .. descriptor:format(platform) .. "]"))
    end
    local index = assert(document.read(('{"schemaVersion":2,"manifests":[%s]}'):format(descriptor:format(
      '{"os":"linux","features":["a"],"Zork":1}'))))
    assert.same({ os = "linux" }, index.entries[1].platform)
  end)

  it("says that an image manifest is none", function()
    local _, err = document.read('{"schemaVersion":2,"layers":[]}')
    assert.matches("one image", err.message)
  end)
end)

describe("an edit", function()
  local TEXT = '{"schemaVersion":2,"mediaType":"' .. media_type.oci_index .. '","x-own":{"deep":[1,2.50]},"manifests":['
    .. '{"mediaType":"a/b","digest":"' .. hex("a") .. '","size":1,"x-entry":true,"platform":{"os":"linux",'
    .. '"architecture":"amd64"}},{"mediaType":"a/b","digest":"' .. hex("b") .. '","size":2}]}'

  local function edited(change)
    local index = assert(document.read(TEXT))
    change(index)
    return index, document.serialise(index.json)
  end

  it("keeps fields that this module does not know, in their places", function()
    local _, bytes = edited(function() end)
    assert.matches('"x%-own": {\n      "deep": %[\n         1,\n         2.5', bytes)
    assert.matches('"x%-entry": true,\n', bytes)
    assert.is_true(bytes:find('"digest"', 1, true) < bytes:find('"size"', 1, true))
  end)

  it("inserts, removes and replaces entries", function()
    local index, bytes = edited(function(index)
      document.insert(index, entry("c", { os = "linux", architecture = "arm" }))
      document.insert(index, entry("d", { os = "linux", architecture = "arm64" }), 1)
      assert.equal(hex("b"), document.remove(index, 3).digest)
      document.set_entries(index, { index.entries[1], entry("e"), index.entries[3] })
    end)
    local again = assert(document.read(bytes))
    for position, character in ipairs({ "d", "e", "c" }) do
      assert.equal(hex(character), index.entries[position].digest)
      assert.equal(hex(character), again.entries[position].digest)
    end
    assert.equal(3, #again.entries)
    assert.not_matches("x%-entry", bytes)
  end)

  it("amends an entry in place", function()
    local _, bytes = edited(function(index)
      index.entries[1].json = index.json.manifests[1]
      local changed = entry_of.with(index.entries[1], { platform = { os = "linux", architecture = "arm",
        variant = "v7" }, annotations = { a = "1", b = "2" }, artifact_type = "p/q" })
      changed = entry_of.with(changed, { annotations = entry_of.merge_annotations(changed.annotations, { a = "" }) })
      document.set_entries(index, { changed, table.unpack(index.entries, 2) })
    end)
    local read = assert(document.read(bytes)).entries[1]
    assert.same({ os = "linux", architecture = "arm", variant = "v7" }, read.platform)
    assert.same({ b = "2" }, read.annotations)
    assert.equal("p/q", read.artifact_type)
    assert.matches("x%-entry", bytes)
  end)

  it("sets annotations of the index and removes the last", function()
    local _, bytes = edited(function(index)
      document.annotate(index, { a = "1" })
    end)
    assert.same({ a = "1" }, assert(document.read(bytes)).annotations)
    _, bytes = edited(function(index)
      document.annotate(index, { a = "1" })
      document.annotate(index, { a = "" })
    end)
    assert.not_matches("annotations", bytes)
  end)
end)
