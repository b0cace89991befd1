--- Targets of a release that are copies: names and repositories, planned, locked, guarded and checked as indexes are.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local peers = require "spec.support.worlds.peers"
local releases = require "spec.support.worlds.releases"
local temp = require "spec.support.temp"

local states = releases.states
local AMD, ARM = { os = "linux", architecture = "amd64" }, { os = "linux", architecture = "arm64" }

describe("a release that copies", function()
  local source, at = block.registry()
  local target, to = block.registry()
  local client = block.client()
  local count = 0

  setup(function()
    local entries = {}
    for position, tag in ipairs { "1.0.0", "1.1.0", "1.2.0", "2.0.0", "2.1.0-rc.1", "latest" } do
      entries[position] = { repository = "app", tag = tag, layers = { tag }, platform = AMD }
    end
    images.push(source, entries)
    images.push(source, {
      { name = "amd", repository = "multi", tag = "amd", layers = { "a" }, platform = AMD },
      { name = "arm", repository = "multi", tag = "arm", layers = { "b" }, platform = ARM },
      { repository = "multi", tag = "1", type = "oci-index", children = { "amd", "arm" } },
    })
  end)

  before_each(function()
    count = count + 1
  end)

  local function mirrored(name)
    return to(("m%d/%s"):format(count, name))
  end

  local function tags_of(repository)
    return table.concat(assert(client:tags(repository, { sort = "name" })), " ")
  end

  it("brings one name, and the tags of a repository that are chosen", function()
    local release = { targets = {
      { copy = at("multi:1"), target = mirrored("multi:1"), verify = true, expect = { "linux/amd64", "linux/arm64" } },
      { copy = at("app"), target = mirrored("app"), semver = ">=1.1", keep = 2 },
    } }
    local planned = assert(client:plan(release))
    assert.same({ "created", "created", "created" }, states(planned))
    fails("not_found", client:digest(mirrored("multi:1")))
    assert.equal(3, assert(client:apply(release)).changed)
    assert.equal(client:digest(at("multi:1")), client:digest(mirrored("multi:1")))
    assert.equal("1.2.0 2.0.0", tags_of(mirrored("app")))
    assert.equal(0, assert(client:apply(release)).changed)
  end)

  it("goes on after an interrupt where it was, and peers read what it made", function()
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return { { copy = %q, target = %q }, { copy = %q, target = %q } }"):format(at("multi:1"),
      mirrored("multi:1"), at("app"), mirrored("app")), path)
    local breaking
    breaking = manifest.client { config = temp.folder("config"), jobs = 2, on_event = function(event)
      if event.event == "response" and event.method == "PUT" and event.url:find("/manifests/", 1, true) then
        breaking:cancel()
      end
    end }
    fails("canceled", breaking:apply(path))
    breaking:close { abandon = 60 }
    assert.is_true(assert(client:apply(path)).changed > 0)
    assert.equal(0, assert(client:apply(path)).changed)
    local digest = assert(client:verify(mirrored("multi:1"))).digest
    for name, words in pairs { crane = { "digest" }, regctl = { "image", "digest" } } do
      local peer, why = peers.command(name, target)
      if not peer then
        return pending(why)
      end
      words[#words + 1] = mirrored("multi:1")
      assert.equal(digest .. "\n", peer(words).stdout)
    end
  end)

  it("keeps to the digests of its lock", function()
    local path = temp.folder("release") .. "/release.lua"
    temp.file(("return { copy = %q, target = %q }"):format(at("moving:1"), mirrored("moving:1")), path)
    images.push(source, { { repository = "moving", tag = "1", layers = { "first" .. count } } })
    local first = assert(client:apply(path)).targets[1].digest
    images.push(source, { { repository = "moving", tag = "1", layers = { "second" .. count } } })
    assert.same({ "unchanged" }, states(assert(client:apply(path))))
    assert.equal(first, client:digest(mirrored("moving:1")))
    assert.same({ "moved" }, states(assert(client:apply(path, { update = true }))))
    assert.equal(client:digest(at("moving:1")), client:digest(mirrored("moving:1")))
  end)

  it("takes platforms, and brings signatures that came later", function()
    local release = {
      { copy = at("multi:1"), target = mirrored("one:1"), platforms = "linux/arm64" },
      { copy = at("multi:amd"), target = mirrored("signed:1"), referrers = true },
    }
    assert(client:apply(release))
    assert.equal(1, #assert(client:inspect(mirrored("one:1"))).entries)
    local file = temp.file("signature " .. count)
    assert(client:attach { subject = at("multi:amd"), artifact_type = "application/x-signature", files = file })
    assert(client:apply(release))
    assert.is_true(#assert(client:referrers(mirrored("signed:1"))).referrers > 0)
  end)

  it("lets one target fail alone, and checks before it copies", function()
    local err = fails("check_failed", client:apply {
      { copy = at("multi:1"), target = mirrored("multi:1"), expect = "linux/s390x" },
      { copy = at("app:1.0.0"), target = mirrored("app:1") },
    })
    assert.same({ "failed", "created" }, states(err.outcome))
    fails("not_found", client:digest(mirrored("multi:1")))
    err = fails("not_found", client:apply {
      { copy = at("none"), target = mirrored("none") }, { copy = at("app:1.0.0"), target = mirrored("app:2") },
    })
    assert.same({ "failed", "created" }, states(err.outcome))
    err = fails("exists", client:apply { { copy = at("app:2.0.0"), target = mirrored("app:2"), no_clobber = true } })
    assert.same({ "failed" }, states(err.outcome))
    local now = client:digest(mirrored("app:2"))
    local guarded = { copy = at("app:2.0.0"), target = mirrored("app:2"), if_digest = "sha256:" .. ("0"):rep(64) }
    fails("conflict", client:plan { guarded })
    fails("conflict", client:apply { guarded })
    assert.equal(now, client:digest(mirrored("app:2")))
    guarded.if_digest = now
    assert.same({ "moved" }, states(assert(client:apply { guarded })))
    assert.same({ "unchanged" }, states(assert(client:apply { guarded })))
  end)

  it("divides the tags of a repository among shards", function()
    local release, seen = { { copy = at("app"), target = mirrored("app") } }, 0
    for index = 1, 2 do
      seen = seen + #assert(client:apply(release, { shard = index .. "/2" })).targets
    end
    assert.equal(6, seen)
    assert.equal("1.0.0 1.1.0 1.2.0 2.0.0 2.1.0-rc.1 latest", tags_of(mirrored("app")))
  end)

  it("is refused with the place of the mistake", function()
    local function refused(one, words)
      assert.matches(words, fails("invalid_argument", client:plan { one }).message, 1, true)
    end
    refused({ copy = at("app"), target = mirrored("app:1") }, "a repository and a single name")
    refused({ copy = at("app:1.0.0"), target = mirrored("app:1"), keep = 3 }, "'keep' chooses among tags")
    refused({ copy = at("app"), target = mirrored("app"), sources = {} }, "sources")
    refused({ copy = at("app"), target = mirrored("app"), if_digest = "sha256:" .. ("0"):rep(64) }, "guards one name")
    refused({ copy = at("app"), target = mirrored("app"), semver = "new" }, "target 1")
    refused({ copy = at("app"), target = mirrored("app"), verify = "yes" }, "'verify' is true or false")
  end)

  it("may be regsync's YAML", function()
    if not pcall(require, "lyaml") then
      return pending("lyaml is not installed")
    end
    local path = temp.folder("sync") .. "/regsync.yml"
    temp.file(([[
version: 1
sync:
  - source: %s
    target: %s
    type: image
  - source: %s
    target: %s
    type: repository
    tags:
      allow: [ "1\\..*" ]
      deny: [ ".*-rc.*" ]
]]):format(at("multi:1"), mirrored("multi:1"), at("app"), mirrored("app")), path)
    assert(client:apply(path, { lock = false }))
    assert.equal("1.0.0 1.1.0 1.2.0", tags_of(mirrored("app")))
    temp.file((temp.read(path):gsub("deny: %[.-%]", 'deny: [ "(a|b)" ]')), path)
    assert.matches("no pattern that means the same", fails("invalid_argument", client:plan(path)).message, 1, true)
  end)

  it("may be regsync's YAML with all that a real one has, and refuses what would mean something else", function()
    if not pcall(require, "lyaml") then
      return pending("lyaml is not installed")
    end
    local form = ([[
x-nightly: &nightly "15 01 * * *"
version: 1
creds:
  - registry: example.com
    user: me
    pass: word
defaults:
  parallel: 2
  referrers: true
  ratelimit: { min: 100, retry: 15m }
%%s
sync:
  - source: %s
    target: %s
    type: repository
    schedule: *nightly
    tags:
      allow: [ "%%s" ]
%%s
]]):format(at("app"), mirrored("real"))
    local function planned(...)
      return client:plan(temp.file(form:format(...), temp.folder("sync") .. "/regsync.yml"), { lock = false })
    end
    local function refused(words, ...)
      assert.matches(words, fails("invalid_argument", planned(...)).message, 1, true)
    end
    local found = assert(planned("", "^1\\\\.1.+$", "")).targets
    assert.same({ mirrored("real:1.1.0"), nil }, { found[1].reference, found[2] })
    for _, expression in ipairs { "v?1", "1*", "1+", "[12]", "1.?", "a|b" } do
      refused("no pattern that means the same", "", expression, "")
    end
    refused("sync 1 has no 'backup'", "", "1", "    backup: old")
    refused("defaults has no 'hooks'", "  hooks: {}", "1", "")
    refused("referrers is neither", "", "1", "    referrers: si")
  end)
end)
