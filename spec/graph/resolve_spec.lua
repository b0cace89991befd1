--- Which image of an index a pull takes, and what is asked for to find that out.

local attestation = require "manifest.document.attestation"
local caught = require("manifest.base.failure").caught
local documents = require "spec.support.worlds.documents"
local resolve = require "manifest.graph.resolve"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }
local S390X = { os = "linux", architecture = "s390x" }

describe("what a host could take", function()
  local function entry(name, architecture, variant)
    return { entry = { digest = name, platform = architecture and { os = "linux", architecture = architecture,
      variant = variant } } }
  end

  local function order(wanted, entries)
    local names = {}
    for index, candidate in ipairs(resolve.ranked(wanted, entries)) do
      names[index] = candidate.entry.digest
    end
    return table.concat(names, " ")
  end

  it("takes the best match first, and what tells no platform last", function()
    local entries = { entry("none"), entry("v5", "arm", "v5"), entry("v7", "arm", "v7"), entry("amd64", "amd64"),
      entry("v6", "arm", "v6"), entry("arm64", "arm64", "v8") }
    assert.equal("v7 v6 v5 none", order({ os = "linux", architecture = "arm", variant = "v7" }, entries))
    assert.equal("v6 v5 none", order({ os = "linux", architecture = "arm", variant = "v6" }, entries))
    assert.equal("arm64 v7 v6 v5 none", order({ os = "linux", architecture = "arm64" }, entries))
    assert.equal("none", order({ os = "linux", architecture = "s390x" }, entries))
  end)

  it("takes 386 on amd64 last", function()
    assert.equal("amd64 386", order({ os = "linux", architecture = "amd64" }, { entry("386", "386"),
      entry("amd64", "amd64") }))
  end)
end)

describe("the image that a pull takes", function()
  local world, amd, arm

  before_each(function()
    world = documents.new()
    amd, arm = world:image(AMD), world:image(ARM)
  end)

  local function found(root, wanted)
    local answer = world:answer(root)
    world.repository.asked = {}
    local descriptor, err = caught(resolve.image, world.call, answer, wanted, "x")
    return descriptor and descriptor.digest, err or descriptor
  end

  it("is named by the entry of its platform, which is not fetched", function()
    local digest, descriptor = found(world:index { { amd, platform = AMD }, { arm, platform = ARM } }, ARM)
    assert.equal(arm.digest, digest)
    assert.same(ARM, descriptor.platform)
    assert.same({}, world.repository.asked)
  end)

  it("is looked for in an index inside, which may say the platform of what says none", function()
    local inner = world:index { { arm, platform = ARM } }
    assert.equal(arm.digest, (found(world:index { { amd, platform = AMD }, inner }, ARM)))
    inner = world:index { amd }
    local digest, descriptor = found(world:index { { inner, platform = S390X } }, S390X)
    assert.equal(amd.digest, digest)
    assert.same(S390X, descriptor.platform)
    assert.same({ inner.digest }, world.repository.asked)
  end)

  it("is told by its config, where no entry says a platform", function()
    assert.equal(arm.digest, (found(world:index { amd, arm }, ARM)))
    assert.same({ amd.digest, arm.digest }, world.repository.asked)
    assert.equal(arm.digest, (found(world:index { { amd, platform = { architecture = "arm64" } }, arm }, ARM)))
  end)

  it("is no attestation, no artifact and no blob", function()
    local artifact = world:image(ARM, "artifact", "application/x")
    local root = world:index { { arm, annotations = attestation.link(amd.digest) }, artifact,
      { media_type = "application/x", digest = amd.digest, size = 3 }, { amd, platform = AMD } }
    local digest, err = found(root, ARM)
    assert.is_nil(digest)
    assert.equal("not_found", err.code)
    assert.equal("it has linux/amd64", err.hint)
    assert.equal(amd.digest, (found(root, AMD)))
  end)

  it("is not looked for in what is gone, where something else fits", function()
    local inner = world:index { { arm, platform = ARM } }
    local root = world:index { { inner, platform = ARM }, arm }
    world.documents[inner.digest] = nil
    assert.equal(arm.digest, (found(root, ARM)))
  end)

  it("is not looked for without end", function()
    local bytes = '{"schemaVersion":2,"manifests":[{"mediaType":"%s","size":1,"digest":"%s"}]}'
    local kind, name = "application/vnd.oci.image.index.v1+json", "sha256:" .. ("b"):rep(64)
    world.documents[name] = { raw = bytes:format(kind, name), media_type = kind }
    local _, err = found({ digest = name }, ARM)
    assert.equal("invalid_manifest", err.code)
  end)
end)
