--- --json of every own verb has the shape that docs/commands.md gives: no field more, and each one is seen once.

local attested = require "spec.support.inputs.attested"
local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"

local json = manifest.json
local ours = require "spec.support.worlds.ours"
local registry = require "spec.support.servers.registry"
local shape = require "spec.support.asserts.json_shape"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }
local S390X = { os = "linux", architecture = "s390x" }

describe("--json of", function()
  if not registry.present() then
    pending("needs docker-registry")
    return
  end
  local text = assert(temp.read("docs/commands.md"))
  local server, at = block.registry()
  local command = ours.new()
  block.images(server, {
    { name = "amd", repository = "app", tag = "amd", platform = AMD, layers = { "same", "amd" } },
    { name = "arm", repository = "app", tag = "arm", platform = ARM, layers = { "same", "arm" } },
    { name = "newer", repository = "app", tag = "newer", platform = ARM, layers = { "same", "newer" } },
    { name = "s390x", repository = "app", tag = "s390x", platform = S390X, layers = { "same", "s390x" } },
    { repository = "app", tag = "1", type = "oci-index", children = { "amd", "arm" }, annotations = { a = "1" } },
    { repository = "app", tag = "2", type = "oci-index", children = { "newer", "s390x" },
      annotations = { a = "2" } },
  })

  local function document(words, status)
    words[#words + 1] = "--json"
    local done = command(words)
    assert.equal(status or 0, done.status, table.concat(words, " ") .. ": " .. done.stderr)
    return (assert(json.decode(done.stdout), done.stdout))
  end

  --- Holds documents against a shape of a section, and sees that together they have all its fields.
  ---@param section string
  ---@param number integer which of its shapes
  ---@param documents table[]
  ---@param rare string[]? fields that only a damaged registry or another machine can bring about
  local function hold(section, number, documents, rare)
    local shapes, words = shape.read(text, section)
    for position, one in ipairs(documents) do
      shape.check(assert(shapes[number], "no shape"), words, one, ("%s (%d)"):format(section, position))
    end
    assert.same(rare or {}, shape.unseen(shapes[number]))
  end

  it("image", function()
    local path = temp.file(tar.archive { { "a", "1" } })
    hold("image", 1, { document { "image", "--platform", "linux/amd64", at("image:1"), path },
      document { "image", "--base", at("app:1"), at("image:2"), path } })
  end)

  it("index create, and its edits", function()
    local list = at("list:1")
    local made_one = document { "index", "create", list, at("app:amd"), at("app:arm") }
    local again = document { "index", "create", list, at("app:amd"), at("app:arm"), "--no-clobber" }
    hold("index create", 1, {
      made_one, again, document { "index", "add", list, at("app:s390x") },
      document { "index", "replace", list, at("app:newer") },
      document { "index", "annotate", list, "linux/arm64", "--annotation", "a=b" },
      document { "index", "annotate", list, "linux/arm64", "--annotation", "a=c" },
      document { "index", "remove", list, "linux/amd64" },
    })
    hold("index create", 2, {
      document { "index", "create", "--dry-run", at("dry:1"), at("app:amd") },
      document { "index", "add", "--dry-run", list, at("app:amd") },
    })
  end)

  it("get, config, digest and resolve", function()
    hold("get", 1, { document { "get", at("app:1") } })
    hold("config", 1, { document { "config", at("app:1"), "--platform", "linux/arm64" } })
    hold("digest", 1, { document { "digest", at("app:1") } })
    hold("resolve", 1, { document { "resolve", at("app:1"), "linux/arm64" },
      document { "resolve", "--explain", at("app:1"), "linux/arm64" } })
  end)

  it("put, blob get, blob put and pull", function()
    local raw = command({ "get", at("app:1") }).stdout
    local subject = document { "get", at("app:1") }
    local referring = raw:gsub("}%s*$", (',"subject":{"mediaType":"%s","size":%d,"digest":"%s"}}'):format(
      subject.mediaType, subject.size, subject.digest))
    hold("put", 1, { document { "put", at("app:put"), temp.file(raw) },
      document { "put", at("app:put"), temp.file(referring) } })
    local path = temp.file("a blob")
    local put = document { "blob", "put", at("app"), path }
    hold("blob put", 1, { put, document { "blob", "put", "--dry-run", at("app"), path } })
    hold("blob get", 1, { document { "blob", "get", at("app@" .. put.digest), temp.path("blob") } })
    local attached = document { "attach", "--artifact-type", "a/b", at("app:arm"), path }
    local untitled = command({ "get", attached.reference }).stdout:gsub("org.opencontainers.image.title", "a.title")
    document { "put", at("app:untitled"), temp.file(untitled) }
    hold("pull", 1, { document { "pull", attached.reference, temp.folder("files") },
      document { "pull", at("app:untitled"), temp.folder("files") } })
  end)

  it("tag and tags", function()
    hold("tag", 1, { document { "tag", at("app:1"), "x", "y" } })
    hold("tags", 1, { document { "tags", at("app") } })
    hold("repositories", 1, { document { "repositories", server.address } })
    hold("doctor", 1, { document { "doctor", at("app") }, document { "doctor", "--write", at("app") } })
    hold("ratelimit", 1, { document { "ratelimit", at("app:1") } }, { "limit", "remaining", "window", "reset",
      "source" })
  end)

  it("copy", function()
    hold("copy", 1, {
      document { "copy", at("app:1"), at("copied:1") }, document { "copy", at("app:1"), at("copied:1") },
      document { "copy", "--dry-run", at("app:2"), at("copied:2") },
      document { "copy", "--media-type", "oci", at("app:amd"), at("copied:oci") },
      document { "copy", "--also", at("copied:also"), at("app:1"), at("copied:1") },
    }, { "error" })
  end)

  it("delete", function()
    local folder = temp.path("layout")
    local path = "oci:" .. folder .. ":1"
    document { "copy", at("app:1"), path }
    local plain = document { "delete", path }
    document { "copy", at("app:1"), path }
    local damaged = document({ "copy", at("app:amd"), "oci:" .. folder .. ":2" }).copied[1].digest
    temp.file("damage", folder .. "/blobs/" .. damaged:gsub(":", "/"))
    hold("delete", 1, {
      plain, document { "delete", path }, document { "delete", "--shared", "--dry-run", at("app:amd") },
      document { "delete", "--images", "--referrers", "--shared", "--dry-run", at("app:1") },
      document { "delete", "--tag-only", "--dry-run", at("app:1") },
    })
  end)

  it("attach, referrers and tree", function()
    local attached = document { "attach", "--artifact-type", "a/b", at("app:1"), temp.file("x") }
    hold("attach", 1, { attached })
    hold("referrers", 1, { document { "referrers", at("app:1") } })
    local parts = images.push(server, {
      { name = "amd", repository = "tree", platform = AMD }, { name = "arm", repository = "tree", platform = ARM },
      { repository = "tree", tag = "1", type = "oci-index", children = { "amd", "arm", "amd" } },
    })
    local gone = command { "delete", "--shared", at("tree@" .. parts.arm.digest) }
    assert.equal(0, gone.status, gone.stderr)
    images.push(server, { { repository = "tree", tag = "cache", media_type = manifest.media_type.oci_index,
      raw = ('{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"a/b","digest":"%s","size":%d}]}'):format(
        manifest.media_type.oci_index, parts.amd.config.digest, parts.amd.config.size) } })
    hold("tree", 1, { document { "tree", at("app:1") }, document { "tree", at("tree:1") },
      document { "tree", at("app@" .. attached.digest) }, document { "tree", at("tree:cache") } })
  end)

  it("attestations", function()
    local client <close> = manifest.client { config = temp.folder("config") }
    attested.push(client, at("said"), { "amd64" })
    hold("attestations", 1, { document { "attestations", at("said:1") } }, { "attestations.error" })
  end)

  it("verify", function()
    images.push(server, { { repository = "verify", tag = "1", type = "oci", platform = AMD,
      layers = { "no archive", "BZh91AY&SY" .. ("x"):rep(600) } } })
    hold("verify", 1, {
      document { "verify", at("app:1") }, document({ "verify", "--binaries", at("verify:1") }, 2),
    })
  end)

  it("diff", function()
    hold("diff", 1, { document({ "diff", at("app:1"), at("app:2") }, 2) })
  end)

  it("report", function()
    local config = { created = "2026-01-02T03:04:05Z", history = {
      { created = "2026-01-02T03:04:05Z", created_by = "COPY", comment = "c" }, { empty_layer = true } } }
    local parts = images.push(server, {
      { name = "amd", repository = "report", platform = AMD, layers = { "same" }, config = config },
      { name = "gone", repository = "report", platform = S390X },
      { name = "about", repository = "report", type = "oci", layers = { "statement" } },
    })
    local function entry(made, platform, more)
      return ('{"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"%s","architecture":"%s"}%s}'):format(
        made.media_type, made.digest, made.size, platform.os, platform.architecture, more or "")
    end
    images.push(server, { { repository = "report", tag = "1", media_type = manifest.media_type.oci_index,
      raw = ('{"schemaVersion":2,"mediaType":"%s","annotations":{"a":"1"},"manifests":[%s,%s,%s]}'):format(
        manifest.media_type.oci_index, entry(parts.amd, AMD, ',"annotations":{"b":"2"}'), entry(parts.gone, S390X),
        entry(parts.about, { os = "unknown", architecture = "unknown" }, ([[,"annotations":{
          "vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"%s"}]]):format(
          parts.amd.digest))) } })
    document { "attach", "--artifact-type", "a/b", "--annotation", "c=d", at("report:1"), temp.file("x") }
    assert.equal(0, command({ "delete", "--shared", at("report@" .. parts.gone.digest) }).status)
    hold("report", 1, {
      document { "report", "--html", temp.path("page.html"), "--against", at("app:1"), at("report:1") },
      document { "report", at("app@" .. document({ "attach", "--artifact-type", "a/b", at("app:1"),
        temp.file("y") }).digest) },
    })
  end)

  it("plan and apply", function()
    local path = temp.folder("release") .. "/release.lua"
    local function write(sources, more)
      temp.file(("return { { target = %q, media_type = 'docker', tags = { 'b' }, sources = { %s } }, %s }"):format(
        at("release:a"), sources, more or ""), path)
    end
    write(("%q, %q"):format(at("app:amd"), at("app:arm")))
    local documents = { document { "plan", path }, document { "apply", path } }
    write(("%q, %q"):format(at("app:newer"), at("app:s390x")), ("{ target = %q, sources = { %q } }"):format(at("no:1"),
      at("none:1")))
    documents[3] = document({ "plan", path }, 1)
    documents[4] = document({ "apply", path }, 1)
    images.push(server, { { repository = "pruned", tag = "old", config = { created = "2020-01-01T00:00:00Z" } } })
    local function write_copy(more)
      temp.file(("return { copy = %q, target = %q, include = 'amd' %s }"):format(at("app"), at("pruned"), more), path)
    end
    write_copy(", prune = { older_than = 60 }")
    documents[5] = document { "plan", path }
    write_copy(", prune = { older_than = 60 }, expect = 'linux/s390x'")
    documents[6] = document({ "plan", "--update", path }, 2)
    document { "tag", at("pruned:old"), "held" } -- which stays, so a registry that deletes by digest only keeps both
    write_copy(", prune = { older_than = 60, exclude = 'held' }")
    documents[7] = document { "plan", path }
    hold("plan, apply", 1, documents, { "pruned.error" })
  end)

  it("prune", function()
    images.push(server, {
      { repository = "old", tag = "1", config = { created = "2020-01-01T00:00:00Z" } },
      { repository = "old", tag = "2" },
    })
    local documents = { document { "prune", "--older-than", "1d", at("old") } }
    document { "tag", at("old:1"), "held" }
    documents[2] = document { "prune", "--older-than", "1d", "--exclude", "held", at("old") }
    hold("prune", 1, documents)
  end)

  it("lock merge", function()
    local path, out = temp.file('{"version": 1, "sources": {}, "targets": {}}'), temp.path("merged")
    hold("lock merge", 1, { document { "lock", "merge", out, path } })
  end)

  it("every own verb is looked at here", function()
    local source = assert(temp.read("spec/cli/json_spec.lua"))
    for _, entry in ipairs(require("manifest.verb.catalogue")) do
      for _, flag in ipairs(require("manifest.cli.command").of(entry).flags) do
        local words = entry.name:gsub(" ", '", "')
        assert.is_true(flag.name ~= "json" or source:find(('{ "%s"'):format(words), 1, true) ~= nil, entry.name)
      end
    end
  end)
end)
