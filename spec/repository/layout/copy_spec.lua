--- Images between a registry and a layout, blob by blob, and a layout that skopeo reads and writes.

local block = require "spec.support.block"
local calls = require "manifest.call"
local inject = require "spec.support.worlds.inject"
local layout = require "manifest.repository.layout"
local manifest = require "manifest"
local process = require "spec.support.process"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local json, sha = manifest.json, manifest.digest.of
local MANIFEST = "application/vnd.oci.image.manifest.v1+json"

describe("a layout beside a registry", function()
  local server, at = block.registry()
  local client = block.client()
  local made = block.images(server, {
    { repository = "app", tag = "1", layers = 2, type = "oci",
      platform = { os = "linux", architecture = "arm64" } },
  })

  --- A repository as the verbs get it.
  local function remote(name, actions)
    assert(client:all({ 1 }, function() return true end)) -- the client has opened its connections now
    local reference = assert(manifest.reference.parse(at(name)))
    return calls.new(client.shared, "spec"):repository(reference, { actions = actions })
  end

  --- Copies an image, blob by blob, from one repository to another.
  local function copy(from, reference, to, tag)
    local got = assert(from:manifest(reference))
    local document = assert(json.decode(got.raw))
    local blobs = table.move(document.layers, 1, #document.layers, 2, { document.config })
    for _, blob in ipairs(blobs) do
      assert(to:copy_blob(blob, from))
    end
    return assert(to:put_manifest(tag, got))
  end

  it("takes images from it and gives them back", function()
    local first, second = layout.new(temp.path("first")), layout.new(temp.path("second"))
    assert.equal(made[1].digest, copy(remote("app", "pull"), "1", first, "one").digest)
    assert.equal(made[1].digest, copy(first, "one", second, "two").digest)
    assert.equal(made[1].digest, copy(second, "two", remote("back", "pull,push"), "3").digest)
    assert.equal(made[1].digest, assert(client:digest(at("back:3"))))
    assert.same(temp.files(first.path), temp.files(second.path))
  end)

  it("makes the names of all blobs durable at once, before index.json names them", function()
    if not inject.usable() then
      return pending("needs strace")
    end
    local done = inject.run([[
      local client <close> = require("manifest").client { insecure = true }
      assert(client:copy(arg[1], arg[2]))
    ]], { at("app:1"), "oci:" .. temp.path("durable") })
    assert.equal(0, done.status, done.stderr)
    local lines = {} -- of what matters, in their order
    for line in done.log:gmatch("[^\n]+") do
      lines[#lines + 1] = line:match('rename%(.*/blobs/sha256/%x+"') and "blob"
        or line:match("fsync%(%d+<[^>]*/blobs/sha256>") and "blobs are durable"
        or line:match('rename%(.*/index%.json"') and "index" or nil
    end
    assert.same({ "blob", "blob", "blob", "blob", "blobs are durable", "index" }, lines)
  end)

  it("says which blob is missing", function()
    local place = layout.new(temp.path("partial"))
    assert(place:put_manifest("1", { raw = "{}", media_type = MANIFEST }))
    local none, err = remote("partial", "pull,push"):copy_blob({ digest = sha("gone"), size = 4 }, place)
    assert.is_nil(none)
    assert.equal("not_found", err.code)
    none, err = place:copy_blob({ digest = sha("gone"), size = 4 }, remote("app", "pull"))
    assert.is_nil(none)
    assert.equal("not_found", err.code)
    assert.same({ "blobs/sha256/" .. sha("{}"):sub(8), "index.json", "oci-layout" }, temp.files(place.path))
  end)

  it("takes no more bytes than a descriptor tells", function()
    local place = layout.new(temp.path("short"))
    local layer = assert(json.decode(assert(remote("app", "pull"):manifest("1")).raw)).layers[1]
    local none, err = place:copy_blob({ digest = layer.digest, size = layer.size - 1 }, remote("app", "pull"))
    assert.is_nil(none)
    assert.equal("too_large", err.code)
    assert.matches(("has more than the %d bytes"):format(layer.size - 1), err.message, 1, true)
    assert.same({ "oci-layout" }, temp.files(place.path))
  end)

  it("is read by skopeo, and reads skopeo's", function()
    if not process.present("skopeo") then
      return pending("skopeo is not installed")
    end
    local place = layout.new(temp.path("ours"))
    copy(remote("app", "pull"), "1", place, "one")
    local seen = process.run { "skopeo", "inspect", "--override-arch", "arm64", "oci:" .. place.path .. ":one" }
    assert.equal(0, seen.status, seen.stderr)
    assert.equal(made[1].digest, json.decode(seen.stdout).Digest)
    local theirs = temp.path("theirs")
    local done = process.run { "skopeo", "--insecure-policy", "copy", "--preserve-digests",
      "--src-tls-verify=false", "docker://" .. made[1].reference, "oci:" .. theirs .. ":docker.io/library/app:1" }
    assert.equal(0, done.status, done.stderr)
    assert.equal(made[1].digest, assert(layout.new(theirs):head("docker.io/library/app:1")).digest)
    assert.equal(made[1].digest, assert(client:digest("oci:" .. theirs)))
    assert.equal(made[1].digest, assert(client:resolve("oci:" .. theirs, "linux/arm64")).digest)
    assert(layout.new(theirs):put_manifest("more", { raw = "{}", media_type = MANIFEST }))
    done = process.run { "skopeo", "inspect", "--raw", "oci:" .. theirs .. ":docker.io/library/app:1" }
    assert.equal(0, done.status, done.stderr)
  end)

  it("is a target of image", function()
    local path, archive = temp.path("made"), temp.file(tar.archive { { "file", "content" } })
    local done = assert(client:image { target = "oci:" .. path, layers = { archive }, platform = "linux/s390x" })
    assert.equal(done.digest, assert(client:digest("oci:" .. path)))
    local again = assert(client:image { target = "oci:" .. path .. ":1", layers = { archive },
      platform = "linux/s390x" })
    assert.equal(done.digest, again.digest)
    assert.same({ "1" }, assert(layout.new(path):tags()))
    assert.equal(done.digest, assert(client:resolve("oci:" .. path .. ":1", "linux/s390x")).digest)
    local none, err = client:resolve("oci:" .. path .. ":1", "linux/amd64")
    assert.is_nil(none)
    assert.equal("not_found", err.code)
    none, err = client:digest("oci:" .. path .. ":2")
    assert.is_nil(none)
    assert.matches("^digest oci:" .. path:gsub("%p", "%%%0") .. ":2: ", tostring(err))
  end)
end)
