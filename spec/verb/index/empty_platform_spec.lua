--- Entries whose platform has empty names, as Go writes one that nobody gave: they say nothing.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

describe("an entry with a platform of empty names", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd", type = "oci", platform = AMD },
    { name = "arm", repository = "app", tag = "arm", type = "oci", platform = ARM },
  })

  --- An index of the image with such a platform.
  local function index(tag, platform)
    local entry = ('{"mediaType":"%s","digest":"%s","size":%d,"platform":%s}'):format(made.amd.media_type,
      made.amd.digest, made.amd.size, platform)
    local raw = ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(manifest.media_type.oci_index, entry)
    assert(client:put(at("app:" .. tag), raw))
    return at("app:" .. tag)
  end

  for name, platform in pairs {
    ["empty"] = "{}", ["of Go"] = '{"architecture":"","os":""}', ["half of one"] = '{"architecture":"","os":"linux"}',
  } do
    local tag = name:gsub(" ", "-")

    it("goes into another index as its config says: " .. name, function()
      local done = assert(client:index_create { target = at("app:new-" .. tag), sources = { index(tag, platform) },
        expect = { AMD } })
      assert.same(AMD, { os = done.entries[1].platform.os, architecture = done.entries[1].platform.architecture })
      assert.equal(made.amd.digest, assert(client:resolve(index(tag, platform), AMD)).digest)
    end)

    it("stays as it is when others are edited: " .. name, function()
      local list = index("edited-" .. tag, platform)
      assert(client:index_annotate(list, nil, { annotations = { a = "b" } }))
      assert(client:index_add(list, { at("app:arm") }))
      assert(client:index_annotate(list, AMD, { annotations = { c = "d" } }))
      local raw = assert(client:get(list)).raw
      local first = manifest.json.decode(raw).manifests[1]
      assert.equal(manifest.json.indent(platform, ""), manifest.json.encode(first.platform))
      assert.equal("d", first.annotations.c)
    end)
  end

  it("is not made by us", function()
    local list = index("half", "{}")
    fails("incomplete", client:index_annotate(list, AMD, { platform = { os = "linux" } }))
  end)
end)
