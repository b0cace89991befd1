--- config against a real registry: what it gives, and what it asks for.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local requests_of = require "spec.support.asserts.requests_of"

describe("config", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd64", platform = { os = "linux", architecture = "amd64" } },
    { name = "arm", repository = "app", tag = "arm64", type = "oci",
      platform = { os = "linux", architecture = "arm64", variant = "v8" } },
    { name = "all", repository = "app", tag = "all", type = "oci-index", children = { "amd", "arm" } },
    { name = "one", repository = "app", tag = "one", type = "docker-list", children = { "amd" } },
    { repository = "hollow", tag = "1", type = "oci-index", children = {} },
  })

  local function asked(fn)
    return (requests_of(server, fn))
  end

  it("gives the bytes that the digest is over", function()
    local got
    assert.same({ "GET /app/blobs/" .. made.arm.config.digest:sub(1, 19), "GET /app/manifests/arm64" },
      asked(function()
        got = assert(client:config(at("app:arm64")))
      end))
    assert.equal(made.arm.config.raw, got.raw)
    assert.equal(made.arm.config.digest, got.digest)
    assert.equal("arm64", got.content.architecture)
    assert.equal(made.arm.digest, got.manifest)
  end)

  it("needs to know which image of an index", function()
    assert.equal(made.amd.config.raw, assert(client:config(at("app:all"), { platform = "linux/amd64" })).raw)
    assert.equal(made.amd.config.raw, assert(client:config(at("app:one"))).raw)
    local err = fails("ambiguous", client:config(at("app:all")))
    assert.matches("linux/amd64, linux/arm64/v8", err.hint, 1, true)
    fails("not_found", client:config(at("app:all"), { platform = "linux/s390x" }))
  end)

  it("has none in an index without images", function()
    local err = fails("not_found", client:config(at("hollow:1")))
    assert.matches("is an index without images", err.message)
    assert.equal("it is empty", fails("not_found", client:resolve(at("hollow:1"), "linux/arm64")).hint)
  end)
end)
