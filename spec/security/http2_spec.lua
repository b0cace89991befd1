--- HTTP/2, where the registry offers it.

local certificates = require "spec.support.inputs.certificates"
local images = require "spec.support.inputs.images"
local registries = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"

describe("a registry with TLS", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end

  it("is asked over HTTP/2, and streams blobs", function()
    local authority = certificates.authority()
    local certificate, key = authority:issue("registry")
    local registry = registries.start { tls = { certificate = certificate, key = key } }
    local made = images.push(registry, { { name = "a", repository = "app", tag = "1", layers = 4,
      platform = { os = "linux", architecture = "amd64" } } }, { authority = authority.certificate })
    registry:clear()
    local repository, loop, engine = repositories.open(registry.address, "app", {}, { ca_file = authority.certificate })
    local list = {}
    for index = 1, 20 do
      list[index] = index % 2 == 0 and "1" or made.a.digest
    end
    for _, got in ipairs(assert(loop:all(list, #list, function(reference)
      return repository:manifest(reference)
    end))) do
      assert.equal(made.a.digest, got.digest)
    end
    local seen = registry:requests()
    assert.equal(20, #seen)
    for _, request in ipairs(seen) do
      assert.equal("HTTP/2.0", request.protocol)
    end
    local target = repositories.open(registry.address, "copy", { loop = loop, actions = "pull,push" })
    for _, blob in ipairs(made.a.layers) do
      assert(target:copy_blob({ digest = blob.digest, size = blob.size }, repository))
      assert.is_true(target:has_blob(blob.digest))
    end
    engine:close()
    registry:stop()
  end)
end)
