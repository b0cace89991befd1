--- tag against a real registry: what it moves, what it may not, and what it asks for.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local requests_of = require "spec.support.asserts.requests_of"

describe("tag", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", tag = "amd64", platform = { os = "linux", architecture = "amd64" } },
    { name = "arm", repository = "app", tag = "arm64", type = "oci",
      platform = { os = "linux", architecture = "arm64", variant = "v8" } },
    { name = "all", repository = "app", tag = "all", type = "oci-index", children = { "amd", "arm" } },
  })

  local function asked(fn)
    return (requests_of(server, fn))
  end

  it("gives more tags with one GET and a PUT each", function()
    local done
    assert.same({ "GET /app/manifests/all", "PUT /app/manifests/x", "PUT /app/manifests/y" }, asked(function()
      done = assert(client:tag(at("app:all"), { "x", "y", "x" }))
    end))
    assert.same({ "x", "y" }, done.tags)
    assert.equal(made.all.digest, client:digest(at("app:x")))
    assert.equal(made.all.raw, assert(client:get(at("app:y"))).raw)
    assert.equal(made.amd.digest, assert(client:tag(at("app@" .. made.amd.digest), "z")).digest)
  end)

  it("moves no tag that it may not move", function()
    assert(client:tag(at("app:amd64"), "kept"))
    assert.equal("exists", select(2, client:tag(at("app:all"), { "new", "kept" }, { no_clobber = true })).code)
    assert.equal(made.amd.digest, client:digest(at("app:kept")))
    fails("not_found", client:digest(at("app:new")))
    assert(client:tag(at("app:amd64"), "kept", { no_clobber = true }))
    local moved = function(digest)
      return client:tag(at("app:all"), "kept", { if_digest = digest })
    end
    fails("conflict", moved(made.arm.digest))
    assert(moved(made.amd.digest))
    assert(moved(made.amd.digest)) -- it was done already
    fails("conflict", client:tag(at("app:all"), "absent", { if_digest = made.amd.digest }))
  end)

  it("refuses what is no tag before it asks", function()
    assert.same({}, asked(function()
      fails("invalid_reference", client:tag(at("app:all"), "not a tag"))
      fails("invalid_reference", client:tag(at("app:all"), { "fine", ("x"):rep(129) }))
    end))
    fails("not_found", client:tag(at("app:none"), "x"))
    assert.error_matches(function() client:tag(at("app:all")) end, "tags")
  end)
end)
