--- get, config, tag, tags, digest and resolve against a real registry: what they give, and what they ask for.

local block = require "spec.support.block"
local fails = require "spec.support.fails"
local images = require "spec.support.images"
local manifest = require "manifest"
local requests_of = require "spec.support.requests_of"
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
    { name = "one", repository = "app", tag = "one", type = "docker-list", children = { "amd" } },
    { repository = "hollow", tag = "1", type = "oci-index", children = {} },
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

  describe("config", function()
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

  describe("tag", function()
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
        fails("invalid_argument", client:tag(at("app:all"), {}))
      end))
      fails("not_found", client:tag(at("app:none"), "x"))
      assert.error_matches(function() client:tag(at("app:all")) end, "tags")
    end)
  end)

  describe("tags", function()
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

    it("wants a repository", function()
      fails("invalid_reference", client:tags(at("many:1.0")))
      fails("not_found", client:tags(at("none")))
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
