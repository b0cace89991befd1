--- Making and editing an index when a registry answers as no good one does, or when told what cannot be.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local json = manifest.json
local kinds = manifest.media_type
local sha = manifest.digest.of

--- Index, manifest and config as a scripted registry answers them.
local function image(architecture)
  local config = ('{"os":"linux","architecture":"%s"}'):format(architecture)
  local bytes = json.encode(json.object { { "schemaVersion", 2 }, { "mediaType", kinds.oci_manifest },
    { "config", json.object { { "mediaType", kinds.oci_config }, { "digest", sha(config) }, { "size", #config } } },
    { "layers", json.array {} } })
  return { bytes = bytes, digest = sha(bytes), config = config, config_digest = sha(config),
    entry = json.object { { "mediaType", kinds.oci_manifest }, { "digest", sha(bytes) }, { "size", #bytes },
      { "platform", { os = "linux", architecture = architecture } } } }
end

local function index(...)
  local entries = {}
  for position, one in ipairs { ... } do
    entries[position] = one.entry
  end
  local bytes = json.encode(json.object { { "schemaVersion", 2 }, { "mediaType", kinds.oci_index },
    { "manifests", json.array(entries) } })
  return { bytes = bytes, digest = sha(bytes) }
end

local function document(made, kind)
  return { status = 200, body = made.bytes, headers = { { "Content-Type", kind }, { "Docker-Content-Digest",
    made.digest } } }
end

local AMD, ARM, S390X = image "amd64", image "arm64", image "s390x"

local function exchanges_of(made, name)
  return { method = "GET", path = "/v2/app/manifests/" .. name, answer = document(made, kinds.oci_manifest) },
    { method = "GET", path = "/v2/app/blobs/" .. made.config_digest, answer = { status = 200, body = made.config } }
end

describe("an edit, when the registry", function()
  local server, client

  local function start(exchanges)
    local arm, config = exchanges_of(ARM, "arm")
    exchanges[#exchanges + 1], exchanges[#exchanges + 2] = arm, config
    server = scripted.start { exchanges = exchanges, state = "read" }
    client = manifest.client { config = temp.folder("config") }
  end

  local function add(options)
    return client:index_add(server.address.a .. "/app:1", server.address.a .. "/app:arm", options)
  end

  local function puts()
    local list = {}
    for _, request in ipairs(server:requests()) do
      if request.method == "PUT" then
        list[#list + 1] = request
      end
    end
    return list
  end

  after_each(function()
    client:close()
    server:stop()
  end)

  local TAG = "/v2/app/manifests/1"

  it("honours If-Match, is made again with what came in between", function()
    local first, second = index(AMD), index(AMD, S390X)
    start {
      { method = "GET", path = TAG, times = 1, answer = document(first, kinds.oci_index) },
      { method = "GET", path = TAG, answer = document(second, kinds.oci_index) },
      { method = "HEAD", path = TAG, state = "read", answer = document(first, kinds.oci_index) },
      { method = "HEAD", path = TAG, answer = document(second, kinds.oci_index) },
      { method = "PUT", path = TAG, times = 1, answer = { status = 412 }, set_state = "written" },
      { method = "PUT", path = TAG, answer = { status = 201 } },
    }
    local done = assert(add())
    assert.equal(3, #done.entries)
    local sent = puts()
    assert.equal(('"%s"'):format(first.digest), sent[1].header["if-match"])
    assert.equal(('"%s"'):format(second.digest), sent[2].header["if-match"])
    assert.truthy(sent[2].body:find(S390X.digest, 1, true))
  end)

  it("refuses to move the tag, fails at once", function()
    local first = index(AMD)
    start {
      { method = "GET", path = TAG, answer = document(first, kinds.oci_index) },
      { method = "HEAD", path = TAG, answer = document(first, kinds.oci_index) },
      { method = "PUT", path = TAG, answer = { status = 409, headers = { { "Content-Type", "application/json" } },
        body = '{"errors":[{"code":"IMAGE_TAG_ALREADY_EXISTS","message":"immutable"}]}' } },
    }
    local none, err = add()
    assert.is_nil(none)
    assert.equal("conflict", err.code)
    assert.equal(1, #puts())
  end)

  it("lets somebody else overwrite it, tells so under if_digest, and repairs it under shared", function()
    local first, theirs = index(AMD), index(AMD, S390X)
    start {
      { method = "GET", path = TAG, times = 1, answer = document(first, kinds.oci_index) },
      { method = "HEAD", path = TAG, state = "read", answer = document(first, kinds.oci_index) },
      { method = "HEAD", path = TAG, answer = document(theirs, kinds.oci_index) },
      { method = "PUT", path = TAG, answer = { status = 201 }, set_state = "written" },
    }
    local none, err = add { if_digest = first.digest }
    assert.is_nil(none)
    assert.equal("conflict", err.code)
    assert.truthy(err.message:find("somebody else", 1, true))
    client:close()
    server:stop()

    local ours = index(AMD, S390X, ARM)
    start {
      { method = "GET", path = TAG, times = 1, answer = document(first, kinds.oci_index) },
      { method = "GET", path = TAG, times = 1, answer = document(theirs, kinds.oci_index) },
      { method = "GET", path = TAG, answer = document(ours, kinds.oci_index) },
      -- How often is looked before a write depends on the time that has passed, so the answers follow the writes.
      { method = "HEAD", path = TAG, state = "read", answer = document(first, kinds.oci_index) },
      { method = "HEAD", path = TAG, state = "written", answer = document(theirs, kinds.oci_index) },
      { method = "HEAD", path = TAG, answer = document(ours, kinds.oci_index) },
      { method = "PUT", path = TAG, state = "read", answer = { status = 201 }, set_state = "written" },
      { method = "PUT", path = TAG, answer = { status = 201 }, set_state = "settled" },
    }
    local done = assert(add { shared = true })
    assert.equal(3, #done.entries)
    assert.equal(2, #puts())
  end)

  it("stored a guarded write whose answer was lost, is done", function()
    local document_of = require "manifest.document.index"
    local bytes = document_of.serialise(document_of.build { media_type = kinds.oci_index, entries = { {
      media_type = kinds.oci_manifest, digest = AMD.digest, size = #AMD.bytes,
      platform = { os = "linux", architecture = "amd64" } } } })
    local manifest_of, config_of = exchanges_of(AMD, "amd")
    start {
      manifest_of, config_of,
      { method = "HEAD", path = TAG, times = 2, answer = { status = 404 } },
      { method = "HEAD", path = TAG, answer = document({ bytes = bytes, digest = sha(bytes) }, kinds.oci_index) },
      { method = "PUT", path = TAG, answer = { status = 412 } },
    }
    local done = assert(client:index { target = server.address.a .. "/app:1", if_absent = true,
      sources = { server.address.a .. "/app:amd" } })
    assert.equal(sha(bytes), done.digest)
    assert.equal("*", puts()[1].header["if-none-match"])
  end)
end)

describe("index, told something that cannot be,", function()
  local server, at = block.registry()
  local _, guarded_at = block.registry { users = { someone = "secret" } }
  local client = block.client()
  local made = block.images(server, {
    { name = "amd", repository = "app", type = "oci", layers = { "a" },
      platform = { os = "linux", architecture = "amd64" } },
    { name = "arm", repository = "app", type = "oci", layers = { "b" },
      platform = { os = "linux", architecture = "arm64" } },
    { name = "list", repository = "app", tag = "1", type = "oci-index", children = { "amd", "arm" } },
  })

  local function refused(code, options)
    local none, err = client:index(options)
    assert.is_nil(none)
    assert.equal(code, err.code, tostring(err))
    return err
  end

  it("names a registry that wants a login", function()
    refused("unauthorized", { target = guarded_at("app:1"), sources = { at("app:1") } })
    refused("unauthorized", { target = at("x:1"), sources = { guarded_at("app:1") } })
  end)

  it("names the child of an index that is gone", function()
    local url = ("%s/v2/app/manifests/%s"):format(server.url, made.arm.digest)
    assert(process.run { "curl", "-sf", "-X", "DELETE", url }.status == 0)
    local err = refused("not_found", { target = at("other:1"), sources = { at("app:1") } })
    assert.truthy(err.message:find(made.arm.digest, 1, true), err.message)
  end)

  it("refuses a layout that is none, and descriptors that are none", function()
    local empty, other = temp.folder("empty"), temp.folder("other")
    temp.file("x", other .. "/file")
    refused("not_found", { target = at("x:1"), sources = { "oci:" .. empty .. ":1" } })
    refused("corrupt", { target = at("x:1"), sources = { "oci:" .. other .. ":1" } })
    refused("invalid_json", { target = at("x:1"), sources = { "{" } })
    refused("invalid_manifest", { target = at("x:1"), sources = { "{}" } })
    refused("invalid_argument", { target = at("x:1"), sources = { { from = at("app"),
      descriptor = { media_type = "application/x", digest = made.amd.digest, size = 1 } } } })
  end)

  it("edits one tag from many tasks of one client", function()
    local architectures = { "386", "arm", "ppc64le", "s390x", "riscv64", "mips64le" }
    local ref = at("tasks:1")
    local entries = {}
    for position, architecture in ipairs(architectures) do
      entries[position] = { repository = "tasks", tag = architecture, type = "oci", layers = { architecture },
        platform = { os = "linux", architecture = architecture } }
    end
    images.push(server, entries)
    assert(client:all(architectures, function(architecture)
      return client:index_add(ref, at("tasks:" .. architecture), { create = true })
    end))
    assert.equal(#architectures, #assert(json.decode(assert(client:inspect(ref)).raw)).manifests)
  end)
end)
