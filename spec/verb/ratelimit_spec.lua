--- ratelimit: what is left of pulls, by one HEAD and never by a GET, which would be a pull.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local temp = require "spec.support.temp"

local sha = manifest.digest.of

describe("ratelimit", function()
  local headers = { { "Docker-Content-Digest", sha("x") }, { "Content-Type", manifest.media_type.oci_index } }
  local function with(...)
    return table.move({ ... }, 1, select("#", ...), 3, { headers[1], headers[2] })
  end
  local server = block.scripted { origins = { a = {}, b = {}, c = {}, d = {}, mirror = {} }, exchanges = {
    { origin = "a", method = "HEAD", answer = { status = 200, headers = with({ "RateLimit-Limit", "100;w=21600" },
      { "RateLimit-Remaining", "76;w=21600" }, { "Docker-RateLimit-Source", "192.0.2.7" }) } },
    { origin = "b", method = "HEAD", answer = { status = 200, headers = with({ "RateLimit-Limit", "60" },
      { "RateLimit-Remaining", "0" }, { "RateLimit-Reset", "90" }) } },
    { origin = "c", method = "HEAD", answer = { status = 200, headers = with({ "RateLimit-Limit", "many" }) } },
    { origin = "d", method = "HEAD", answer = { status = 404 } },
  } }
  local client = block.client()

  it("reads the headers of one HEAD", function()
    local found = assert(client:ratelimit(server.address.a .. "/app:1"))
    assert.same({ 100, 76, 21600, "192.0.2.7" }, { found.limit, found.remaining, found.window, found.source })
    found = assert(client:ratelimit(server.address.b .. "/app:1"))
    assert.same({ 60, 0, 90 }, { found.limit, found.remaining, found.reset })
    found = assert(client:ratelimit(server.address.c .. "/app:1"))
    assert.is_nil(found.limit)
    fails("not_found", client:ratelimit(server.address.d .. "/app:1"))
    for _, request in ipairs(server:requests()) do
      assert.is_true(request.method == "HEAD" or request.target == "/v2/", request.method .. request.target)
    end
  end)

  it("asks the registry, and no mirror of it", function()
    local own <close> = manifest.client { config = temp.folder("config"), mirrors = {
      [server.address.a] = { server.address.mirror } } }
    assert.equal(100, assert(own:ratelimit(server.address.a .. "/app:1")).limit)
    assert.same({}, server:requests("mirror"))
  end)

  it("is a command", function()
    local command = ours.new()
    local function line(name)
      return command({ "ratelimit", server.address[name] .. "/app:1" }).stdout
    end
    assert.equal("76 of 100 left in each 6 hours, counted for 192.0.2.7\n", line("a"))
    assert.equal("0 of 60 left, more in 90 seconds\n", line("b"))
    assert.equal("the registry tells no limit\n", line("c"))
  end)

  it("has nothing to say of a layout", function()
    local path = "oci:" .. temp.path("layout")
    assert(client:put(path .. ":1", ('{"schemaVersion":2,"mediaType":"%s","manifests":[]}'):format(
      manifest.media_type.oci_index)))
    fails("unsupported", client:ratelimit(path .. ":1"))
  end)
end)
