--- The entries of index.json: which image a name means.

local caught = require("manifest.base.failure").caught
local entries = require "manifest.repository.layout.entries"
local fails = require "spec.support.asserts.fails"
local json = require "manifest.base.json"

local TAG, FULL = "org.opencontainers.image.ref.name", "io.containerd.image.name"

local function digest(digit)
  return "sha256:" .. digit:rep(64)
end

local function entry(digit, tag, full)
  return json.object {
    { "mediaType", "a/b" }, { "digest", digest(digit) }, { "size", 1 },
    { "annotations", (tag or full) and json.object { { TAG, tag }, { FULL, full } } or nil },
  }
end

--- What `docker save alpine:3 busybox:3 busybox:latest` writes.
local function saved()
  return { manifests = { entry("1", "3", "docker.io/library/alpine:3"), entry("2", "3", "docker.io/library/busybox:3"),
    entry("2", "latest", "docker.io/library/busybox:latest") } }
end

--- What a name means in an index that was just read.
local function digest_of(index, name)
  local found, err = caught(entries.find, { manifests = index.manifests }, name, "oci:x")
  return found and found.digest or nil, err
end

describe("entries of a layout", function()
  it("are told apart by their full names where tags are the same", function()
    local index = saved()
    for name, digit in pairs { ["alpine:3"] = "1", ["docker.io/library/alpine:3"] = "1", ["busybox:3"] = "2",
      latest = "2", ["library/busybox"] = "2" } do
      assert.equal(digest(digit), digest_of(index, name), name)
    end
    local _, err = digest_of(index, "3")
    assert.equal("ambiguous", err.code)
    assert.matches("oci:x:docker.io/library/alpine:3", err.hint, 1, true)
    fails("not_found", digest_of(index, "alpine:4"))
    fails("not_found", digest_of(index, "alpine"))
    assert.same({ "docker.io/library/alpine:3", "docker.io/library/busybox:3", "latest" }, entries.names(index))
  end)

  it("have their tags where these tell them apart", function()
    local index = { manifests = { entry("1", "a", "docker.io/library/x:a"), entry("1", "b"), entry("2", "b2"),
      entry("3"), entry("4", nil, "docker.io/library/x:d") } }
    assert.same({ "a", "b", "b2", "docker.io/library/x:d" }, entries.names(index))
    assert.equal(digest("4"), digest_of(index, "x:d"))
    assert.equal(digest("1"), digest_of(index, "b"))
  end)

  it("are not lost to a tag that several share", function()
    local index = saved()
    fails("ambiguous", caught(entries.enter, index.manifests, entry("5", "3"), "3", { domain = "oci:x" }))
    assert.equal(3, #index.manifests)
    local name = "docker.io/library/alpine:3"
    assert.is_true(entries.enter(index.manifests, entry("5", name), name,
      { domain = "oci:x" }))
    assert.equal(3, #index.manifests)
    assert.equal(digest("5"), digest_of(index, "alpine:3"))
    assert.is_true(entries.enter(index.manifests, entry("6", "latest"), "latest", { domain = "oci:x" }))
    assert.equal(digest("6"), digest_of(index, "latest"))
    local old = { manifests = { entry("1", "a"), entry("2", "a") } } -- of a tool that only appends
    assert.is_true(entries.enter(old.manifests, entry("3", "a"), "a", { domain = "oci:x" }))
    assert.equal(1, #old.manifests)
  end)
end)
