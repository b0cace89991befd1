--- An index as BuildKit pushes it: images, and of each an attestation manifest with a provenance and an SBOM.
--
--     local made = attested.push(client, "example.com/app", { "amd64", "arm64" }) -- as example.com/app:1, or a layout
--     made.digest, made.images.amd64, made.about.amd64     -- digests
--     made.statements.amd64.provenance, .sbom              -- the exact bytes
--
-- options: media_type = "docker" (of the images and the index), predicate (type of the provenance).

local manifest = require "manifest"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local json, sha, types = manifest.json, manifest.digest.of, manifest.media_type

local attested = { PROVENANCE = "https://slsa.dev/provenance/v0.2", SBOM = "https://spdx.dev/Document" }

attested.PROVENANCE_1 = "https://slsa.dev/provenance/v1"

--- What a builder says of an image, in the shape that this version of SLSA has.
local function provenance(kind, architecture)
  local builder = { id = "https://build.example.com/" .. architecture }
  local material = { uri = "pkg:docker/alpine@3.20", digest = { sha256 = ("a"):rep(64) } }
  if kind == attested.PROVENANCE_1 then
    return { buildDefinition = { buildType = "https://example.com/build", resolvedDependencies = { material } },
      runDetails = { builder = builder } }
  end
  return { builder = builder, buildType = "https://example.com/build", materials = { material } }
end

local function statement(kind, digest, predicate)
  return json.encode(json.object {
    { "_type", "https://in-toto.io/Statement/v0.1" }, { "predicateType", kind },
    { "subject", { { name = "pkg:docker/app", digest = { sha256 = digest:match(":(.*)") } } } },
    { "predicate", predicate },
  })
end

local function blob(client, repository, bytes, kind, annotations)
  assert(client:blob_put(repository, temp.file(bytes)))
  return json.object { { "mediaType", kind }, { "size", #bytes }, { "digest", sha(bytes) },
    { "annotations", annotations } }
end

--- Stores the attestation of an image; gives its digest, size and statements.
local function push_about(client, repository, image, architecture, kind)
  local made = { provenance = statement(kind, image, provenance(kind, architecture)),
    sbom = statement(attested.SBOM, image, { SPDXID = "SPDXRef-DOCUMENT", name = "app-" .. architecture,
      creationInfo = { creators = { "Tool: syft-1.0" } }, packages = { { name = "musl" }, { name = "busybox" } } }) }
  local layers = {}
  for position, one in ipairs { { made.provenance, kind }, { made.sbom, attested.SBOM } } do
    layers[position] = blob(client, repository, one[1], "application/vnd.in-toto+json",
      { ["in-toto.io/predicate-type"] = one[2] })
  end
  local config = json.encode { architecture = "unknown", os = "unknown", config = json.object {},
    rootfs = { type = "layers", diff_ids = { sha(made.provenance), sha(made.sbom) } } }
  local raw = json.encode(json.object {
    { "schemaVersion", 2 }, { "mediaType", types.oci_manifest },
    { "config", blob(client, repository, config, types.oci_config) }, { "layers", json.array(layers) },
  })
  local put = assert(client:put(("%s@%s"):format(repository, sha(raw)), raw))
  made.digest, made.size = put.digest, put.size
  return made
end

function attested.push(client, repository, architectures, options)
  options = options or {}
  local made = { images = {}, about = {}, statements = {} }
  local images, abouts = {}, {}
  for position, architecture in ipairs(architectures) do
    local image = assert(client:image { target = repository .. ":" .. architecture, platform = "linux/" .. architecture,
      media_type = options.media_type, layers = { temp.file(tar.archive { { "file", architecture } }) } })
    local about = push_about(client, repository, image.digest, architecture, options.predicate or attested.PROVENANCE)
    made.images[architecture], made.about[architecture] = image.digest, about.digest
    made.statements[architecture] = about
    images[position] = json.object { { "mediaType", image.media_type }, { "digest", image.digest },
      { "size", image.size }, { "platform", { architecture = architecture, os = "linux" } } }
    abouts[position] = json.object { { "mediaType", types.oci_manifest }, { "digest", about.digest },
      { "size", about.size }, { "annotations", { ["vnd.docker.reference.digest"] = image.digest,
        ["vnd.docker.reference.type"] = "attestation-manifest" } },
      { "platform", { architecture = "unknown", os = "unknown" } } }
  end
  table.move(abouts, 1, #abouts, #images + 1, images)
  local raw = json.encode(json.object { { "schemaVersion", 2 },
    { "mediaType", options.media_type == "docker" and types.docker_list or types.oci_index },
    { "manifests", json.array(images) } })
  made.raw, made.digest = raw, assert(client:put(repository .. ":1", raw)).digest
  return made
end

return attested
