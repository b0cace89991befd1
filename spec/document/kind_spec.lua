local kinds = require("manifest.document.kind")
local media_type = require("manifest.name.media_type")

local CONFIG = '"config":{"mediaType":"a/b","size":1,"digest":"sha256:' .. ("0"):rep(64) .. '"}'

local function refused(bytes, outer)
  local seen, err = kinds.read(bytes, outer)
  assert.is_nil(seen)
  return err.code, err.message
end

describe("the reader of a document's outside", function()
  it("takes the media type inside", function()
    local seen = assert(kinds.read('{"schemaVersion":2,"mediaType":"' .. media_type.docker_list .. '","manifests":[]}'))
    assert.equal("index", seen.kind)
    assert.equal(media_type.docker_list, seen.media_type)
  end)

  it("takes the media type of the answer when there is none inside", function()
    local seen = assert(kinds.read('{"schemaVersion":2,"manifests":[]}', media_type.docker_list))
    assert.equal(media_type.docker_list, seen.media_type)
  end)

  it("decides by the fields when no media type says anything", function()
    for _, outer in ipairs({ "text/plain", "application/json", "application/octet-stream" }) do
      assert.equal(media_type.oci_index, assert(kinds.read('{"schemaVersion":2,"manifests":[]}', outer)).media_type)
    end
    assert.equal(media_type.oci_manifest, assert(kinds.read('{"schemaVersion":2,' .. CONFIG .. "}")).media_type)
    for _, none in ipairs({ '""', "null" }) do
      assert.equal("image", assert(kinds.read('{"schemaVersion":2,"mediaType":' .. none .. "," .. CONFIG .. "}")).kind)
    end
  end)

  it("takes null for what is not there", function()
    assert.equal("image", assert(kinds.read('{"schemaVersion":2,"manifests":null,' .. CONFIG .. "}")).kind)
    assert.equal("index", assert(kinds.read('{"schemaVersion":2,"layers":null,"config":null,"manifests":[]}')).kind)
    assert.equal("index", assert(kinds.read('{"schemaVersion":2,"manifests":null,"fsLayers":null}')).kind)
    assert.equal("invalid_manifest", refused('{"schemaVersion":2,"layers":null}'))
    assert.equal("ambiguous", refused('{"schemaVersion":2,"manifests":null}', media_type.oci_manifest))
  end)

  it("refuses a document whose media types or fields disagree", function()
    local list = '{"schemaVersion":2,"mediaType":"' .. media_type.docker_list .. '",'
    assert.equal("ambiguous", refused(list .. '"layers":[]}'))
    assert.equal("ambiguous", refused(list .. '"manifests":[]}', media_type.oci_index))
    assert.equal("ambiguous", refused(list .. '"manifests":[]}', media_type.docker_manifest))
    assert.equal("ambiguous", refused('{"schemaVersion":2,"manifests":[]}', media_type.oci_manifest))
    assert.equal("ambiguous", refused('{"schemaVersion":2,' .. CONFIG .. "}", media_type.oci_index))
    assert.equal("ambiguous", refused('{"schemaVersion":2,"mediaType":"text/plain","manifests":[]}'))
  end)

  it("refuses a document that is both", function()
    for _, other in ipairs({ '"layers":[]', CONFIG, '"fsLayers":[]', '"history":[]' }) do
      assert.equal("ambiguous", refused('{"schemaVersion":2,"manifests":[],' .. other .. "}"))
    end
    assert.equal("ambiguous", refused('{"schemaVersion":2,"layers":[],"fsLayers":[]}'))
  end)

  it("refuses a document that is neither", function()
    assert.equal("invalid_manifest", refused('{"schemaVersion":2}'))
    assert.equal("invalid_manifest", refused("[]"))
    assert.equal("invalid_manifest", refused("null"))
    assert.equal("invalid_manifest", refused('"x"'))
  end)

  it("refuses essential names in another spelling, which Go would take", function()
    assert.equal("ambiguous", refused('{"schemaVersion":2,"manifests":[],"Manifests":[]}'))
    assert.equal("ambiguous", refused('{"schemaVersion":2,"Layers":[],"manifests":[]}'))
    assert.equal("ambiguous", refused('{"schemaversion":2,"manifests":[]}'))
    assert.equal("ambiguous", refused('{"schemaVersion":2,"manifests":[],"MediaType":"x"}'))
  end)

  it("refuses other schema versions", function()
    local code, message = refused('{"schemaVersion":1,"fsLayers":[]}')
    assert.equal("unsupported", code)
    assert.matches("schema version 1", message)
    for _, version in ipairs({ "3", '"2"', "2.0", "null", "2e0", "[2]" }) do
      assert.equal("invalid_manifest", refused('{"schemaVersion":' .. version .. ',"manifests":[]}'))
    end
    assert.equal("invalid_manifest", refused('{"manifests":[]}'))
  end)

  it("refuses what is not strict JSON", function()
    for _, bytes in ipairs({
      "", "{", '{"schemaVersion":2,"manifests":[]} x', "\xef\xbb\xbf{}",
      '{"a":"\\u0000"}', '{"a":1,"a":2}', '{"a":"\xff"}',
      ("["):rep(70) .. ("]"):rep(70),
    }) do
      assert.equal("invalid_json", refused(bytes))
    end
  end)

  it("refuses a media type that is not a string", function()
    assert.equal("invalid_manifest", refused('{"schemaVersion":2,"mediaType":5,"manifests":[]}'))
  end)
end)
