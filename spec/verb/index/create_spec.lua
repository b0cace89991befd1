--- index against two real registries: what it makes of its sources, what it asks for, and what it refuses.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local json = manifest.json
local kinds = manifest.media_type

local AMD = { os = "linux", architecture = "amd64" }
local ARM = { os = "linux", architecture = "arm64", variant = "v8" }

describe("index", function()
  local server, at = block.registry()
  local other = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "amd", tag = "1", type = "docker", layers = { "base", "a" }, platform = AMD },
    { name = "arm", repository = "arm", tag = "1", type = "docker", layers = { "base", "b" }, platform = ARM },
    { name = "v7", repository = "v7", tag = "1", type = "docker", layers = { "base", "c" },
      platform = { os = "linux", architecture = "arm", variant = "v7" } },
    { name = "s390x", repository = "s390x", tag = "1", type = "docker", layers = { "base", "d" },
      platform = { os = "linux", architecture = "s390x" } },
    { name = "windows", repository = "windows", tag = "1", type = "oci", layers = 1,
      platform = { os = "windows", architecture = "amd64", ["os.version"] = "10.0.20348.1" } },
    { name = "both_amd", repository = "both", type = "oci", layers = 1, platform = AMD },
    { name = "both_arm", repository = "both", type = "oci", layers = 1, platform = ARM },
    { name = "both", repository = "both", tag = "1", type = "oci-index", children = { "both_amd", "both_arm" } },
    { name = "odd", repository = "odd", tag = "1", type = "docker", layers = 1, platform = {} },
  })
  local far = block.images(other, {
    { name = "riscv", repository = "far", tag = "1", type = "oci", layers = 2,
      platform = { os = "linux", architecture = "riscv64" } },
  })

  --- The bytes of the blobs that images name, each once.
  local function size_of(...)
    local size, seen = 0, {}
    for _, image in ipairs { ... } do
      for _, blob in ipairs { image.config, table.unpack(image.layers) } do
        size, seen[blob.digest] = size + (seen[blob.digest] and 0 or blob.size), true
      end
    end
    return size
  end

  local function requests()
    local counts = {}
    for _, request in ipairs(server:requests()) do
      local room = request.path:match("/(manifests)/") or request.path:match("/(blobs)/")
      local what = request.method .. " " .. room
      counts[what] = (counts[what] or 0) + 1
      counts.all = (counts.all or 0) + 1
    end
    return counts
  end

  local function get(name)
    local seen = assert(client:inspect(at(name)))
    return seen, assert(json.decode(seen.raw))
  end

  local function platforms(done)
    local texts = {}
    for position, entry in ipairs(done.entries) do
      texts[position] = entry.platform and manifest.platform.format(entry.platform) or "-"
    end
    return texts
  end

  it("makes an index of four repositories with 21 requests", function()
    local sources = {}
    for position, platform in ipairs { "amd64", "arm64", "s390x", "ppc64le" } do
      sources[position] = images.push(server, { { repository = "apart" .. position, tag = "1", type = "docker",
        layers = { platform }, platform = { os = "linux", architecture = platform } } })[1].reference
    end
    server:clear()
    assert(client:index { target = at("apart:1"), sources = sources })
    assert.same({ all = 21, ["GET manifests"] = 4, ["GET blobs"] = 4, ["POST blobs"] = 8, ["PUT manifests"] = 5 },
      requests())
  end)

  it("mounts a layer that images share once", function()
    server:clear()
    local done = assert(client:index { target = at("four:1"), expect = { "linux/amd64", "linux/arm64/v8" },
      sources = { made.amd.reference, made.arm.reference, made.v7.reference, made.s390x.reference } })
    assert.same({ all = 22, ["GET manifests"] = 4, ["GET blobs"] = 4, ["POST blobs"] = 9, ["PUT manifests"] = 5 },
      requests())
    assert.same({ "linux/amd64", "linux/arm64/v8", "linux/arm/v7", "linux/s390x" }, platforms(done))
    local seen, content = get("four:1")
    assert.equal(done.digest, seen.digest)
    assert.equal(kinds.docker_list, seen.media_type)
    assert.equal(made.arm.digest, content.manifests[2].digest)
    assert.same({ "1" }, done.written)
    assert.same({ blobs = 9, manifests = 4, size = size_of(made.amd, made.arm, made.v7, made.s390x) }, done.copied)
  end)

  it("writes the bytes that docker writes", function()
    local folder = temp.folder("docker")
    local own = manifest.client { config = folder }
    assert(own:create(at("same:compat"), { made.amd.reference, made.arm.reference }))
    local pushed = assert(own:push(at("same:compat")))
    local done = assert(client:index { target = at("same:own"), sources = { made.amd.reference, made.arm.reference } })
    assert.equal(pushed.digest, done.digest)
    own:close()
  end)

  it("takes images of another registry, and entries of an index", function()
    local done = assert(client:index { target = at("mixed:1"), tags = { "latest", "1.0" },
      sources = { far.riscv.reference, made.both.reference }, annotations = { ["org.example"] = "yes" } })
    assert.same({ "linux/riscv64", "linux/amd64", "linux/arm64/v8" }, platforms(done))
    assert.same({ "1", "latest", "1.0" }, done.tags)
    for _, tag in ipairs(done.tags) do
      assert.equal(done.digest, (get("mixed:" .. tag)).digest)
    end
    local _, content = get("mixed:1")
    assert.equal("yes", content.annotations["org.example"])
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local read = process.run { "skopeo", "inspect", "--raw", "--tls-verify=false", "docker://" .. at("mixed:1") }
    assert.equal(done.digest, manifest.digest.of(read.stdout))
    read = process.run { "skopeo", "copy", "--all", "--src-tls-verify=false", "docker://" .. at("mixed:1"),
      "dir:" .. temp.path("copied") }
    assert.equal(0, read.status, read.stderr)
  end)

  it("keeps an index nested when asked", function()
    local done = assert(client:index { target = at("nested:1"),
      sources = { made.amd.reference, { ref = made.both.reference, nested = true } } })
    assert.equal(made.both.digest, done.entries[2].digest)
    assert.equal(kinds.oci_index, done.media_type)
    assert.equal(made.both.digest, (get("nested@" .. made.both.digest)).digest)
    assert(get("nested@" .. made.both_arm.digest))
    local expected = { target = at("nested:2"), sources = { made.both.reference }, nested = true,
      expect = { "linux/arm64" } }
    assert.equal(1, #assert(client:index(expected)).entries)
    expected.expect[2] = "linux/s390x"
    assert.same({ "linux/s390x" }, select(2, client:index(expected)).missing)
  end)

  it("overrides and clears fields of a platform", function()
    local done = assert(client:index { target = at("changed:1"), sources = {
      { ref = made.arm.reference, platform = { variant = false } },
      { ref = made.windows.reference, platform = { os_version = "10.0.1", os_features = { "win32k" } },
        annotations = { a = "b" } },
      { ref = made.odd.reference, platform = "linux/ppc64le" } } })
    assert.same({ "linux/arm64", "windows(10.0.1+win32k)/amd64", "linux/ppc64le" }, platforms(done))
    assert.same({ a = "b" }, done.entries[2].annotations)
    assert.error_matches(function()
      client:index { target = at("changed:2"), sources = {
        { ref = made.windows.reference, platform = { os_features = { 1 } } } } }
    end, "index_create: option 'sources%[1%]%.platform%.os_features%[1%]': string expected, got number")
  end)

  it("asks for no config whose platform is given whole", function()
    server:clear()
    assert(client:index { target = at("odd:list"), sources = { { ref = made.odd.reference, platform = "linux/386" } } })
    local counts = requests()
    assert.equal(2, counts.all)
    assert.equal(1, counts["PUT manifests"])
  end)

  it("chooses platforms of an index", function()
    local done = assert(client:index { target = at("chosen:1"),
      sources = { { ref = made.both.reference, platforms = { "linux/arm64" } } } })
    assert.same({ "linux/arm64/v8" }, platforms(done))
    local none, err = client:index { target = at("chosen:2"),
      sources = { { ref = made.both.reference, platforms = { "linux/mips64" } } } }
    assert.is_nil(none)
    assert.equal("not_found", err.code)
    assert.truthy(err.hint:find("linux/amd64, linux/arm64/v8", 1, true))
  end)

  it("takes a descriptor", function()
    local text = ('{"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"amd64"},"x":1}')
      :format(made.amd.media_type, made.amd.digest, made.amd.size)
    assert(client:index { target = at("described:1"), sources = { { descriptor = text, from = at("amd") } } })
    local _, content = get("described:1")
    assert.equal(1, content.manifests[1].x)
    local none, err = client:index { target = at("described:1"),
      sources = { { descriptor = text:gsub('"size":%d+', '"size":1'), from = at("amd") } } }
    assert.is_nil(none)
    assert.equal("invalid_argument", err.code)
    local done = assert(client:index { target = at("described:2"), sources = {
      { descriptor = assert(client:resolve(made.both.reference, "linux/arm64")), from = at("both") } } })
    assert.equal(made.both_arm.digest, done.entries[1].digest)
  end)

  it("orders by platform", function()
    local done = assert(client:index { target = at("ordered:1"), order = "platform",
      sources = { made.s390x.reference, made.arm.reference, made.amd.reference } })
    assert.same({ "linux/amd64", "linux/arm64/v8", "linux/s390x" }, platforms(done))
  end)

  it("refuses a platform twice, or keeps both", function()
    local sources = { made.amd.reference, made.both.reference }
    local none, err = client:index { target = at("twice:1"), sources = sources }
    assert.is_nil(none)
    assert.equal("invalid_argument", err.code)
    assert.truthy(err.message:find("linux/amd64", 1, true))
    assert.is_nil((client:inspect(at("twice:1"))))
    local done = assert(client:index { target = at("twice:1"), sources = sources, allow_duplicates = true })
    assert.equal(3, #done.entries)
    done = assert(client:index { target = at("twice:2"), sources = sources, replace = true })
    assert.same({ made.both_amd.digest, made.both_arm.digest }, { done.entries[1].digest, done.entries[2].digest })
  end)

  it("releases a list that bears the name of its own image again and again", function()
    local own = images.push(server, {
      { name = "image", repository = "php", tag = "7.3.8", layers = { "one" }, platform = AMD },
      { name = "arm", repository = "arm64v8-php", tag = "7.3.8", layers = { "two" }, platform = ARM },
    })
    local order = { target = at("php:7.3.8"), replace = true, sources = { at("php:7.3.8"), at("arm64v8-php:7.3.8") } }
    local first = assert(client:index(order))
    assert.is_false(first.unchanged)
    assert.same({ own.image.digest, own.arm.digest }, { first.entries[1].digest, first.entries[2].digest })
    local second = assert(client:index(order))
    assert.is_true(second.unchanged)
    assert.equal(first.digest, second.digest)
    -- The arm image is built anew, then the other.
    local fresh = images.push(server, {
      { name = "arm", repository = "arm64v8-php", tag = "7.3.8", layers = { "three" }, platform = ARM } })
    local third = assert(client:index(order))
    assert.same({ own.image.digest, fresh.arm.digest }, { third.entries[1].digest, third.entries[2].digest })
    fresh.image = images.push(server, {
      { repository = "php", tag = "7.3.8", layers = { "four" }, platform = AMD } })[1]
    local fourth = assert(client:index(order))
    assert.same({ fresh.image.digest, fresh.arm.digest }, { fourth.entries[1].digest, fourth.entries[2].digest })
  end)

  it("writes nothing when a platform that is expected is not there", function()
    local none, err = client:index { target = at("expected:1"), sources = { made.amd.reference, made.arm.reference },
      expect = { "linux/amd64", "linux/arm64", "linux/s390x", "linux/arm" } }
    assert.is_nil(none)
    assert.equal("check_failed", err.code)
    assert.same({ "linux/s390x", "linux/arm" }, err.missing)
    assert.is_nil((client:inspect(at("expected:1"))))
  end)

  it("keeps annotations: an OCI index with a notice, or a refusal", function()
    local sources = { { ref = made.amd.reference, annotations = { a = "b" } } }
    local done = assert(client:index { target = at("kept:1"), sources = sources })
    assert.equal(kinds.oci_index, done.media_type)
    assert.truthy(done.notices[1]:find("annotations of an entry", 1, true))
    local none, err = client:index { target = at("kept:1"), sources = sources, media_type = "docker" }
    assert.is_nil(none)
    assert.equal("unsupported", err.code)
    done = assert(client:index { target = at("kept:2"), sources = { made.amd.reference }, media_type = "oci" })
    assert.same({ kinds.oci_index, 0 }, { done.media_type, #done.notices })
  end)

  it("pushes by digest only", function()
    local done = assert(client:index { target = at("nameless"), sources = { made.amd.reference }, by_digest = true })
    assert.same({}, done.tags)
    assert.equal(done.digest, (get("nameless@" .. done.digest)).digest)
    assert.is_nil((client:inspect(at("nameless:latest"))))
    local again = assert(client:index { target = at("nameless@" .. done.digest), sources = { made.amd.reference } })
    assert.equal(done.digest, again.digest)
    local none, err = client:index { target = at("nameless@" .. made.amd.digest), sources = { made.amd.reference } }
    assert.is_nil(none)
    assert.equal("digest_mismatch", err.code)
  end)

  it("names a subject of its own repository", function()
    local done = assert(client:index { target = at("both:about"), sources = { at("both:1") },
      subject = made.both.digest, artifact_type = "application/x-test" })
    local _, content = get("both:about")
    assert.equal(made.both.digest, content.subject.digest)
    assert.equal(made.both.size, content.subject.size)
    assert.equal("application/x-test", content.artifactType)
    assert.is_false(done.unchanged)
    -- docker-registry keeps no referrers: they are listed under a tag.
    local found = assert(client:referrers(made.both.reference))
    assert.equal(done.digest, found.referrers[1].digest)
    assert.equal("application/x-test", found.referrers[1].artifact_type)
    local none, err = client:index { target = at("both:about"), sources = { at("both:1") },
      subject = made.amd.reference }
    assert.is_nil(none)
    assert.equal("unsupported", err.code)
  end)

  it("rehearses: the exact bytes and the plan, and nothing written", function()
    server:clear()
    local order = { target = at("dry:1"), sources = { made.amd.reference, far.riscv.reference }, dry_run = true }
    local done = assert(client:index(order))
    for _, request in ipairs(server:requests()) do
      assert.equal("GET", request.method)
    end
    assert.equal(done.digest, manifest.digest.of(done.raw))
    assert.truthy(table.concat(done.plan, "\n"):find("mount blob", 1, true))
    assert.truthy(table.concat(done.plan, "\n"):find("copy blob", 1, true))
    order.dry_run = nil
    assert.equal(done.digest, assert(client:index(order)).digest)
  end)

  it("guards a tag", function()
    local first = assert(client:index { target = at("guarded:1"), sources = { made.amd.reference }, if_absent = true })
    local none, err = client:index { target = at("guarded:1"), sources = { made.arm.reference }, if_absent = true }
    assert.is_nil(none)
    assert.equal("exists", err.code)
    none, err = client:index { target = at("guarded:1"), sources = { made.arm.reference }, no_clobber = true }
    assert.is_nil(none)
    assert.equal("exists", err.code)
    assert.is_true(assert(client:index { target = at("guarded:1"), sources = { made.amd.reference },
      no_clobber = true }).unchanged)
    none, err = client:index { target = at("guarded:1"), sources = { made.arm.reference }, if_digest = made.arm.digest }
    assert.is_nil(none)
    assert.equal("conflict", err.code)
    local second = assert(client:index { target = at("guarded:1"), sources = { made.arm.reference },
      if_digest = first.digest })
    assert.equal(second.digest, (get("guarded:1")).digest)
  end)

  it("reads and writes layouts", function()
    local folder = temp.path("layout")
    local done = assert(client:index { target = "oci:" .. folder .. ":1",
      sources = { made.amd.reference, far.riscv.reference } })
    assert.same({ "linux/amd64", "linux/riscv64" }, platforms(done))
    assert.same({ blobs = 6, manifests = 2, size = size_of(made.amd, far.riscv) }, done.copied)
    local again = assert(client:index_add("oci:" .. folder .. ":1", made.arm.reference))
    assert.equal(3, #again.entries)
    local back = assert(client:index { target = at("back:1"), sources = { "oci:" .. folder .. ":1" } })
    assert.equal(again.digest, back.digest)
    assert.equal(again.digest, (get("back:1")).digest)
    local removed = assert(client:index_remove("oci:" .. folder .. ":1", "linux/amd64"))
    assert.equal(removed.digest, assert(client:digest("oci:" .. folder .. ":1")))
    local none, err = client:index { target = at("back:2"), sources = { "oci:" .. temp.path("nowhere") } }
    assert.is_nil(none)
    assert.equal("not_found", err.code)
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local read = process.run { "skopeo", "inspect", "--raw", "oci:" .. folder .. ":1" }
    assert.equal(removed.digest, manifest.digest.of(read.stdout), read.stderr)
  end)

  it("says what is wrong", function()
    local none, err = client:index { target = at("x:1"), sources = { at("nowhere:1") } }
    assert.is_nil(none)
    assert.same({ "not_found", "index create" }, { err.code, err.verb })
    none, err = client:index { target = at("x:1"), sources = { made.odd.reference } }
    assert.is_nil(none)
    assert.equal("incomplete", err.code)
    none, err = client:index { target = at("X:1"), sources = { made.odd.reference } }
    assert.is_nil(none)
    assert.equal("invalid_reference", err.code)
    none, err = client:index { target = at("x:1"), sources = { { ref = made.amd.reference, platform = "a b" } } }
    assert.is_nil(none)
    assert.equal("invalid_platform", err.code)
    assert.has_error(function() client:index { target = at("x:1"), sources = {} } end)
    assert.has_error(function() client:index { target = at("x:1"), sources = { {} } } end)
    assert.has_error(function() client:index { target = at("x:1"), sources = { { reff = "a" } } } end)
    assert.has_error(function() client:index { target = at("x:1"), sources = { { ref = "a", from = "b" } } } end)
    assert.has_error(function() client:index { target = at("x:1"), sources = { "a" }, sort = true } end)
    assert.has_error(function() client:index { target = at("x:1"), sources = { "a" }, media_type = "x" } end)
  end)
end)
