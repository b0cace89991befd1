--- tags against a real registry: all of a repository, or those that patterns choose.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local ours = require "spec.support.worlds.ours"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

describe("tags", function()
  local server, at = block.registry()
  local client = block.client()

  local function asked(fn)
    return (requests_of(server, fn))
  end

  it("lists, and chooses by patterns", function()
    images.push(server, {
      { repository = "many", tag = "1.0" }, { repository = "many", tag = "1.1" },
      { repository = "many", tag = "2.0-rc" }, { repository = "many", tag = "latest" },
    })
    local function sorted(options)
      local list = assert(client:tags(at("many"), options))
      table.sort(list)
      return { table.unpack(list) }
    end
    assert.same({ "1.0", "1.1", "2.0-rc", "latest" }, sorted())
    assert.same({ "1.0", "1.1" }, sorted { include = "1.*" })
    assert.same({ "1.0", "1.1", "latest" }, sorted { exclude = { "*-rc" } })
    assert.same({ "1.0", "2.0-rc" }, sorted { include = { "?.?*" }, exclude = "1.1" })
    assert.same({ "GET /many/tags/list" }, asked(function() return client:tags(at("many")) end))
    assert.equal(4, #assert(client:tags(at("many"), { page = 1 })))
  end)

  it("chooses versions by a range, sorts them, and gives the first of them", function()
    local entries = {}
    for position, tag in ipairs { "latest", "v1.10.0", "1.2.0", "1.2", "1", "2.0.0-rc.1", "2.0.0", "1.9.3", "0.9.0",
      "1.2.3-alpine", "sha-1" } do
      entries[position] = { repository = "versions", tag = tag }
    end
    images.push(server, entries)
    local function tags(options)
      local list = assert(client:tags(at("versions"), options))
      return table.concat(list, " ")
    end
    assert.equal("v1.10.0 1.9.3 1.2.0", tags { semver = "^1.2", sort = "version" })
    assert.equal("v1.10.0", tags { semver = "1.x", sort = "version", limit = 1 })
    assert.equal("2.0.0 v1.10.0 1.9.3", tags { semver = ">=1.9", sort = "version", limit = 9, exclude = "*-*" })
    assert.equal("2.0.0 2.0.0-rc.1", tags { semver = ">=2.0.0-a", sort = "version" })
    assert.equal("2.0.0 2.0.0-rc.1 v1.10.0 1.9.3 1.2.3-alpine 1.2 1.2.0 1 0.9.0 latest sha-1",
      tags { sort = "version" })
    assert.equal("0.9.0 1 1.2", tags { sort = "name", limit = 3 })
    assert.equal("", tags { semver = "3" })
    assert.equal(11, #assert(client:tags(at("versions"), { limit = 50 })))
    assert.equal(2, #assert(client:tags(at("versions"), { limit = 2 })))
    fails("invalid_argument", client:tags(at("versions"), { semver = "new" }))
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("versions"), path, { all_tags = true }))
    assert.same({ "v1.10.0", "1.9.3" }, assert(client:tags(path, { semver = "1", sort = "version", limit = 2 })))
    assert.error_matches(function() client:tags(path, { sort = "size" }) end, "version name")
  end)

  it("wants a repository", function()
    fails("invalid_reference", client:tags(at("many:1.0")))
    fails("not_found", client:tags(at("none")))
  end)

  it("sees that a registry was named alone", function()
    for _, registry in ipairs { "localhost:5000", "registry.example.com:443", server.address } do
      local err = fails("invalid_reference", client:tags(registry))
      assert.equal(registry .. " names a registry, not a repository", err.message)
      assert.matches("'manifest repositories " .. registry .. "'", err.hint, 1, true)
    end
    for _, image in ipairs { "alpine:3", "foo.bar:1.0", "localhost:1/a:2" } do
      assert.matches("names one image, not a repository", fails("invalid_reference", client:tags(image)).message)
    end
    local nowhere = ours.new { env = { HTTPS_PROXY = "http://127.0.0.1:1" } }
    local warning = "\nmanifest: warning: a.example.com is read as docker.io/library/a.example.com: a registry is named"
    assert.matches(warning, "\n" .. nowhere({ "tags", "a.example.com" }).stderr, 1, true)
    for _, plain in ipairs { "alpine", "docker.io/library/a.example.com" } do
      assert.not_matches("warning", nowhere({ "tags", plain }).stderr)
    end
  end)
end)
