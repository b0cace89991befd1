--- A repository in a registry, a real one. What only odd ones do is in the specs of the files in registry/.

local block = require "spec.support.block"
local core = require "manifest.core"
local media_type = require "manifest.name.media_type"
local registries = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local small_manifest = require "spec.support.inputs.small_manifest"
local temp = require "spec.support.temp"

local function digest_of(bytes, algorithm)
  return (algorithm or "sha256") .. ":" .. core.hash.sum(algorithm or "sha256", bytes)
end

describe("a real registry", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end
  local registry = block.registry()
  local made = block.images(registry, {
    { name = "a", repository = "app", tag = "a", platform = { os = "linux", architecture = "amd64" }, layers = 2 },
    { repository = "app", tag = "all", type = "oci-index", children = { "a" } },
  })

  local function open(path, options)
    local repository, loop, engine = repositories.open(registry.address, path, options)
    finally(function()
      engine:close()
    end)
    return repository, loop
  end

  it("gives manifests, heads, blobs and tags", function()
    local repository = open("app")
    local got = assert(repository:manifest("a"))
    assert.equal(made.a.raw, got.raw)
    assert.equal(made.a.digest, got.digest)
    assert.equal(made.a.media_type, got.media_type)
    assert.equal(made.a.raw, assert(repository:manifest(made.a.digest)).raw)
    local head = assert(repository:head("all"))
    assert.equal(made[2].digest, head.digest)
    assert.equal(made[2].size, head.size)
    assert.equal(made.a.config.raw, assert(repository:blob(made.a.config.digest)))
    assert.same({ "a", "all", skipped = 0 }, assert(repository:tags()))
    assert.same({ "a", "all", skipped = 0 }, assert(repository:tags { page = 1 }))
    assert.is_true(repository:has_blob(made.a.config.digest))
    assert.is_false(repository:has_blob(digest_of("nowhere")))
  end)

  it("tells what is not there", function()
    local repository = open("app")
    for _, reference in ipairs { "none", digest_of("none") } do
      local got, err = repository:manifest(reference)
      assert.is_nil(got)
      assert.equal("not_found", err.code)
      assert.equal(404, err.status)
      assert.equal("MANIFEST_UNKNOWN", err.errors[1].code)
      assert.equal(registry.address, err.host)
    end
    local _, err = open("nowhere"):tags()
    assert.equal("not_found", err.code)
  end)

  it("stores blobs and manifests once", function()
    local repository = open("target", { actions = "pull,push" })
    local blob = ("layer"):rep(1000)
    assert(repository:upload(digest_of(blob), { body = blob }))
    registry:clear()
    assert(repository:upload(digest_of(blob), { body = blob }))
    assert.equal(1, #registry:requests())
    assert(repository:upload(digest_of(""), { body = "" }))
    assert.equal("", assert(repository:blob(digest_of(""))))
    local config = "{}"
    assert(repository:upload(digest_of(config), { body = config }))
    local bytes = ('{"schemaVersion":2,"mediaType":"%s","layers":[],'
      .. '"config":{"mediaType":"%s","digest":"%s","size":2}}')
      :format(media_type.oci_manifest, media_type.oci_config, digest_of(config))
    local stored = assert(repository:put_manifest("t", { raw = bytes, media_type = media_type.oci_manifest }))
    assert.equal(digest_of(bytes), stored.digest)
    assert.equal(bytes, assert(repository:manifest("t")).raw)
    assert.same({ gone = true }, repository:delete(stored.digest))
    assert.same({ gone = false }, repository:delete(stored.digest))
    local _, err = repository:manifest("t")
    assert.equal("not_found", err.code)
  end)

  it("mounts within, and streams from another", function()
    local target = open("mounted", { actions = "pull,push", also = { "app" } })
    local source = open("app")
    registry:clear()
    assert(target:copy_blob({ digest = made.a.config.digest, size = made.a.config.size }, source))
    local seen = registry:requests()
    assert.equal(1, #seen)
    assert.equal("POST 201", seen[1].method .. " " .. seen[1].status)
    local other = registries.start()
    finally(function()
      other:stop()
    end)
    local far, far_loop, far_engine = repositories.open(other.address, "far", { actions = "pull,push" })
    local near = repositories.open(registry.address, "app", { loop = far_loop })
    for _, layer in ipairs(made.a.layers) do
      assert(far:copy_blob({ digest = layer.digest, size = layer.size }, near))
      assert.is_true(far:has_blob(layer.digest))
    end
    far_engine:close()
  end)

  it("uploads with relative URLs too", function()
    local relative = registries.start { extra = "", relative_urls = true }
    local repository, _, engine = repositories.open(relative.address, "app", { actions = "pull,push" })
    assert(repository:upload(digest_of("x"), { body = "x" }))
    engine:close()
    relative:stop()
  end)
end)

it("a registry at an IPv6 address is reached by its name in brackets", function()
  if not (temp.read("/proc/net/if_inet6") or ""):find("%f[%w]lo%f[%W]") then
    return pending("needs IPv6 on the loopback device")
  end
  local server = scripted.start { origins = { a = { address = "::1" } },
    exchanges = { { answer = small_manifest.answer() } } }
  local repository, _, engine = repositories.open(server.address.a, "app")
  finally(function()
    engine:close()
    server:stop()
  end)
  assert.matches("^%[::1%]:%d+$", server.address.a)
  assert.equal(small_manifest.digest, assert(repository:manifest("t")).digest)
  assert.equal(server.address.a, server:requests()[1].header.host)
end)
