--- Indexes with attestations, as BuildKit pushes them: what the verbs that make and change indexes do with these.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local process = require "spec.support.process"

local json = manifest.json
local kinds = manifest.media_type
local sha = manifest.digest.of

describe("attestations", function()
  local server, at = block.registry()
  local client = block.client()
  local images_of, attested

  local function put(repository, name, bytes, kind)
    local done = process.run { "curl", "-sf", "-X", "PUT", "-H", "Content-Type: " .. kind, "--data-binary", "@-",
      ("%s/v2/%s/manifests/%s"):format(server.url, repository, name), input = bytes }
    assert(done.status == 0, done.stderr)
  end

  local function entry(made, platform, annotations)
    return json.object {
      { "mediaType", kinds.oci_manifest }, { "digest", made.digest }, { "size", made.size },
      { "annotations", annotations }, { "platform", platform } }
  end

  --- REPOSITORY:1, an index of an image and its attestation.
  local function push(repository, architecture, content)
    local made = images.push(server, {
      { name = "image", repository = repository, type = "oci", layers = { content },
        platform = { os = "linux", architecture = architecture } },
      { name = "about", repository = repository, type = "oci", layers = { "about " .. content }, platform = {},
        config = { architecture = "unknown", os = "unknown" } },
    })
    local bytes = json.encode(json.object {
      { "schemaVersion", 2 }, { "mediaType", kinds.oci_index },
      { "manifests", json.array {
        entry(made.image, { os = "linux", architecture = architecture }),
        entry(made.about, { os = "unknown", architecture = "unknown" }, json.object {
          { "vnd.docker.reference.type", "attestation-manifest" },
          { "vnd.docker.reference.digest", made.image.digest } }),
      } },
    })
    put(repository, "1", bytes, kinds.oci_index)
    return { image = made.image.digest, about = made.about.digest, digest = sha(bytes),
      ref = ("%s/%s:1"):format(server.address, repository) }
  end

  setup(function()
    images_of = { amd = push("amd", "amd64", "one"), arm = push("arm", "arm64", "two") }
    attested = at("attested:1")
  end)

  local function digests(done)
    local list = {}
    for position, one in ipairs(done.entries) do
      list[position] = one.digest
    end
    return list
  end

  it("come along, copied and tied to their images", function()
    local done = assert(client:index { target = attested, sources = { images_of.amd.ref, images_of.arm.ref },
      expect = { "linux/amd64", "linux/arm64" } })
    assert.same({ images_of.amd.image, images_of.amd.about, images_of.arm.image, images_of.arm.about }, digests(done))
    assert.equal(8, done.copied.blobs)
    assert.equal(4, done.copied.manifests)
    assert.equal(images_of.arm.image, done.entries[4].annotations["vnd.docker.reference.digest"])
    assert.is_true(assert(client:index { target = attested, replace = true,
      sources = { attested, images_of.arm.ref } }).unchanged)
  end)

  it("are left out, or taken alone", function()
    local done = assert(client:index { target = attested, sources = { images_of.amd.ref, images_of.arm.ref },
      attestations = "drop" })
    assert.same({ images_of.amd.image, images_of.arm.image }, digests(done))
    assert.equal(2, done.copied.manifests)
    done = assert(client:index { target = attested, sources = { images_of.amd.ref }, attestations = "only" })
    assert.same({ images_of.amd.about }, digests(done))
    done = assert(client:index { target = attested,
      sources = { images_of.amd.ref, { ref = images_of.arm.ref, attestations = "drop" } } })
    assert.same({ images_of.amd.image, images_of.amd.about, images_of.arm.image }, digests(done))
  end)

  it("follow the choice of platforms without a word", function()
    assert(client:index { target = attested, sources = { images_of.amd.ref, images_of.arm.ref } })
    local done = assert(client:index { target = at("attested:arm"), platforms = { "linux/arm64" },
      sources = { attested } })
    assert.same({ images_of.arm.image, images_of.arm.about }, digests(done))
    assert.same({}, done.notices)
  end)

  it("go when their image is replaced or removed, and come with the new one", function()
    assert(client:index { target = attested, sources = { images_of.amd.ref, images_of.arm.ref } })
    local newer = push("newer", "arm64", "three")
    local done = assert(client:index_replace(attested, newer.ref))
    assert.same({ images_of.amd.image, images_of.amd.about, newer.image, newer.about }, digests(done))
    done = assert(client:index_remove(attested, "linux/amd64"))
    assert.same({ newer.image, newer.about }, digests(done))
    done = assert(client:index_add(attested, images_of.amd.ref))
    assert.same({ newer.image, newer.about, images_of.amd.image, images_of.amd.about }, digests(done))
  end)
end)
