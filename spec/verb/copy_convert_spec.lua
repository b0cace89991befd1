--- copy with attestations or without, with some referrers, and in the media types of the other family.

local attested = require "spec.support.inputs.attested"
local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local fails_saying = require "spec.support.asserts.fails_saying"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local requests_of = require "spec.support.asserts.requests_of"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local types = manifest.media_type

describe("copy", function()
  local server, at = block.registry()
  local client = block.client()
  local made, docker

  setup(function()
    local own <close> = manifest.client { config = temp.folder("config") }
    made = attested.push(own, at("app"), { "amd64", "arm64" })
    docker = attested.push(own, at("docker"), { "amd64", "arm64" }, { media_type = "docker" })
  end)

  local function entries(ref)
    return assert(client:get(ref)).content.manifests
  end

  local function is_well(ref)
    assert.equal(client:digest(ref), assert(client:verify(ref)).digest)
  end

  describe("--attestations", function()
    it("drop leaves them out, keep and no word bring them", function()
      for _, target in ipairs { at("dropped:1"), "oci:" .. temp.path("layout") .. ":1" } do
        local done = assert(client:copy(at("app:1"), target, { attestations = "drop" }))
        assert.equal(made.digest, done.copied[1].source_digest)
        assert.equal(client:digest(target), done.copied[1].digest)
        local left = entries(target)
        assert.equal(2, #left)
        assert.same({ made.images.amd64, made.images.arm64 }, { left[1].digest, left[2].digest })
        fails("not_found", client:get((target:gsub(":1$", "@" .. made.about.amd64))))
        is_well(target)
        assert.equal("same", assert(client:copy(at("app:1"), target, { attestations = "drop" })).skipped[1].reason)
      end
      for _, keep in ipairs { "keep", false } do
        local done = assert(client:copy(at("app:1"), at("kept:1"), { attestations = keep or nil }))
        assert.equal(made.digest, (done.copied[1] or done.skipped[1]).digest)
      end
    end)

    it("only brings them alone, of some platforms too", function()
      assert(client:copy(at("app:1"), at("only:1"), { attestations = "only" }))
      assert.equal(2, #entries(at("only:1")))
      assert(client:copy(at("app:1"), at("only:2"), { attestations = "only", platforms = "linux/arm64" }))
      assert.same({ made.about.arm64 }, { entries(at("only:2"))[1].digest })
      assert(client:copy(at("app:1"), at("drop:2"), { attestations = "drop", platforms = "linux/arm64" }))
      assert.same({ made.images.arm64, nil }, { entries(at("drop:2"))[1].digest, entries(at("drop:2"))[2] })
    end)

    it("is refused where nothing is left, and passes over images with --all-tags", function()
      fails("not_found", client:copy(at("app:amd64"), at("none:1"), { attestations = "only" }))
      assert(client:copy(at("app:1"), at("bare:1"), { attestations = "drop" }))
      fails_saying("not_found", "no attestation", client:copy(at("bare:1"), at("none:1"), { attestations = "only" }))
      fails_saying("not_found", "nothing but", client:copy(at("only:1"), at("none:1"), { attestations = "drop" }))
      assert.equal(made.images.amd64,
        assert(client:copy(at("app:amd64"), at("none:1"), { attestations = "drop" })).copied[1].digest)
      local done = assert(client:copy(at("app"), at("every"), { all_tags = true, attestations = "drop" }))
      assert.equal(3, #done.copied)
      assert.error_matches(function()
        client:copy(at("app"), at("every"), { all_tags = true, attestations = "only" })
      end, "exclude")
    end)
  end)

  describe("--referrers --artifact-type", function()
    it("brings those of the types, and what refers to these of the types", function()
      local name = at("referred:1")
      assert(client:copy(at("app:amd64"), name))
      local function attach(subject, kind)
        return assert(client:attach { subject = subject, artifact_type = kind, files = { temp.file(kind) } })
      end
      local sbom = attach(name, "a/sbom")
      attach(name, "a/report")
      attach(sbom.reference, "a/signature")
      attach(sbom.reference, "a/report")
      for target, count in pairs { [at("typed/one:1")] = 1, [at("typed/two:1")] = 2 } do
        local done = assert(client:copy(name, target, { referrers = true,
          artifact_types = count == 1 and "a/sbom" or { "a/sbom", "a/signature" } }))
        assert.equal(count, done.referrers)
        local found = assert(client:referrers(target)).referrers
        assert.same({ sbom.digest, 1 }, { found[1].digest, #found })
      end
      assert.equal(0, assert(client:copy(name, at("typed/none:1"), { referrers = true,
        artifact_types = "a/other" })).referrers)
      assert.error_matches(function() client:copy(name, at("x:1"), { artifact_types = "a/b" }) end, "needs")
    end)
  end)

  describe("--media-type", function()
    it("oci makes an index of Docker's types one that skopeo reads in a layout", function()
      local path = temp.path("layout")
      local done = assert(client:copy(at("docker:1"), "oci:" .. path .. ":1", { media_type = "oci" }))
      assert.equal(docker.digest, done.copied[1].source_digest)
      local got = assert(client:get("oci:" .. path .. ":1"))
      assert.equal(types.oci_index, got.media_type)
      assert.equal(done.copied[1].digest, got.digest)
      is_well("oci:" .. path .. ":1")
      local read = process.run { "skopeo", "inspect", "--override-arch", "arm64", "--override-os", "linux",
        "oci:" .. path .. ":1" }
      assert.equal(0, read.status, read.stderr)
      assert.equal("arm64", manifest.json.decode(read.stdout).Architecture)
      local image = assert(client:get("oci:" .. path .. ":1", { platform = "linux/arm64" }))
      assert.equal(types.oci_manifest, image.media_type)
      assert.equal(types.oci_config, image.content.config.mediaType)
      assert.equal(types.oci_layer, image.content.layers[1].mediaType)
      local before = assert(client:get(at("docker:arm64"))).content
      assert.equal(before.config.digest, image.content.config.digest) -- the same blobs
      assert.equal(before.layers[1].digest, image.content.layers[1].digest)
    end)

    it("ties attestations to the images that were written anew", function()
      assert(client:copy(at("docker:1"), at("tied:1"), { media_type = "oci" }))
      local list = entries(at("tied:1"))
      assert.equal(4, #list)
      for position = 1, 2 do
        assert.not_equal(docker.images[position == 1 and "amd64" or "arm64"], list[position].digest)
        assert.equal(list[position].digest, list[position + 2].annotations["vnd.docker.reference.digest"])
        assert.equal(docker.about[position == 1 and "amd64" or "arm64"], list[position + 2].digest)
      end
      is_well(at("tied:1"))
    end)

    it("changes nothing of what is of the family already", function()
      local done = assert(client:copy(at("app:1"), at("same:1"), { media_type = "oci" }))
      assert.same({ { name = "1", digest = made.digest } }, done.copied)
      assert.equal("same", assert(client:copy(at("app:1"), at("same:1"), { media_type = "oci" })).skipped[1].reason)
    end)

    it("comes back from docker's types as it was, but for the digests", function()
      assert(client:copy(at("app:1"), at("to:1"), { media_type = "docker", attestations = "drop" }))
      local there = assert(client:get(at("to:1")))
      assert.equal(types.docker_list, there.media_type)
      local image = assert(client:get(at("to:1"), { platform = "linux/amd64" }))
      assert.equal(types.docker_manifest, image.media_type)
      assert.equal(types.docker_config, image.content.config.mediaType)
      assert.equal(types.docker_layer, image.content.layers[1].mediaType)
      is_well(at("to:1"))
      assert(client:copy(at("to:1"), at("back:1"), { media_type = "oci" }))
      assert(client:copy(at("app:1"), at("plain:1"), { attestations = "drop" }))
      local function image_of(name)
        return assert(client:get(at(name), { platform = "linux/amd64" })).content
      end
      assert.same(manifest.json.encode(image_of("plain:1")), manifest.json.encode(image_of("back:1")))
      local run = process.run { "skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" .. at("to:1") }
      assert.equal(there.raw, run.stdout, run.stderr)
    end)

    it("refuses what docker's types cannot say, before a byte is sent", function()
      local tarball = temp.file(tar.archive { { "file", "x" } })
      local function image(name, options)
        options.target, options.platform = at("odd:" .. name), "linux/amd64"
        options.layers = options.layers or { tarball }
        assert(client:image(options))
      end
      image("noted", { annotations = { a = "b" } })
      image("layer", { layers = { { path = tarball, annotations = { a = "b" } } } })
      image("plain", {})
      assert(client:index { target = at("odd:index"), sources = { at("odd:plain") }, annotations = { a = "b" } })
      assert(client:index { target = at("odd:entry"), sources = { { ref = at("odd:plain"),
        annotations = { a = "b" } } } })
      local artifact = assert(client:attach { subject = at("odd:plain"), artifact_type = "a/b", files = { tarball } })
      images.push(server, { { repository = "odd", tag = "zstd", type = "oci", layers = { "x" },
        layer_type = types.oci_layer_zstd } })
      for ref, words in pairs { [at("odd:noted")] = "'annotations' in its manifest",
        [at("odd:layer")] = "'annotations' in a layer", [at("odd:index")] = "'annotations' in its index",
        [at("odd:entry")] = "'annotations' in an entry", [artifact.reference] = "which Docker's media types cannot say",
        [at("odd:zstd")] = "a layer of the type " .. types.oci_layer_zstd, [at("app:1")] = "option 'attestations'" } do
        local asked = requests_of(server, function()
          fails_saying("unsupported", words, client:copy(ref, at("refused:1"), { media_type = "docker" }))
        end)
        for _, line in ipairs(asked) do
          assert.is_nil(line:find("^P"), line)
        end
      end
    end)

    it("does not go with what names the digests of before", function()
      for _, more in ipairs { "referrers", "digest_tags" } do
        assert.error_matches(function()
          client:copy(at("app:1"), at("x:1"), { media_type = "oci", [more] = true })
        end, "exclude each other")
      end
    end)

    it("is said by the command", function()
      local done = ours.new() { "copy", "--media-type", "oci", at("docker:amd64"), at("said:1") }
      assert.equal(("%s  1  written anew, it was %s\n"):format(client:digest(at("said:1")), docker.images.amd64),
        done.stdout, done.stderr)
      local dry = assert(client:copy(at("docker:1"), at("dry:1"), { media_type = "oci", dry_run = true }))
      assert.not_equal(docker.digest, dry.copied[1].digest)
      fails("not_found", client:get(at("dry:1")))
    end)

    it("converts all tags, images and indexes", function()
      local done = assert(client:copy(at("docker"), at("all"), { all_tags = true, media_type = "oci" }))
      assert.equal(3, #done.copied)
      assert.equal(types.oci_manifest, assert(client:get(at("all:amd64"))).media_type)
      assert.equal(3, #assert(client:copy(at("docker"), at("all"), { all_tags = true, media_type = "oci" })).skipped)
    end)
  end)
end)
