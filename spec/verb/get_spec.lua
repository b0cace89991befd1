--- get, digest and resolve against a real registry: what they give, and what they ask for. What all small verbs do with
--- a layout is here, too.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

local sha = manifest.digest.of

describe("small verbs", function()
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

  describe("get", function()
    it("gives the exact bytes with one request", function()
      local got
      assert.same({ "GET /app/manifests/all" }, asked(function()
        got = assert(client:get(at("app:all")))
      end))
      assert.equal(made.all.raw, got.raw)
      assert.equal(made.all.digest, got.digest)
      assert.equal(made.all.size, got.size)
      assert.equal(made.all.media_type, got.media_type)
      assert.equal(2, #got.content.manifests)
      assert.equal(made.all.raw, assert(client:get(at("app@" .. made.all.digest))).raw)
    end)

    it("takes the image of a platform", function()
      local got = assert(client:get(at("app:all"), { platform = "arm64" }))
      assert.equal(made.arm.raw, got.raw)
      assert.equal(made.arm.raw, assert(client:get(at("app:arm64"), { platform = "linux/arm64" })).raw)
      fails("not_found", client:get(at("app:all"), { platform = "linux/s390x" }))
      fails("not_found", client:get(at("app:arm64"), { platform = "linux/s390x" }))
      fails("invalid_platform", client:get(at("app:all"), { platform = "linux" }))
    end)

    it("says what is wrong", function()
      fails("not_found", client:get(at("app:none")))
      fails("not_found", client:get(at("none:1")))
      fails("invalid_reference", client:get("UP:x:y"))
      local err = fails("digest_mismatch", client:get(at("app:all@" .. sha("x"))))
      assert.equal(at("app:all@" .. sha("x")), err.ref)
      assert.error_matches(function() client:get(at("app:all"), { plattform = "x" }) end, "did you mean 'platform'")
    end)
  end)

  describe("digest and resolve", function()
    it("ask once", function()
      assert.same({ "HEAD /app/manifests/all" }, asked(function()
        assert.equal(made.all.digest, client:digest(at("app:all")))
      end))
      assert.same({ "GET /app/manifests/all" }, asked(function()
        assert.equal(made.arm.digest, assert(client:resolve(at("app:all"), "linux/arm64")).digest)
      end))
    end)

    it("give the registry's answer to the first, for its rate limits", function()
      local _, err, response = client:digest(at("app:all"))
      assert.is_nil(err)
      assert.equal(200, response.status)
      assert.equal(made.all.media_type, response.headers["content-type"])
    end)
  end)

  it("work on layouts alike", function()
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("app:all"), path .. ":1"))
    assert.equal(made.all.raw, assert(client:get(path .. ":1")).raw)
    assert.equal(made.arm.config.raw, assert(client:config(path .. ":1", { platform = "linux/arm64" })).raw)
    assert.equal(made.all.digest, client:digest(path))
    assert.equal(made.arm.digest, assert(client:resolve(path, "linux/arm64")).digest)
    assert.same({ "2", "3" }, assert(client:tag(path .. ":1", { "2", "3" })).tags)
    assert.same({ "1", "2", "3" }, assert(client:tags(path)))
    assert.same({ "2" }, assert(client:tags(path, { include = "2" })))
    assert.equal(made.all.digest, client:digest(path .. ":3"))
    fails("invalid_reference", client:tags(path .. ":1"))
    local err = fails("not_found", client:get(path .. ":none"))
    assert.is_nil(err.hint and err.hint:find("login", 1, true))
  end)
end)
