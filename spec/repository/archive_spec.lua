local archive = require "manifest.repository.archive"
local block = require "spec.support.block"
local core = require "manifest.core"
local fails = require "spec.support.fails_saying"
local manifest = require "manifest"
local ours = require "spec.support.ours"
local process = require "spec.support.process"
local tar = require "spec.support.tar"
local temp = require "spec.support.temp"

local json, sha = manifest.json, manifest.digest.of
local MANIFEST = "application/vnd.oci.image.manifest.v1+json"

local LAYER = ("layer"):rep(5000)
local SECOND = "a layer of its own"
local CONFIG = ('{"architecture":"arm64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s","%s"]}}'):format(
  sha(LAYER), sha(SECOND))
local LIST = '[{"Config":"c.json","RepoTags":["app:1","other/app:2"],"Layers":["one/layer.tar","two/layer.tar"]}]'

--- The entries of a docker archive; CHANGES, by name, take the place of some, false takes one away.
local function docker_entries(changes)
  local entries = {
    { "one/", kind = "5" }, { "one/layer.tar", LAYER }, { "two/layer.tar", SECOND }, { "c.json", CONFIG },
    { "manifest.json", LIST },
  }
  for position = #entries, 1, -1 do
    local change = changes and changes[entries[position][1]]
    if change == false then
      table.remove(entries, position)
    elseif change then
      entries[position] = change
    end
  end
  return entries
end

local function docker(changes)
  return archive.new("docker-archive", temp.file(tar.archive(docker_entries(changes))))
end

local CHILD = ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/vnd.oci.image.config.v1+json",'
  .. '"digest":"%s","size":%d},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s",'
  .. '"size":%d}]}'):format(MANIFEST, sha(CONFIG), #CONFIG, sha(LAYER), #LAYER)

local function blob(bytes)
  return { "blobs/sha256/" .. sha(bytes):sub(8), bytes }
end

local function oci_entries()
  return {
    { "oci-layout", '{"imageLayoutVersion":"1.0.0"}' }, blob(LAYER), blob(CONFIG), blob(CHILD),
    { "index.json", ('{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,"annotations":'
      .. '{"org.opencontainers.image.ref.name":"1"}}]}'):format(MANIFEST, sha(CHILD), #CHILD) },
  }
end

describe("a docker archive", function()
  it("becomes a manifest made of its files", function()
    local place = docker()
    local got = assert(place:manifest())
    assert.equal(sha(got.bytes), got.digest)
    local read = json.decode(got.bytes)
    assert.same({ "schemaVersion", "mediaType", "config", "layers" }, json.keys(read))
    assert.equal("application/vnd.docker.distribution.manifest.v2+json", read.mediaType)
    assert.same({ sha(CONFIG), #CONFIG }, { read.config.digest, read.config.size })
    for position, bytes in ipairs { LAYER, SECOND } do
      assert.same({ "application/vnd.docker.image.rootfs.diff.tar", sha(bytes), #bytes },
        { read.layers[position].mediaType, read.layers[position].digest, read.layers[position].size })
      assert.equal(bytes, assert(place:blob(sha(bytes))))
    end
    assert.same({ "app:1", "other/app:2" }, assert(place:tags()))
    assert.equal(got.bytes, assert(docker():manifest("docker.io/library/app:1")).bytes)
    assert.equal(got.digest, assert(docker():head(got.digest)).digest)
    assert.equal(SECOND, assert(docker():blob(sha(SECOND))))
  end)

  it("names an image by any of its tags, or by its place", function()
    for _, selector in ipairs { "app:1", "docker.io/other/app:2", "@0" } do
      assert.equal(assert(docker():manifest()).digest, assert(docker():manifest(selector)).digest, selector)
    end
    local err = fails("not_found", "has no image app:3", docker():manifest("app:3"))
    assert.matches("app:1", err.hint, 1, true)
    fails("not_found", "has no image @1", docker():manifest("@1"))
    local double = docker { ["manifest.json"] = { "manifest.json", LIST:sub(1, -2) .. "," .. LIST:sub(2) } }
    fails("ambiguous", "has 2 images", double:manifest())
    assert(double:manifest("@1"))
    fails("not_found", "has no images", docker({ ["manifest.json"] = { "manifest.json", "[]" } }):manifest())
  end)

  it("takes layers that are compressed, and links of one layer to another", function()
    local packed = temp.file(LAYER)
    assert(process.run({ "gzip", "-n", packed }).status == 0)
    local bytes = temp.read(packed .. ".gz")
    local read = json.decode(assert(docker({ ["one/layer.tar"] = { "one/layer.tar", bytes } }):manifest()).bytes)
    assert.equal("application/vnd.docker.image.rootfs.diff.tar.gzip", read.layers[1].mediaType)
    assert.equal(sha(bytes), read.layers[1].digest)
    local config = CONFIG:gsub(sha(SECOND), sha(LAYER))
    for _, link in ipairs { { "2", "../one/layer.tar" }, { "1", "one/layer.tar" } } do
      local place = docker { ["c.json"] = { "c.json", config },
        ["two/layer.tar"] = { "two/layer.tar", kind = link[1], link = link[2] } }
      read = json.decode(assert(place:manifest()).bytes)
      assert.equal(read.layers[1].digest, read.layers[2].digest)
    end
  end)

  it("tells what is wrong with an archive", function()
    local config = { "c.json", CONFIG }
    local cases = {
      { "corrupt", "has no manifest.json", { ["manifest.json"] = false } },
      { "corrupt", "manifest.json", { ["manifest.json"] = { "manifest.json", "[" } } },
      { "corrupt", "is no list", { ["manifest.json"] = { "manifest.json", "{}" } } },
      { "corrupt", "entry 1 names no image", { ["manifest.json"] = { "manifest.json", '[{"Config":1}]' } } },
      { "corrupt", "entry 1 names no image",
        { ["manifest.json"] = { "manifest.json", '[{"Config":"c","Layers":[1]}]' } } },
      { "not_found", "has no file c.json", { ["c.json"] = false } },
      { "not_found", "has no file two/layer.tar", { ["two/layer.tar"] = false } },
      { "corrupt", "lists 2 layers", { ["c.json"] = { "c.json", '{"rootfs":{"diff_ids":[]}}' } } },
      { "corrupt", "names no layers", { ["c.json"] = { "c.json", '{"rootfs":{"diff_ids":"x"}}' } } },
      { "corrupt", "config", { ["c.json"] = { "c.json", "{" } } },
      { "digest_mismatch", "two/layer.tar", { ["two/layer.tar"] = { "two/layer.tar", "something else" } } },
      { "unsupported", "zstd", { ["two/layer.tar"] = { "two/layer.tar", "\x28\xb5\x2f\xfdxx" } } },
      { "corrupt", "damaged", { ["two/layer.tar"] = { "two/layer.tar", "\x1f\x8bxxxxxxxxxxxxxxxxxxx" } } },
      { "corrupt", "more than one c.json", { ["one/"] = config } },
      { "corrupt", "link that leads to no file", { ["c.json"] = { "c.json", kind = "2", link = "/etc/passwd" } } },
      { "corrupt", "link that leads to no file", { ["c.json"] = { "c.json", kind = "2", link = "../../x" } } },
      { "corrupt", "link that leads to no file", { ["c.json"] = { "c.json", kind = "2", link = "c.json" } } },
      { "corrupt", "not as a plain file", { ["c.json"] = { "c.json", kind = "6" } } },
      { "corrupt", "not as a plain file", { ["c.json"] = { "c.json", CONFIG, pax = "22 GNU.sparse.major=1\n" } } },
      { "corrupt", "ends beyond it", { ["c.json"] = { "c.json", CONFIG, size = 1 << 30 } } },
      { "corrupt", "damaged header", { ["c.json"] = { "c.json", CONFIG, size = ("\xff"):rep(12) } } },
      { "corrupt", "damaged header", { ["c.json"] = { "c.json", CONFIG, size = "-1" } } },
      { "corrupt", "damaged header", { ["c.json"] = { "c.json", CONFIG, sum = 1 } } },
      { "corrupt", "size that is no number", { ["c.json"] = { "c.json", CONFIG, pax = "13 size=-100\n" } } },
      { "corrupt", "size that is no number", { ["c.json"] = { "c.json", CONFIG,
        pax = "28 size=99999999999999999999\n" } } },
      { "corrupt", "ends beyond it", { ["c.json"] = { "c.json", CONFIG, pax = "19 size=9999999999\n" } } },
      { "corrupt", "damaged pax", { ["c.json"] = { "c.json", CONFIG, pax = "99 size=1\n" } } },
      { "too_large", "more than", { ["c.json"] = { "c.json", (" "):rep(5 << 20) .. CONFIG } } },
    }
    for position, case in ipairs(cases) do
      local place = docker(case[3])
      local ok, got, err = pcall(place.manifest, place)
      assert.is_true(ok, ("case %d: %s"):format(position, got))
      assert.is_nil(got, "case " .. position)
      assert.equal(case[1], err.code, ("case %d: %s"):format(position, err))
      assert.matches(case[2], err.message, 1, true)
    end
  end)

  it("checks a config that is named by its digest", function()
    local name = ("ab"):rep(32) .. ".json"
    local place = docker { ["c.json"] = { name, CONFIG },
      ["manifest.json"] = { "manifest.json", (LIST:gsub("c%.json", name)) } }
    fails("digest_mismatch", "hashes to " .. sha(CONFIG), place:manifest())
  end)

  it("reads long names, and archives without an end", function()
    local long = ("deep/"):rep(40) .. "layer.tar"
    local size = #long + 10
    local pax = ("%d path=%s\n"):format(size, long)
    local list = { "manifest.json", (LIST:gsub("one/layer.tar", long)) }
    local first = docker { ["one/layer.tar"] = { "short", LAYER, pax = pax }, ["manifest.json"] = list }
    local entries = docker_entries { ["one/layer.tar"] = { "short", LAYER }, ["manifest.json"] = list }
    table.insert(entries, 2, { "././@LongLink", long .. "\0", kind = "L" })
    entries.no_end = true
    local second = archive.new("docker-archive", temp.file(tar.archive(entries)))
    assert.equal(assert(first:manifest()).digest, assert(second:manifest()).digest)
  end)
end)

describe("an OCI archive", function()
  local function oci(entries)
    return archive.new("oci-archive", temp.file(tar.archive(entries or oci_entries())))
  end

  it("is read like the layout in it", function()
    local place = oci()
    for _, selector in ipairs { false, "1", sha(CHILD) } do
      local got = assert(place:manifest(selector or nil))
      assert.same({ CHILD, MANIFEST, sha(CHILD), #CHILD }, { got.bytes, got.media_type, got.digest, got.size })
    end
    assert.same({ "1" }, assert(place:tags()))
    assert.equal(LAYER, assert(place:blob(sha(LAYER))))
    local to = temp.path("blob")
    assert(place:get_blob(sha(LAYER), { sink_file = to }))
    assert.equal(LAYER, temp.read(to))
    local range = assert(place:blob_range(sha(LAYER)))
    assert.equal(#LAYER, range.size)
    assert.equal(LAYER, temp.read(range.path):sub(range.offset + 1, range.offset + range.size))
    assert.same({}, assert(place:referrers(sha(CHILD))))
    assert.is_true(place:has_blob(sha(LAYER)))
    assert.is_false(place:has_blob(sha("absent")))
    fails("not_found", "no tag 2", place:manifest("2"))
    fails("not_found", "has no blob", place:blob(sha("absent")))
    fails("too_large", "more than 10", place:blob(sha(LAYER), { limit = 10 }))
  end)

  it("notices what is damaged or missing", function()
    local entries = oci_entries()
    entries[2][2] = entries[2][2]:gsub("l", "L", 1)
    local place = oci(entries)
    fails("digest_mismatch", "is damaged", place:blob(sha(LAYER)))
    fails("digest_mismatch", "is damaged", place:get_blob(sha(LAYER), { discard = true }))
    fails("digest_mismatch", "is damaged", place:each_piece(sha(LAYER)))
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
    other = archive.new("oci-archive", temp.file(tar.archive(docker_entries())))
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
    local packed = temp.file(tar.archive(docker_entries()))
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

describe("core.file.copy of a part", function()
  it("copies or hashes a range", function()
    local from, to = temp.file("0123456789"), temp.path("part")
    assert.equal(core.hash.sum("sha256", "345"), assert(core.file.copy(from, to, "sha256", 3, 3)))
    assert.equal("345", temp.read(to))
    assert.equal(core.hash.sum("sha256", "3456789"), assert(core.file.copy(from, nil, "sha256", 3)))
    fails("io", "shorter", core.file.copy(from, nil, "sha256", 8, 3))
    assert.has_error(function() core.file.copy(from, nil, "sha256", -1) end)
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
    local from = "docker-archive:" .. temp.file(tar.archive(docker_entries()))
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
      pending("skopeo is not here")
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
    if pcall(skopeo, "docker-archive:" .. path .. ":name/app:1") then
      run { "copy", "docker-archive:" .. path .. ":name/app:1", at("back:2") }
      assert.equal(made.app.config.digest, json.decode(run { "get", at("back:2") }).config.digest)
    end
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
