--- Archives as places: what is an OCI archive, what is none, and what the verbs do with them and with docker's.

local archive = require "manifest.repository.archive"
local block = require "spec.support.block"
local docker_archive = require "spec.support.inputs.docker_archive"
local fails = require "spec.support.asserts.fails_saying"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local json, sha = manifest.json, manifest.digest.of
local MANIFEST = "application/vnd.oci.image.manifest.v1+json"

local LAYER, SECOND, CONFIG = docker_archive.LAYER, docker_archive.SECOND, docker_archive.CONFIG

local function descriptor(kind, bytes)
  return ('{"mediaType":"application/vnd.oci.image.%s","digest":"%s","size":%d}'):format(kind, sha(bytes), #bytes)
end

local CHILD = ('{"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s,%s]}'):format(MANIFEST,
  descriptor("config.v1+json", CONFIG), descriptor("layer.v1.tar", LAYER), descriptor("layer.v1.tar", SECOND))

local function blob(bytes)
  return { "blobs/sha256/" .. sha(bytes):sub(8), bytes }
end

local function oci_entries()
  return {
    { "oci-layout", '{"imageLayoutVersion":"1.0.0"}' }, blob(LAYER), blob(CONFIG), blob(CHILD), blob(SECOND),
    { "index.json", ('{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,"annotations":'
      .. '{"org.opencontainers.image.ref.name":"1"}}]}'):format(MANIFEST, sha(CHILD), #CHILD) },
  }
end

describe("an OCI archive", function()
  local function oci(entries)
    return archive.new("oci-archive", temp.file(tar.archive(entries or oci_entries())))
  end

  it("is read like the layout in it", function()
    local place = oci()
    for _, selector in ipairs { false, "1", sha(CHILD) } do
      local got = assert(place:manifest(selector or nil))
      assert.same({ CHILD, MANIFEST, sha(CHILD), #CHILD }, { got.raw, got.media_type, got.digest, got.size })
    end
    assert.same({ "1" }, assert(place:tags()))
    assert.equal(LAYER, assert(place:blob(sha(LAYER))))
    local to = temp.path("blob")
    assert(place:save_blob({ digest = sha(LAYER) }, to))
    assert.equal(LAYER, temp.read(to))
    local body = assert(place:body(sha(LAYER)))
    assert.equal(#LAYER, body.body_length)
    assert.equal(LAYER, temp.read(body.body_file):sub(body.body_offset + 1, body.body_offset + body.body_length))
    assert.same({}, assert(place:referrers(sha(CHILD))))
    assert.is_true(place:has_blob(sha(LAYER)))
    assert.is_false(place:has_blob(sha("absent")))
    fails("not_found", "no tag 2", place:manifest("2"))
    fails("not_found", "has no blob", place:blob(sha("absent")))
    fails("too_large", "more than 10", place:blob(sha(LAYER), 10))
  end)

  it("notices what is damaged or missing", function()
    local entries = oci_entries()
    entries[2][2] = entries[2][2]:gsub("l", "L", 1)
    local place = oci(entries)
    fails("digest_mismatch", "is damaged", place:blob(sha(LAYER)))
    fails("digest_mismatch", "is damaged", place:save_blob({ digest = sha(LAYER) }, temp.path("copy")))
    fails("digest_mismatch", "is damaged", place:read_blob(sha(LAYER)))
    entries = oci_entries()
    entries[1] = { "oci-layout", '{"imageLayoutVersion":"9"}' }
    fails("unsupported", "layout version 9", oci(entries):manifest())
    entries[1] = { "other", "" }
    fails("corrupt", "has no oci-layout", oci(entries):manifest())
    entries = oci_entries()
    table.remove(entries, 4)
    fails("not_found", "has no blob " .. sha(CHILD), oci(entries):manifest())
  end)

  it("tells one kind of archive from the other", function()
    local other = archive.new("docker-archive", temp.file(tar.archive(oci_entries())))
    assert.matches("oci-archive:", fails("corrupt", "no docker archive", other:manifest()).hint, 1, true)
    other = archive.new("oci-archive", temp.file(tar.archive(docker_archive.entries())))
    assert.matches("docker-archive:", fails("corrupt", "no OCI archive", other:manifest()).hint, 1, true)
  end)

  it("is only read", function()
    local place = oci()
    for _, name in ipairs { "put_manifest", "upload", "copy_blob", "delete" } do
      fails("unsupported", "is only read", place[name](place, "1", "{}", MANIFEST))
    end
  end)
end)

describe("a file that is no archive", function()
  it("is refused with what to do", function()
    local packed = temp.file(tar.archive(docker_archive.entries()))
    assert(process.run({ "gzip", packed }).status == 0)
    local err = fails("unsupported", "compressed with gzip", archive.new("docker-archive", packed .. ".gz"):manifest())
    assert.matches("gunzip", err.hint, 1, true)
    fails("not_found", "does not exist", archive.new("oci-archive", temp.path("absent")):manifest())
    assert.matches("oci:PATH", fails("invalid_argument", "no regular file", archive.new("oci-archive",
      temp.folder()):manifest()).hint, 1, true)
    fails("corrupt", "too short", archive.new("oci-archive", temp.file("x")):manifest())
    fails("corrupt", "damaged header", archive.new("oci-archive", temp.file(("x"):rep(2000))):manifest())
    local fifo = temp.path("fifo")
    assert(process.run({ "mkfifo", fifo }).status == 0)
    fails("invalid_argument", "no regular file", archive.new("oci-archive", fifo):manifest())
  end)
end)

describe("archives and the verbs", function()
  local server, at = block.registry()
  local command = ours.new()
  local made = block.images(server, { { name = "app", repository = "app", tag = "1", layers = 2,
    platform = { os = "linux", architecture = "arm64" } } })

  local function run(words)
    local done = command(words)
    assert.equal(0, done.status, done.stderr)
    return done.stdout
  end

  it("copies a docker archive to a registry and to a layout", function()
    local from = "docker-archive:" .. temp.file(tar.archive(docker_archive.entries()))
    local digest = run { "digest", from .. ":app:1" }
    run { "copy", from, at("copied:1") }
    assert.equal(digest, run { "digest", at("copied:1") })
    local path = temp.path("layout")
    run { "copy", from, "oci:" .. path .. ":x" }
    assert.equal(digest, run { "digest", "oci:" .. path })
    run { "verify", "oci:" .. path }
    run { "verify", at("copied:1") }
    run { "verify", from }
  end)

  it("takes an archive as the source of an index", function()
    local from = "oci-archive:" .. temp.file(tar.archive(oci_entries()))
    local client <close> = manifest.client {}
    assert(client:index { target = at("app:all"), allow_duplicates = true, expect = { "linux/arm64" },
      sources = { from .. ":1", at("app:1") } })
    run { "verify", at("app:all") }
  end)

  it("does not write into one", function()
    local path = temp.file(tar.archive(oci_entries()))
    local before = temp.read(path)
    local done = command { "copy", at("app:1"), "oci-archive:" .. path .. ":2" }
    assert.equal(1, done.status)
    assert.matches("only read", done.stderr, 1, true)
    done = command { "delete", "--dry-run", "oci-archive:" .. path .. ":1" }
    assert.equal(1, done.status)
    assert.matches("only read", done.stderr, 1, true)
    assert.equal(before, temp.read(path))
  end)

  it("leaves nothing of a damaged blob in a layout", function()
    local entries, folder = oci_entries(), temp.path("layout")
    entries[2][2] = entries[2][2]:gsub("l", "L", 1)
    local done = command { "copy", "oci-archive:" .. temp.file(tar.archive(entries)), "oci:" .. folder .. ":1" }
    assert.equal(1, done.status)
    assert.matches(sha(LAYER), done.stderr, 1, true)
    assert.equal("", process.run({ "find", folder, "-name", ".manifest-*" }).stdout)
  end)

  it("names the blob that a registry found damaged", function()
    local entries = oci_entries()
    entries[2][2] = entries[2][2]:gsub("l", "L", 1)
    local done = command { "copy", "oci-archive:" .. temp.file(tar.archive(entries)), at("bad:1") }
    assert.equal(1, done.status)
    assert.matches(sha(LAYER), done.stderr, 1, true)
    assert.equal(1, command({ "digest", at("bad:1") }).status)
  end)

  it("reads what skopeo wrote", function()
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local path = temp.path("archive.tar")
    local from = "docker://" .. at("app:1")
    local function skopeo(to)
      local done = process.run { "skopeo", "--insecure-policy", "copy", "--src-tls-verify=false", from, to }
      assert.equal(0, done.status, done.stderr)
    end
    skopeo("oci-archive:" .. path .. ".oci:tagged")
    assert.same({ "tagged" }, { (run { "tags", "oci-archive:" .. path .. ".oci" }):match("%S+") })
    run { "copy", "oci-archive:" .. path .. ".oci:tagged", at("back:1") }
    run { "verify", at("back:1") }
    skopeo("docker-archive:" .. path .. ":name/app:1")
    run { "copy", "docker-archive:" .. path .. ":name/app:1", at("back:2") }
    assert.equal(made.app.config.digest, json.decode(run { "get", at("back:2") }).config.digest)
  end)

  it("reads what tar packed", function()
    local folder = temp.path("layout")
    run { "copy", at("app:1"), "oci:" .. folder .. ":1" }
    for _, format in ipairs { "gnu", "pax", "ustar" } do
      local path = temp.path(format)
      assert(process.run({ "tar", "--format", format, "-cf", path, "-C", folder, "." }).status == 0)
      assert.equal(made.app.digest .. "\n", run { "digest", "oci-archive:" .. path .. ":1" })
      run { "verify", "oci-archive:" .. path .. ":1" }
    end
  end)
end)
