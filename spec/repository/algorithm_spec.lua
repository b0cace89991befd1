--- Tags that their registry names by sha512: one document for every verb, whatever names it.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local process = require "spec.support.process"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local sha = manifest.digest.of

describe("a tag that is named by sha512", function()
  local client = block.client()
  local able, plain = {}, {}

  local function start(server, argument)
    server.process = process.start { "python3", "spec/support/programs/algorithm_registry.py", argument }
    server.address = process.wait_for(function()
      return server.process:output():match("^(%S+)\n")
    end)
  end

  setup(function()
    start(able)
    start(plain, "plain")
  end)

  teardown(function()
    able.process:stop()
    plain.process:stop()
  end)

  local function name_by(name, tag, algorithm)
    local url = ("http://%s/seed?tag=%s:%s&algorithm=%s"):format(able.address, name, tag, algorithm or "sha512")
    assert.equal(0, process.run { "curl", "-sf", url }.status)
  end

  --- An index of an image under a tag that is named so.
  local function seed(name, algorithm)
    local at = able.address .. "/" .. name
    local layer = temp.file(tar.archive { { "a", "1" } })
    assert(client:image { target = at .. ":image", platform = "linux/amd64", layers = { layer } })
    assert(client:index { target = at .. ":1", sources = { at .. ":image" } })
    name_by(name, "1", algorithm)
    local got = assert(client:get(at .. ":1"))
    return at, sha(got.raw, algorithm or "sha512"), got.raw
  end

  it("has that name for digest and get", function()
    for _, algorithm in ipairs { "sha512", "sha384", "sha256" } do
      local at, digest = seed("read", algorithm)
      assert.equal(digest, (client:digest(at .. ":1")))
      assert.equal(digest, assert(client:get(at .. ":1")).digest)
      assert(client:get(at .. ":1@" .. digest))
      assert(client:get(at .. "@" .. digest))
    end
  end)

  it("keeps it when it is copied, where the registry knows how, and is the same then", function()
    local at, digest, raw = seed("copied")
    local layout = "oci:" .. temp.path("layout")
    for target, named in pairs { [able.address .. "/to:1"] = digest, [plain.address .. "/to:1"] = sha(raw),
      [layout .. ":1"] = digest } do
      for _, options in ipairs { {}, { no_clobber = true } } do
        local done = assert(client:copy(at .. ":1", target, options))
        local entry = done.copied[1] or done.skipped[1]
        assert.equal(#done.copied == 0, options.no_clobber ~= nil)
        assert.equal(named, entry.digest)
        assert.equal(named, (client:digest(target)))
      end
    end
    assert(client:copy(layout .. ":1", able.address .. "/back:1"))
    assert.equal(digest, (client:digest(able.address .. "/back:1")))
  end)

  it("is copied once among all tags", function()
    local at, digest, raw = seed("all")
    for target, named in pairs { [able.address .. "/all/to"] = digest, [plain.address .. "/all/to"] = sha(raw) } do
      local function names(list)
        local found = {}
        for _, one in ipairs(list) do
          found[one.name] = one.digest
        end
        return found
      end
      assert.equal(named, names(assert(client:copy(at, target, { all_tags = true })).copied)["1"])
      local again = assert(client:copy(at, target, { all_tags = true }))
      assert.same({}, again.copied)
      assert.equal(named, names(again.skipped)["1"])
      assert.equal(named, (client:digest(target .. ":1")))
    end
  end)

  it("is guarded by any name of its document, and stays named so by edits", function()
    local at, digest, raw = seed("edited")
    fails("conflict", client:index_annotate(at .. ":1", nil, { annotations = { a = "b" }, if_digest = sha("other") }))
    fails("conflict", client:index_annotate(at .. ":1", nil, {
      annotations = { a = "b" }, if_digest = sha("other", "sha512"),
    }))
    assert.equal(digest, (client:digest(at .. ":1")))
    for position, guard in ipairs { digest, sha(raw), false } do
      seed("edited")
      local done = assert(client:index_annotate(at .. ":1", nil, {
        annotations = { a = "b" .. position }, if_digest = guard or nil, shared = position == 3,
      }))
      assert.equal("sha512", done.digest:match("^[^:]*"))
      assert.equal(done.digest, (client:digest(at .. ":1")))
      assert.equal("b" .. position, assert(client:get(at .. ":1")).content.annotations.a)
    end
  end)

  it("has a sha256 for docker's verbs, as docker gives it", function()
    local at = seed("docker")
    name_by("docker", "image")
    local image = assert(client:get(at .. ":image"))
    assert.equal(sha(image.raw, "sha512"), image.digest)
    assert(client:create(at .. ":list", { at .. ":image" }))
    assert.equal(sha(image.raw), assert(client:inspect(at .. ":list")).entries[1].digest)
    assert.equal(sha(image.raw), assert(client:inspect(at .. ":image", { verbose = true })).entry.digest)
    assert(client:push(at .. ":list"))
    assert.equal(sha(image.raw), assert(client:get(at .. ":list")).content.manifests[1].digest)
    assert(client:get(at .. "@" .. sha(image.raw)))
  end)

  it("is the same document for tag and index create", function()
    local at, digest, raw = seed("tagged")
    assert(client:tag(at .. ":1", { "2" }))
    assert.equal(digest, (client:digest(at .. ":2")))
    assert(client:tag(at .. ":1", { "2" }, { no_clobber = true, if_digest = sha(raw) }))
    assert(client:index { target = at .. ":1", sources = { at .. ":image" }, no_clobber = true })
    assert.equal(digest, (client:digest(at .. ":1")))
    fails("exists", client:tag(at .. ":image", { "1" }, { no_clobber = true }))
  end)
end)
