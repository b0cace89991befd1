--- What a document mentions: all that is known to be named there, and what looks like it.

local descriptor = require "manifest.document.descriptor"
local documents = require "spec.support.worlds.documents"
local json = require "manifest.base.json"
local media_type = require "manifest.name.media_type"
local mentions = require "manifest.document.mentions"

local function hex(character)
  return "sha256:" .. character:rep(64)
end

describe("what a document mentions", function()
  it("has all that its view has", function()
    local world = documents.new()
    local image = world:image({ os = "linux", architecture = "amd64" })
    local index = world:index { image, world:index { image } }
    local about = world:document(media_type.oci_manifest, { { "schemaVersion", 2 },
      { "config", descriptor.to_json { media_type = media_type.oci_empty, digest = hex "1", size = 2 } },
      { "layers", json.array {} }, { "subject", descriptor.to_json(image) } })
    for _, one in ipairs { image, index, about } do
      local found = {}
      for _, mentioned in ipairs(assert(mentions(one.raw))) do
        found[mentioned.digest] = mentioned
      end
      local view = world:root(one).view
      local named = { view.config, view.subject, table.unpack(view.entries or view.layers) }
      for _, name in ipairs(named) do
        assert.is_truthy(found[name.digest])
      end
      assert.is_true(not view.subject or found[view.subject.digest].is_subject)
    end
  end)

  it("has what stands where nobody knows of it, with its size where that is said", function()
    local found = assert(mentions('{"x":[{"y":{"digest":"' .. hex "a" .. '","size":3,"mediaType":"a/b"}}],'
      .. '"digest":"no","manifests":[{"digest":"' .. hex "b" .. '"},{"digest":"' .. hex "c"
      .. '","mediaType":"a/b"}]}'))
    assert.same({
      { digest = hex "a", media_type = "a/b", size = 3, is_subject = false, is_entry = false, is_document = false },
      { digest = hex "b", is_subject = false, is_entry = true, is_document = true },
      { digest = hex "c", media_type = "a/b", is_subject = false, is_entry = true, is_document = false },
    }, found)
  end)

  it("is an error where it is no object", function()
    for _, bytes in ipairs { "[]", "x", "1" } do
      local none, err = mentions(bytes)
      assert.is_nil(none)
      assert.equal("invalid_manifest", err.code)
    end
  end)
end)
