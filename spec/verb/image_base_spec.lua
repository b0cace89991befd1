--- image --base: layers on top of an image or an index, whose own are not moved.

local attested = require "spec.support.inputs.attested"
local block = require "spec.support.block"
local fails_saying = require "spec.support.asserts.fails_saying"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local requests_of = require "spec.support.asserts.requests_of"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local json, types = manifest.json, manifest.media_type

local RUNTIME = { Env = { "PATH=/bin", "A=1", "B=2" }, Labels = { x = "1", y = "2" }, Cmd = { "sh" },
  Entrypoint = { "/init" }, WorkingDir = "/srv/", User = "base", ExposedPorts = { "80/tcp" }, Volumes = { "/data" },
  OnBuild = { "RUN make" }, StopSignal = "SIGINT" }

describe("image --base", function()
  local server, at = block.registry()
  local other, to = block.registry()
  local client = block.client()
  local base, tarball

  setup(function()
    local own <close> = manifest.client { config = temp.folder("config") }
    tarball = temp.file(tar.archive { { "new", "layer" } })
    base = assert(own:image { target = at("base:1"), platform = "linux/arm64/v8", config = RUNTIME, created = 60,
      author = "them", layers = { temp.file(tar.archive { { "old", "layer" } }) } })
    attested.push(own, at("many"), { "amd64", "arm64" })
    attested.push(own, at("docker"), { "amd64", "arm64" }, { media_type = "docker" })
  end)

  local function make(options)
    options.layers = options.layers or { tarball }
    return client:image(options)
  end

  local function config_of(ref, platform)
    return json.decode(assert(client:config(ref, { platform = platform })).raw)
  end

  it("stands on the image, and names it", function()
    local done
    local asked = requests_of(server, function()
      done = assert(make { target = at("app:1"), base = at("base:1"), annotations = { a = "b" } })
    end)
    for _, line in ipairs(asked) do -- the layer of the base is mounted: neither read nor sent
      assert.is_nil(line:find("GET /base/blobs/" .. base.layers[1].digest:sub(1, 19), 1, true), line)
    end
    assert.same({ base.layers[1].digest, 2 }, { done.layers[1].digest, #done.layers })
    local got = assert(client:get(at("app:1"))).content
    assert.same({ a = "b", ["org.opencontainers.image.base.name"] = at("base:1"),
      ["org.opencontainers.image.base.digest"] = base.digest }, (function(annotations)
        local plain = {}
        for _, name in ipairs(json.keys(annotations)) do
          plain[name] = annotations[name]
        end
        return plain
      end)(got.annotations))
    local config = config_of(at("app:1"))
    assert.same({ "linux", "arm64", "v8", "them" }, { config.os, config.architecture, config.variant, config.author })
    assert.is_nil(config.created)
    assert.same({ 2, 2 }, { #config.rootfs.diff_ids, #config.history })
    assert.same({ "/init", "sh", "base", "SIGINT" }, { config.config.Entrypoint[1], config.config.Cmd[1],
      config.config.User, config.config.StopSignal })
    assert.is_nil(config.config.OnBuild)
    assert(client:verify(at("app:1"), { binaries = true }))
  end)

  it("changes the config as a Dockerfile's words would", function()
    assert(make { target = at("words:1"), base = at("base:1"), created = 120, author = "us", config = {
      Env = { "A=9", "C=3" }, Labels = { y = "8", z = "3" }, Entrypoint = { "/new" }, WorkingDir = "app",
      ExposedPorts = { "443/tcp" }, Volumes = { "/more" }, User = "me" } })
    local config = config_of(at("words:1"))
    local run = config.config
    assert.equal('["PATH=/bin","A=9","B=2","C=3"]', json.encode(run.Env))
    assert.equal('{"x":"1","y":"8","z":"3"}', json.encode(run.Labels))
    assert.equal('{"80/tcp":{},"443/tcp":{}}', json.encode(run.ExposedPorts))
    assert.equal('{"/data":{},"/more":{}}', json.encode(run.Volumes))
    assert.same({ "/new", "/srv/app", "me" }, { run.Entrypoint[1], run.WorkingDir, run.User })
    assert.is_nil(run.Cmd)
    assert.same({ "us", "1970-01-01T00:02:00Z" }, { config.author, config.created })
    assert(make { target = at("words:2"), base = at("base:1"), layers = {}, config = { WorkingDir = "/abs",
      Entrypoint = { "/new" }, Cmd = { "c" }, Env = { Z = "1" } } })
    run = config_of(at("words:2")).config
    assert.same({ "/abs", "c", "Z=1" }, { run.WorkingDir, run.Cmd[1], run.Env[4] })
    assert.equal(1, #config_of(at("words:2")).rootfs.diff_ids)
  end)

  it("says what buildah says of the same steps", function()
    local plain = {}
    for name, value in pairs(RUNTIME) do
      plain[name] = name ~= "OnBuild" and name ~= "User" and value or nil
    end
    assert(make { target = at("plain:1"), platform = "linux/arm64/v8", config = plain })
    assert(make { target = at("ours:1"), base = at("plain:1"), config = { Env = { "A=9", "C=3" },
      Labels = { y = "8" }, WorkingDir = "app", Entrypoint = { "/new" } } })
    local context, store = temp.folder("context"), temp.folder("store")
    temp.file(("FROM %s\nENV A=9 C=3\nLABEL y=8\nWORKDIR app\nENTRYPOINT [\"/new\"]\n"):format(at("plain:1")),
      context .. "/Dockerfile")
    local function buildah(...)
      return process.run { "buildah", "--root", store .. "/root", "--runroot", store .. "/run", "--storage-driver",
        "vfs",
        timeout = 120, env = { REGISTRY_AUTH_FILE = temp.file("{}") }, ... }
    end
    local done = buildah("build", "--isolation", "chroot", "--tls-verify=false", "--platform", "linux/arm64/v8", "-t",
      "theirs", context)
    if done.status == 0 then
      done = buildah("push", "--tls-verify=false", "theirs", "docker://" .. at("theirs:1"))
    end
    if done.status ~= 0 then
      return pending("buildah cannot build here: " .. (done.stderr:match("[^\n]*\n?$") or ""))
    end
    local a, b = config_of(at("ours:1")).config, config_of(at("theirs:1")).config
    table.sort(a.Env) -- docker replaces a variable where it stands, buildah moves it to the end
    table.sort(b.Env)
    for _, name in ipairs { "Env", "WorkingDir", "Entrypoint", "Cmd", "User", "ExposedPorts", "Volumes" } do
      assert.equal(json.encode(b[name] or json.null), json.encode(a[name] or json.null), name)
    end
    assert.equal("8", b.Labels.y)
  end)

  it("makes an index of an index, or of one platform an image", function()
    for _, target in ipairs { at("all"), to("all"), "oci:" .. temp.path("layout") } do
      local done = assert(make { target = target .. ":1", base = at("many:1") })
      assert.equal(types.oci_index, done.media_type)
      assert.equal(2, #done.images)
      assert.equal(2, #assert(client:get(target .. ":1")).content.manifests) -- no attestation is about these
      assert.equal(done.images[2].digest, assert(client:resolve(target .. ":1", "linux/arm64")).digest)
      assert.equal("arm64", config_of(target .. ":1", "linux/arm64").architecture)
      assert(client:verify(target .. ":1", { binaries = true }))
      assert.equal(done.digest, assert(make { target = target .. ":2", base = at("many:1") }).digest)
      local one = assert(make { target = target .. ":arm", base = at("many:1"), platform = "linux/arm64" })
      assert.equal(done.images[2].digest, one.digest)
      assert.equal(2, #one.layers)
    end
  end)

  it("takes the platforms that both have, where layers are for one each", function()
    local arm, riscv = temp.file(tar.archive { { "arm", "64" } }), temp.file(tar.archive { { "riscv", "64" } })
    local done = assert(make { target = at("both:1"), base = at("many:1"), layers = { tarball,
      { path = arm, platform = "linux/arm64" }, { path = riscv, platform = "linux/riscv64" } } })
    assert.equal(1, #done.images)
    assert.equal("arm64", done.images[1].platform.architecture)
    assert.equal(3, #done.images[1].layers)
    fails_saying("not_found", "no layer is for a platform", make { target = at("both:2"), base = at("many:1"),
      layers = { { path = riscv, platform = "linux/riscv64" } } })
  end)

  it("keeps docker's family, which names no base", function()
    local done = assert(make { target = at("kept:1"), base = at("docker:1") })
    assert.equal(types.docker_list, done.media_type)
    local got = assert(client:get(at("kept:1"), { platform = "linux/amd64" }))
    assert.equal(types.docker_manifest, got.media_type)
    assert.is_nil(got.content.annotations)
    assert.equal(types.docker_layer, got.content.layers[2].mediaType)
    fails_saying("unsupported", "no annotations", make { target = at("kept:2"), base = at("docker:1"),
      annotations = { a = "b" } })
    fails_saying("unsupported", "convert it first", make { target = at("kept:2"), base = at("many:1"),
      media_type = "docker" }).hint = nil
  end)

  it("is refused where the base is none, before a byte is sent", function()
    local artifact = assert(client:attach { subject = at("base:1"), artifact_type = "a/b", files = { tarball } })
    images.push(server, { { repository = "odd", tag = "1", type = "oci", layers = 2,
      platform = { os = "linux", architecture = "arm64" }, config = { rootfs = { type = "layers", diff_ids = {} } } } })
    local asked = requests_of(server, function()
      fails_saying("not_found", "no such manifest", make { target = at("no:1"), base = at("none:1") })
      fails_saying("not_found", "linux/s390x", make { target = at("no:1"), base = at("many:1"),
        platform = "linux/s390x" })
      fails_saying("not_found", "no image", make { target = at("no:1"), base = artifact.reference })
      fails_saying("invalid_manifest", "tells of 0", make { target = at("no:1"), base = at("odd:1") })
    end)
    for _, line in ipairs(asked) do
      assert.is_nil(line:find("^P"), line)
    end
    assert.error_matches(function() make { target = at("no:1") } end, "platform")
    assert.error_matches(function()
      make { target = at("no:1"), platform = "linux/amd64", layers = { { path = tarball, platform = "linux/amd64" } } }
    end, "base")
  end)

  it("is a command, whose image skopeo reads", function()
    local done = ours.new() { "image", "--base", at("many:1"), "--env", "A=1", to("command:1"), tarball }
    assert.equal(0, done.status, done.stderr)
    local read = process.run { "skopeo", "inspect", "--tls-verify=false", "--override-arch", "arm64", "docker://"
      .. to("command:1") }
    assert.equal(0, read.status, read.stderr)
    assert.equal(2, #json.decode(read.stdout).Layers)
    assert.equal("A=1", json.decode(read.stdout).Env[1])
    assert.is_table(other.process)
  end)
end)
