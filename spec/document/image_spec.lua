local image = require("manifest.document.image")
local media_type = require("manifest.name.media_type")

local function hex(character)
  return "sha256:" .. character:rep(64)
end

local function descriptor(character, more)
  return ('{"mediaType":"a/b","size":3,"digest":"%s"%s}'):format(hex(character), more or "")
end

local function manifest(fields)
  return '{"schemaVersion":2,"mediaType":"' .. media_type.oci_manifest .. '",' .. fields .. "}"
end

local function refused(fields)
  local read, err = image.read(manifest(fields))
  assert.is_nil(read)
  return err.code, err.message
end

describe("the reader of an image manifest", function()
  it("tells config, layers and annotations", function()
    local bytes = manifest('"artifactType":"x/y","config":' .. descriptor("a") .. ',"layers":['
      .. descriptor("b", ',"urls":["https://u"],"annotations":{"t":"v"}') .. '],"annotations":{"k":"v"}')
    local read = assert(image.read(bytes, media_type.oci_manifest))
    assert.equal(media_type.oci_manifest, read.media_type)
    assert.equal(#bytes, read.size)
    assert.same({ media_type = "a/b", size = 3, digest = hex("a") }, read.config)
    assert.same({
      { media_type = "a/b", size = 3, digest = hex("b"), urls = { "https://u" }, annotations = { t = "v" } },
    }, read.layers)
    assert.same({ k = "v" }, read.annotations)
    assert.equal("x/y", read.artifact_type)
  end)

  it("takes absent and null layers as none", function()
    assert.same({}, assert(image.read(manifest('"config":' .. descriptor("a")))).layers)
    assert.same({}, assert(image.read(manifest('"layers":null,"config":' .. descriptor("a")))).layers)
  end)

  it("names each blob once, the config first", function()
    local read = assert(image.read(manifest('"config":' .. descriptor("a") .. ',"layers":[' .. descriptor("b") .. ","
      .. descriptor("a") .. "," .. descriptor("b") .. "]")))
    local digests = {}
    for index, blob in ipairs(image.blobs(read)) do
      digests[index] = blob.digest
      assert.is_false(blob.foreign)
    end
    assert.same({ hex("a"), hex("b") }, digests)
  end)

  it("marks layers that registries need not hold", function()
    for _, name in ipairs({
      media_type.docker_foreign_layer, "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    }) do
      local layer = descriptor("b"):gsub("a/b", name)
      local read = assert(image.read(manifest('"config":' .. descriptor("a") .. ',"layers":[' .. layer .. "]")))
      assert.is_true(image.blobs(read)[2].foreign)
    end
  end)

  it("refuses broken descriptors wherever they stand", function()
    local bad_digests = {
      "sha256:" .. ("0"):rep(63), "sha256:" .. ("0"):rep(65), "sha256:" .. ("A"):rep(64), "SHA256:" .. ("0"):rep(64),
      "", "sha256:../../x", "sha256:abc?x=1", ("x"):rep(10240),
    }
    for _, digest in ipairs(bad_digests) do
      assert.equal("invalid_digest", refused('"config":{"mediaType":"a/b","size":1,"digest":"' .. digest .. '"}'))
    end
    for _, size in ipairs({ "-1", "1.5", '"5"', "null", "[]" }) do
      assert.equal("invalid_manifest",
        refused(('"config":%s,"layers":[{"mediaType":"a/b","size":%s,"digest":"%s"}]'):format(
          descriptor("a"), size, hex("b"))))
    end
    assert.equal("invalid_json", refused(('"config":{"mediaType":"a/b","size":9223372036854775807,"digest":"%s"}')
      :format(hex("a"))))
    assert.equal("invalid_manifest", refused('"config":{"size":1,"digest":"' .. hex("a") .. '"}'))
    assert.equal("invalid_manifest", refused('"config":{"mediaType":"a/b","size":1,"digest":5}'))
    assert.equal("invalid_manifest", refused('"config":null,"layers":[]'))
    assert.equal("invalid_manifest", refused('"layers":[]'))
    assert.equal("invalid_manifest", refused('"config":' .. descriptor("a") .. ',"layers":{}'))
    assert.equal("invalid_manifest", refused('"config":' .. descriptor("a") .. ',"layers":[null]'))
  end)

  it("refuses the names of a descriptor in another spelling, which Go would take", function()
    for _, name in ipairs({ "Digest", "SIZE", "mediatype", "URLs", "artifacttype" }) do
      local more = (',"%s":"%s"'):format(name, hex("b"))
      assert.equal("ambiguous", refused('"config":' .. descriptor("a", more)))
      assert.equal("ambiguous", refused(('"config":%s,"layers":[%s]'):format(descriptor("a"), descriptor("b", more))))
    end
    assert(image.read('{"schemaVersion":2,"config":' .. descriptor("a", ',"Zork":1,"annotations":{"SIZE":"1"}') .. "}"))
  end)

  it("refuses odd annotations and urls", function()
    local config = '"config":' .. descriptor("a")
    assert.equal("invalid_manifest", refused(config .. ',"annotations":[]'))
    assert.equal("invalid_manifest", refused(config .. ',"annotations":{"a":1}'))
    assert.equal("invalid_manifest", refused(config .. ',"layers":[' .. descriptor("b", ',"urls":{}') .. "]"))
    assert.equal("invalid_manifest", refused(config .. ',"layers":[' .. descriptor("b", ',"urls":[1]') .. "]"))
  end)

  it("refuses more layers than any image has", function()
    local layers = {}
    for index = 1, 10001 do
      layers[index] = "0"
    end
    assert.equal("too_large",
      refused('"config":' .. descriptor("a") .. ',"layers":[' .. table.concat(layers, ",") .. "]"))
  end)

  it("says that an index is none", function()
    local read, err = image.read('{"schemaVersion":2,"manifests":[]}')
    assert.is_nil(read)
    assert.matches("an index", err.message)
  end)

  it("keeps keys that mean something to Lua as plain data", function()
    local read = assert(image.read(manifest('"__index":{"a":1},"__gc":1,"config":' .. descriptor("a"))))
    assert.equal(1, read.json.__gc)
  end)
end)

describe("the platform of a config", function()
  local function platform(bytes)
    return assert(image.platform(bytes))
  end

  it("has every field of the image specification", function()
    assert.same({
      architecture = "arm", os = "linux", variant = "v7", ["os.version"] = "1", ["os.features"] = { "a", "b" },
    }, platform('{"architecture":"arm","os":"linux","variant":"v7","os.version":"1","os.features":["a","b"],"x":{}}'))
  end)

  it("leaves out what is empty, null or absent", function()
    assert.same({}, platform("{}"))
    assert.same({}, platform("null"))
    assert.same({ os = "linux" }, platform('{"architecture":null,"os":"linux","variant":"","os.features":[]}'))
  end)

  it("matches names in any case and lets the later win, as docker does", function()
    assert.same({ architecture = "arm64", os = "linux" }, platform('{"Architecture":"arm64","OS":"linux"}'))
    assert.same({ os = "b" }, platform('{"os":"a","OS":"b"}'))
  end)

  it("refuses fields of another type", function()
    for _, bytes in ipairs({
      '{"architecture":5}', '{"os":[]}', '{"os.features":"a"}', '{"os.features":[1]}', "[]", '"x"',
    }) do
      local read, err = image.platform(bytes)
      assert.is_nil(read)
      assert.equal("invalid_manifest", err.code)
    end
    local _, err = image.platform("not json")
    assert.equal("invalid_json", err.code)
  end)
end)
