--- attestations: what BuildKit's attestation manifests and referrers say of images, in a registry and in a layout.

local attested = require "spec.support.inputs.attested"
local block = require "spec.support.block"
local core = require "manifest.core"
local fails = require "spec.support.asserts.fails"
local fails_saying = require "spec.support.asserts.fails_saying"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local requests_of = require "spec.support.asserts.requests_of"
local temp = require "spec.support.temp"

describe("attestations", function()
  local server, at = block.registry()
  local client = block.client()
  local made

  setup(function()
    local own <close> = manifest.client { config = temp.folder("config") }
    made = attested.push(own, at("app"), { "amd64", "arm64" })
  end)

  local function kinds(found)
    local list = {}
    for position, one in ipairs(found.attestations) do
      list[position] = one.kind .. " " .. (one.platform and one.platform.architecture or "-")
    end
    return list
  end

  it("tells kind, image, builder and materials", function()
    local path = "oci:" .. temp.path("layout") .. ":1"
    assert(client:copy(at("app:1"), path))
    for _, ref in ipairs { at("app:1"), path } do
      local found = assert(client:attestations(ref))
      assert.equal(made.digest, found.digest)
      assert.same({ "provenance amd64", "sbom amd64", "provenance arm64", "sbom arm64" }, kinds(found))
      local one = found.attestations[3]
      assert.same({ made.images.arm64, made.about.arm64, attested.PROVENANCE, "https://build.example.com/arm64",
        "https://example.com/build", true }, { one.subject, one.manifest, one.type, one.builder, one.build_type,
        one.is_about_subject })
      assert.same({ { uri = "pkg:docker/alpine@3.20", digest = "sha256:" .. ("a"):rep(64) } }, one.materials)
      assert.is_nil(found.attestations[4].builder)
    end
  end)

  it("reads the provenance of SLSA 1, too", function()
    local own <close> = manifest.client { config = temp.folder("config") }
    local name = "oci:" .. temp.path("layout")
    attested.push(own, name, { "amd64" }, { predicate = attested.PROVENANCE_1 })
    local one = assert(client:attestations(name .. ":1")).attestations[1]
    assert.same({ "provenance", "https://build.example.com/amd64", "https://example.com/build", 1 },
      { one.kind, one.builder, one.build_type, #one.materials })
  end)

  it("chooses by platform and type, and gives exact bytes", function()
    assert.same({ "provenance arm64", "sbom arm64" },
      kinds(assert(client:attestations(at("app:1"), { platform = "linux/arm64" }))))
    assert.same({ "sbom amd64", "sbom arm64" }, kinds(assert(client:attestations(at("app:1"), { type = "sbom" }))))
    assert.same({ "provenance amd64", "provenance arm64" },
      kinds(assert(client:attestations(at("app:1"), { type = attested.PROVENANCE }))))
    local found = assert(client:attestations(at("app:1"), { platform = "linux/amd64", type = "sbom", raw = true }))
    assert.equal(made.statements.amd64.sbom, found.raw)
    fails_saying("ambiguous", "2 such", client:attestations(at("app:1"), { type = "sbom", raw = true }))
    fails("not_found", client:attestations(at("app:1"), { type = "vex", raw = true }))
    fails("not_found", client:attestations(at("app:1"), { platform = "linux/s390x" }))
    fails("not_found", client:attestations(at("app:none")))
  end)

  it("knows what refers to images, and passes over what is no attestation", function()
    local envelope = manifest.json.encode { payloadType = "application/vnd.in-toto+json",
      payload = core.base64.encode(made.statements.amd64.provenance), signatures = manifest.json.array {} }
    for _, name in ipairs { at("referred"), "oci:" .. temp.path("layout") } do
      assert(client:copy(at("app:amd64"), name .. ":1"))
      for kind, content in pairs { ["application/spdx+json"] = "{}", ["application/vnd.in-toto+json"] = envelope,
        ["a/report"] = "x" } do
        assert(client:attach { subject = name .. ":1", artifact_type = kind, files = {
          { path = temp.file(content), media_type = kind } } })
      end
      local found = assert(client:attestations(name .. ":1"))
      local seen = {}
      for _, one in ipairs(found.attestations) do
        seen[one.kind] = one
        assert.equal(made.images.amd64, one.subject)
      end
      assert.equal(2, #found.attestations)
      assert.equal("https://build.example.com/amd64", seen.provenance.builder)
      assert.equal(attested.PROVENANCE, seen.provenance.type)
      assert.equal("application/spdx+json", seen.sbom.type)
    end
  end)

  it("looks into bundles of Sigstore and envelopes: a provenance, an SBOM, or a signature alone", function()
    local bundle_type, envelope_type = "application/vnd.dev.sigstore.bundle.v0.3+json",
      "application/vnd.dsse.envelope.v1+json"
    local function envelope(statement)
      return { payloadType = "application/vnd.in-toto+json", payload = core.base64.encode(statement),
        signatures = manifest.json.array {} }
    end
    local said = made.statements.amd64
    for _, name in ipairs { at("bundled"), "oci:" .. temp.path("layout") } do
      assert(client:copy(at("app:amd64"), name .. ":1"))
      for position, one in ipairs {
        { bundle_type, { mediaType = bundle_type, dsseEnvelope = envelope(said.provenance) } },
        { bundle_type, { mediaType = bundle_type, messageSignature = { signature = "c2ln" } } },
        { envelope_type, envelope(said.sbom) },
      } do
        assert(client:attach { subject = name .. ":1", artifact_type = one[1], annotations = { n = tostring(position) },
          files = { { path = temp.file(manifest.json.encode(one[2])), media_type = one[1] } } })
      end
      local seen = {}
      for _, one in ipairs(assert(client:attestations(name .. ":1")).attestations) do
        seen[one.kind] = one
        assert.is_nil(one.error)
      end
      assert.same({ attested.PROVENANCE, "https://build.example.com/amd64", true },
        { seen.provenance.type, seen.provenance.builder, seen.provenance.is_about_subject })
      assert.equal(bundle_type, seen.signature.type)
      assert.equal(attested.SBOM, seen.sbom.type)
    end
  end)

  it("says that a statement is about another image, or is none", function()
    local own <close> = manifest.client { config = temp.folder("config") }
    local docker = "oci:" .. temp.path("layout")
    attested.push(own, docker, { "amd64" }, { media_type = "docker" })
    assert(client:copy(docker .. ":1", docker .. ":oci", { media_type = "oci" }))
    assert.is_false(assert(client:attestations(docker .. ":oci")).attestations[1].is_about_subject)
    local name = "oci:" .. temp.path("layout")
    assert(client:copy(at("app:amd64"), name .. ":1"))
    for _, content in ipairs { "no JSON", "[]", '{"predicateType":5}', '{"payload":"!"}' } do
      assert(client:attach { subject = name .. ":1", artifact_type = "application/vnd.in-toto+json", files = {
        { path = temp.file(content), media_type = "application/vnd.in-toto+json" } } })
    end
    local found = assert(client:attestations(name .. ":1")).attestations
    assert.equal(4, #found)
    for _, one in ipairs(found) do
      assert.is_string(one.error)
      assert.equal("other", one.kind)
    end
  end)

  it("finds none where there is none, and asks for no layer of an image", function()
    assert(client:copy(at("app:amd64"), at("bare:1")))
    local asked = requests_of(server, function()
      assert.same({}, assert(client:attestations(at("bare:1"))).attestations)
    end)
    for _, line in ipairs(asked) do
      assert.is_nil(line:find("/blobs/", 1, true), line)
    end
  end)

  it("is a command", function()
    local command = ours.new()
    local done = command { "attestations", "--platform", "linux/amd64", at("app:1") }
    assert.equal(0, done.status, done.stderr)
    assert.equal(("provenance  linux/amd64     %s  %s\n  built by https://build.example.com/amd64\n"
      .. "  from pkg:docker/alpine@3.20  sha256:%s\nsbom        linux/amd64     %s  %s\n"):format(made.images.amd64,
      attested.PROVENANCE, ("a"):rep(64), made.images.amd64, attested.SBOM), done.stdout)
    assert.equal(made.statements.arm64.provenance, command({ "attestations", "--raw", "--platform", "linux/arm64",
      "--type", "provenance", at("app:1") }).stdout)
    assert.equal(125, command({ "attestations", "--raw", "--json", at("app:1") }).status)
  end)
end)
