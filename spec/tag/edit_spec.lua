--- index_add, index_remove, index_replace and index_annotate against a real registry.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local json = manifest.json
local kinds = manifest.media_type

local AMD = { os = "linux", architecture = "amd64" }
local ARM = { os = "linux", architecture = "arm64", variant = "v8" }

describe("edits of an index", function()
  local server, at = block.registry()
  local client = block.client()
  local made

  --- A fresh index app:1 of two images, with s390x beside it.
  before_each(function()
    made = images.push(server, {
      { name = "amd", repository = "app", tag = "amd", type = "oci", layers = { "a" }, platform = AMD },
      { name = "arm", repository = "app", tag = "arm", type = "oci", layers = { "b" }, platform = ARM },
      { name = "s390x", repository = "app", tag = "s390x", type = "oci", layers = { "c" },
        platform = { os = "linux", architecture = "s390x" } },
      { name = "newer", repository = "app", tag = "newer", type = "oci", layers = { "d" }, platform = ARM },
      { name = "list", repository = "app", tag = "1", type = "oci-index", children = { "amd", "arm" } },
      { name = "far", repository = "elsewhere", tag = "1", type = "docker", layers = { "e" },
        platform = { os = "linux", architecture = "riscv64" } },
    })
  end)

  local function put(tag, text, kind)
    local done = process.run { "curl", "-sf", "-X", "PUT", "-H", "Content-Type: " .. (kind or kinds.oci_index),
      "--data-binary", "@-", ("%s/v2/app/manifests/%s"):format(server.url, tag), input = text }
    assert(done.status == 0, done.stderr)
  end

  local function get(name)
    return assert(json.decode(assert(client:inspect(at(name))).raw))
  end

  local function digests(done)
    local list = {}
    for position, entry in ipairs(done.entries) do
      list[position] = entry.digest
    end
    return list
  end

  local function requests()
    local list = {}
    for _, request in ipairs(server:requests()) do
      local room = request.path:match("/(manifests)/") or request.path:match("/(blobs)/")
      list[#list + 1] = request.method .. " " .. room
    end
    return list
  end

  --- Asserts what an edit sends, with one look before the write or without: it takes one where more than a tenth of a
  --- second has passed since the index was read.
  local function assert_sent(expected)
    local sent = requests()
    if sent[#expected] == "HEAD manifests" then
      table.remove(sent, #expected)
    end
    assert.same(expected, sent)
  end

  describe("add", function()
    it("takes four requests for an image of the same repository", function()
      server:clear()
      local done = assert(client:index_add(at("app:1"), at("app:s390x")))
      assert_sent { "GET manifests", "GET blobs", "GET manifests", "PUT manifests" }
      assert.same({ made.amd.digest, made.arm.digest, made.s390x.digest }, digests(done))
      assert.equal(done.digest, assert(client:digest(at("app:1"))))
    end)

    it("copies what is elsewhere, and does nothing the second time", function()
      local done = assert(client:index_add(at("app:1"), { made.far.reference }))
      assert.same({ blobs = 2, manifests = 1, size = 162 }, done.copied)
      server:clear()
      local again = assert(client:index_add(at("app:1"), { made.far.reference }))
      assert.is_true(again.unchanged)
      assert.equal(done.digest, again.digest)
    end)

    it("refuses a platform that is there, before it copies anything", function()
      server:clear()
      local none, err = client:index_add(at("app:1"), { { ref = made.far.reference, platform = "linux/arm64" } })
      assert.is_nil(none)
      assert.equal("exists", err.code)
      for _, request in ipairs(requests()) do
        assert.equal("GET", request:match("^%u+"))
      end
      local done = assert(client:index_add(at("app:1"), at("app:newer"), { replace = true }))
      assert.same({ made.amd.digest, made.newer.digest }, digests(done))
      done = assert(client:index_add(at("app:1"), at("app:arm"), { allow_duplicates = true }))
      assert.equal(3, #done.entries)
    end)

    it("begins an index only when asked", function()
      local none, err = client:index_add(at("begun:1"), made.far.reference)
      assert.is_nil(none)
      assert.equal("not_found", err.code)
      local done = assert(client:index_add(at("begun:1"), made.far.reference, { create = true }))
      assert.equal(1, #done.entries)
      none, err = client:index_add(at("app:amd"), at("app:arm"))
      assert.is_nil(none)
      assert.equal("unsupported", err.code)
    end)

    it("keeps what it does not know", function()
      local text = ('{"schemaVersion":2,"x-first":[1,{"b":1,"a":2}],"mediaType":"%s","manifests":[{"mediaType":"%s",'
        .. '"digest":"%s","size":%d,"platform":{"os":"linux","architecture":"amd64","features":["sse4"]},"y":null}],'
        .. '"annotations":{"z":"1","a":"2"}}'):format(kinds.oci_index, kinds.oci_manifest, made.amd.digest,
        made.amd.size)
      put("strange", text)
      assert(client:index_add(at("app:strange"), at("app:arm")))
      local content = get("app:strange")
      assert.same({ "schemaVersion", "x-first", "mediaType", "manifests", "annotations" }, json.keys(content))
      assert.same({ "b", "a" }, json.keys(content["x-first"][2]))
      assert.same({ "z", "a" }, json.keys(content.annotations))
      assert.same({ "sse4" }, { content.manifests[1].platform.features[1] })
      assert.equal(json.null, content.manifests[1].y)
      assert(client:index_annotate(at("app:strange"), "linux/amd64", { annotations = { k = "v" } }))
      content = get("app:strange")
      assert.same({ "sse4" }, { content.manifests[1].platform.features[1] })
      assert.equal("v", content.manifests[1].annotations.k)
    end)

    it("makes a Docker list an OCI index with a notice, or refuses", function()
      assert(client:index { target = at("app:docker"), sources = { made.far.reference } })
      assert.equal(kinds.docker_list, get("app:docker").mediaType)
      local none, err = client:index_add(at("app:docker"), at("app:arm"), { media_type = "docker" })
      assert.is_nil(none)
      assert.equal("unsupported", err.code)
      local done = assert(client:index_add(at("app:docker"), at("app:arm")))
      assert.equal(kinds.oci_index, done.media_type)
      assert.equal(1, #done.notices)
      assert.equal(kinds.oci_index, get("app:docker").mediaType)
    end)

    it("leaves a Docker list what it is that has annotations already", function()
      local platform = '"platform":{"os":"linux","architecture":"riscv64"}'
      assert(client:copy(at("elsewhere:1"), at("app:far")))
      put("odd", ('{"schemaVersion":2,"mediaType":"%s","manifests":[{"mediaType":"%s","digest":"%s","size":%d,%s,'
        .. '"annotations":{"a":"b"}}]}'):format(kinds.docker_list, kinds.docker_manifest, made.far.digest,
        made.far.size, platform), kinds.docker_list)
      local done = assert(client:index_annotate(at("app:odd"), "linux/riscv64", { platform = { variant = "v1" } }))
      assert.equal(kinds.docker_list, done.media_type)
      assert.equal("b", get("app:odd").manifests[1].annotations.a)
    end)
  end)

  describe("remove", function()
    it("takes entries out by platform or digest", function()
      server:clear()
      local done = assert(client:index_remove(at("app:1"), "linux/arm64/v8"))
      assert_sent { "GET manifests", "PUT manifests" }
      assert.same({ made.amd.digest }, digests(done))
      local none, err = client:index_remove(at("app:1"), "linux/arm64")
      assert.is_nil(none)
      assert.equal("not_found", err.code)
      assert.equal("it has linux/amd64", err.hint)
      none, err = client:index_remove(at("app:1"), made.amd.digest)
      assert.is_nil(none)
      assert.equal("invalid_argument", err.code)
      assert.same({}, digests(assert(client:index_remove(at("app:1"), made.amd.digest, { allow_empty = true }))))
    end)

    it("does not guess which of two is meant", function()
      assert(client:index_add(at("app:1"), at("app:newer"), { allow_duplicates = true }))
      local none, err = client:index_remove(at("app:1"), "linux/arm64")
      assert.is_nil(none)
      assert.equal("ambiguous", err.code)
      assert.truthy(err.hint:find(made.newer.digest, 1, true))
      local done = assert(client:index_remove(at("app:1"), "linux/arm64", { all = true }))
      assert.same({ made.amd.digest }, digests(done))
    end)
  end)

  describe("replace", function()
    it("puts an image in the place of that of its platform", function()
      local done = assert(client:index_replace(at("app:1"), at("app:newer")))
      assert.same({ made.amd.digest, made.newer.digest }, digests(done))
      assert.is_true(assert(client:index_replace(at("app:1"), at("app:newer"))).unchanged)
      local none, err = client:index_replace(at("app:1"), at("app:s390x"))
      assert.is_nil(none)
      assert.equal("not_found", err.code)
      done = assert(client:index_replace(at("app:1"), at("app:s390x"), { entry = made.amd.digest }))
      assert.same({ made.s390x.digest, made.newer.digest }, digests(done))
    end)
  end)

  describe("annotate", function()
    it("changes an entry or the index", function()
      local done = assert(client:index_annotate(at("app:1"), "linux/arm64", {
        platform = { variant = false, os_version = "1.2" }, annotations = { a = "1", b = "x=y,z" } }))
      assert.same({ os = "linux", architecture = "arm64", ["os.version"] = "1.2" }, done.entries[2].platform)
      assert(client:index_annotate(at("app:1"), made.arm.digest, { annotations = { a = false } }))
      local content = get("app:1")
      assert.same({ "b" }, json.keys(content.manifests[2].annotations))
      assert.equal("x=y,z", content.manifests[2].annotations.b)
      assert(client:index_annotate(at("app:1"), nil, { annotations = { whole = "yes" } }))
      assert.equal("yes", get("app:1").annotations.whole)
      assert(client:index_annotate(at("app:1"), nil, { artifact_type = "application/x-test" }))
      assert.equal("application/x-test", get("app:1").artifactType)
      assert.is_true(assert(client:index_annotate(at("app:1"), nil, { annotations = { whole = "yes" } })).unchanged)
    end)

    it("refuses a platform that another entry has", function()
      local none, err = client:index_annotate(at("app:1"), "linux/arm64", { platform = "linux/amd64" })
      assert.is_nil(none)
      assert.equal("exists", err.code)
      assert.has_error(function() client:index_annotate(at("app:1"), nil, { platform = "linux/amd64" }) end)
      assert.has_error(function() client:index_annotate(at("app:1"), "linux/amd64", {}) end)
    end)
  end)

  it("follow expect, if_digest and dry_run", function()
    local none, err = client:index_remove(at("app:1"), "linux/arm64", { expect = { "linux/arm64" } })
    assert.is_nil(none)
    assert.equal("check_failed", err.code)
    none, err = client:index_remove(at("app:1"), "linux/arm64", { if_digest = made.amd.digest })
    assert.is_nil(none)
    assert.equal("conflict", err.code)
    local dry = assert(client:index_remove(at("app:1"), "linux/arm64", { dry_run = true }))
    assert.equal(dry.digest, manifest.digest.of(dry.raw))
    assert.equal(made.list.digest, assert(client:digest(at("app:1"))))
    local done = assert(client:index_remove(at("app:1"), "linux/arm64", { if_digest = made.list.digest }))
    assert.equal(dry.digest, done.digest)
    local by_digest = assert(client:index_add(at("app@" .. done.digest), at("app:arm")))
    assert.equal(done.digest, assert(client:digest(at("app:1"))))
    assert.equal(by_digest.digest, assert(client:digest(at("app@" .. by_digest.digest))))
  end)

  describe("by many at once", function()
    local ARCHITECTURES = { "386", "amd64", "arm", "arm64", "loong64", "mips", "mipsle", "mips64", "mips64le", "ppc64",
      "ppc64le", "riscv64", "s390x", "sparc64", "wasm", "alpha" }

    local function prepare(tag)
      local entries = {}
      for position, architecture in ipairs(ARCHITECTURES) do
        entries[position] = { repository = "many", tag = architecture, type = "oci", layers = { architecture },
          platform = { os = "linux", architecture = architecture } }
      end
      images.push(server, entries)
      assert(client:index { target = at("many:" .. tag), sources = { made.far.reference }, media_type = "oci" })
      assert(client:index_annotate(at("many:" .. tag), "linux/riscv64", { platform = "linux/first",
        allow_unknown_platform = true }))
    end

    local function run(tag, options, env)
      local commands = {}
      for position, architecture in ipairs(ARCHITECTURES) do
        local command = { "index", "add", "--quiet" }
        table.move(options, 1, #options, #command + 1, command)
        table.move({ at("many:" .. tag), at("many:" .. architecture) }, 1, 2, #command + 1, command)
        command.env = env and env(position)
        commands[position] = ours.new().command(command)
      end
      for _, result in ipairs(process.run_all(commands)) do
        assert.equal(0, result.status, result.stderr)
      end
      assert.equal(17, #get("many:" .. tag).manifests)
    end

    it("loses no entry on one machine", function()
      prepare("turns")
      run("turns", {})
    end)

    it("loses no entry when nobody can take turns", function()
      prepare("shared")
      -- What keeps a machine's processes apart is out of their reach, as it is for processes of other machines.
      local name = manifest.digest.of(at("many:shared")):match(":(.*)"):sub(1, 40)
      local obstacle = ("/tmp/manifest-edit-%s.lock"):format(name)
      assert(process.run { "mkdir", "-p", obstacle }.status == 0)
      finally(function()
        process.run { "rmdir", obstacle }
      end)
      run("shared", { "--shared" }, function()
        return { TMPDIR = temp.folder("apart") }
      end)
    end)
  end)
end)
