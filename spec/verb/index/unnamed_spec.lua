--- An index without a tag: the one image of a layout folder, or a digest.

local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

local json = manifest.json

describe("an index without a tag", function()
  local server, client, made, folder, place

  setup(function()
    server = registry.start()
    client = manifest.client { config = temp.folder("config") }
    local list = {}
    for position, architecture in ipairs { "amd64", "arm64", "s390x" } do
      list[position] = { name = architecture, repository = "app", tag = architecture, type = "oci",
        layers = { architecture }, platform = { os = "linux", architecture = architecture } }
    end
    made = images.push(server, list)
  end)

  before_each(function()
    folder = temp.path("layout")
    place = "oci:" .. folder
  end)

  teardown(function()
    client:close()
    server:stop()
  end)

  local function entries()
    return assert(json.decode(temp.read(folder .. "/index.json"))).manifests
  end

  it("is entered in a layout, and is its only image", function()
    local done = assert(client:index { target = place, sources = { made.amd64.reference } })
    assert.same({}, done.tags)
    assert.equal(done.digest, assert(client:digest(place)))
    assert.equal(done.digest, entries()[1].digest)
    assert.is_nil(entries()[1].annotations)
    assert(client:index { target = place .. ":named", sources = { made.arm64.reference }, by_digest = true })
    assert.equal(2, #entries())
    assert.same({}, assert(client:tags(place)))
  end)

  it("is edited in its place, under its name or without one", function()
    local first = assert(client:index_add(place, made.amd64.reference, { create = true }))
    assert.equal(first.digest, assert(client:digest(place)))
    local second = assert(client:index_add(place, made.arm64.reference))
    assert.equal(2, #second.entries)
    assert.equal(1, #entries())
    assert.equal(second.digest, assert(client:digest(place)))
    assert(client:tag(place, { "v1" }))
    local third = assert(client:index_add(place, made.s390x.reference))
    assert.equal(third.digest, assert(client:digest(place .. ":v1")))
    assert.equal(1, #entries())
    local none, err = client:index_remove(place, "linux/s390x", { if_digest = first.digest })
    assert.is_nil(none)
    assert.equal("conflict", err.code)
    assert(client:index_remove(place, "linux/s390x", { if_digest = third.digest }))
    assert.equal(second.digest, assert(client:digest(place .. ":v1")))
  end)

  it("is not edited where it has several names", function()
    assert(client:index { target = place .. ":a", tags = { "b" }, sources = { made.amd64.reference } })
    local none, err = client:index_add(place, made.arm64.reference)
    assert.is_nil(none)
    assert.equal("ambiguous", err.code)
    assert.equal(entries()[1].digest, entries()[2].digest)
  end)

  it("is edited beside the one that its digest names", function()
    local first = assert(client:index { target = place .. ":a", sources = { made.amd64.reference } })
    local second = assert(client:index_add(("%s@%s"):format(place, first.digest), made.arm64.reference))
    assert.equal(first.digest, assert(client:digest(place .. ":a")))
    assert.equal(second.digest, entries()[2].digest)
  end)

  it("gets the tags that are named beside its digest", function()
    local first = assert(client:index { target = place .. ":a", sources = { made.amd64.reference } })
    for _, target in ipairs { place, server.address .. "/app@" .. first.digest } do
      local done = assert(client:index { target = target, tags = { "more" }, sources = { made.amd64.reference } })
      assert.same({ "more" }, done.tags)
    end
    assert.equal(first.digest, assert(client:digest(place .. ":more")))
    assert.equal(first.digest, assert(client:digest(server.address .. "/app:more")))
  end)

  it("has no tag to guard", function()
    local none, err = client:index { target = place, sources = { made.amd64.reference }, if_absent = true }
    assert.is_nil(none)
    assert.equal("invalid_argument", err.code)
    assert.has_error(function()
      client:index { target = place, sources = { made.amd64.reference }, by_digest = true, no_clobber = true }
    end, "index_create: option 'by_digest' and option 'no_clobber' exclude each other")
  end)

  it("loses no entry to edits under other spellings of the folder", function()
    assert(client:index { target = place .. ":1", sources = { made.amd64.reference } })
    local commands = {}
    for position, architecture in ipairs { "arm64", "s390x" } do
      for copy = 1, 4 do
        local command = { "index", "add", "--quiet", ("oci:%s%s%s"):format(folder, ("/"):rep(copy),
          position == 1 and ":1" or ""), made[architecture].reference }
        commands[#commands + 1] = ours.new().command(command)
      end
    end
    for _, result in ipairs(process.run_all(commands)) do
      assert.equal(0, result.status, result.stderr)
    end
    assert.equal(3, #assert(client:get(place .. ":1")).content.manifests)
    assert.equal(1, #entries())
  end)
end)
