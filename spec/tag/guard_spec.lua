--- Guarded tags of tag and copy, when somebody else moves them at the worst moment.

local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local json, kinds, sha = manifest.json, manifest.media_type, manifest.digest.of

local CONFIG = '{"os":"linux","architecture":"amd64"}'
local BYTES = json.encode(json.object { { "schemaVersion", 2 }, { "mediaType", kinds.oci_manifest },
  { "config", json.object { { "mediaType", kinds.oci_config }, { "digest", sha(CONFIG) }, { "size", #CONFIG } } },
  { "layers", json.array {} } })
local OURS, BEFORE, THEIRS = sha(BYTES), sha("before"), sha("theirs")
local ABSENT = { status = 404 }
local TAG = "/v2/app/manifests/new"

local function names(digest)
  return { status = 200, body = BYTES, headers = { { "Content-Type", kinds.oci_manifest },
    { "Docker-Content-Digest", digest } } }
end

describe("a guarded tag", function()
  local server, client

  --- A registry where the tag is seen as these answers say, one after the other; and its answer to a PUT of the tag.
  local function start(seen, put)
    local exchanges = {
      { method = "GET", path = TAG, answer = ABSENT },
      { method = "GET", pattern = "^/v2/(src|app)/manifests/", answer = names(OURS) },
      { method = "HEAD", pattern = "^/v2/src/manifests/", answer = names(OURS) },
      { method = "GET", path = "/v2/src/tags/list", answer = { status = 200, body = '{"tags":["new"]}' } },
      { method = "POST", path = "/v2/app/blobs/uploads/", answer = { status = 201 } },
      { method = "PUT", path = TAG, answer = put or { status = 201 } },
    }
    for position, answer in ipairs(seen) do
      exchanges[#exchanges + 1] = { method = "HEAD", path = TAG, answer = answer,
        times = position < #seen and 1 or nil }
    end
    server = scripted.start { exchanges = exchanges }
    client = manifest.client { config = temp.folder("config") }
  end

  after_each(function()
    client:close()
    server:stop()
  end)

  local function at(name)
    return server.address.a .. "/" .. name
  end

  local function sent(method)
    local list = {}
    for _, request in ipairs(server:requests()) do
      if request.method == method and request.target == TAG then
        list[#list + 1] = request
      end
    end
    return list
  end

  local function tag(options)
    return client:tag(at("app:src"), "new", options)
  end

  it("of tag is looked at before and after, and the condition goes along", function()
    start { names(BEFORE), names(OURS) }
    assert(tag { if_digest = BEFORE })
    assert.equal(2, #sent("HEAD"))
    assert.equal(('"%s"'):format(BEFORE), sent("PUT")[1].header["if-match"])
  end)

  it("of tag that was moved right after is told", function()
    start { names(BEFORE), names(THEIRS) }
    local err = fails("conflict", tag { if_digest = BEFORE })
    assert.matches("somebody else", err.message)
    assert.equal("tag", err.verb)
  end)

  it("of tag that came in between, where the registry heeds the condition", function()
    start({ ABSENT, names(THEIRS) }, { status = 412 })
    local err = fails("exists", tag { no_clobber = true })
    assert.matches(THEIRS, err.message, 1, true)
    assert.equal("*", sent("PUT")[1].header["if-none-match"])
    assert.equal(2, #sent("HEAD"))
  end)

  it("of tag that is immutable is told in the registry's words", function()
    start({ ABSENT }, { status = 409, headers = { { "Content-Type", "application/json" } },
      body = '{"errors":[{"code":"IMAGE_TAG_ALREADY_EXISTS","message":"immutable"}]}' })
    assert.matches("immutable", fails("conflict", tag { no_clobber = true }).message)
  end)

  it("of copy that came while blobs were sent stays", function()
    start { ABSENT, names(THEIRS) }
    local err = fails("exists", client:copy(at("src:new"), at("app:new"), { no_clobber = true }))
    assert.matches(THEIRS, err.message, 1, true)
    assert.same({}, sent("PUT"))
  end)

  for name, case in pairs {
    ["stays, and is told, among all tags"] = { seen = { ABSENT, names(THEIRS) }, puts = 0 },
    ["stays when the registry says so, and is told, among all tags"] = { seen = { ABSENT, ABSENT, names(THEIRS) },
      puts = 1 },
  } do
    it("of copy that came while blobs were sent " .. name, function()
      start(case.seen, { status = 412 })
      local done = assert(client:copy(at("src"), at("app"), { all_tags = true, no_clobber = true }))
      assert.same({}, done.copied)
      assert.same({ { name = "new", digest = THEIRS, reason = "exists" } }, done.skipped)
      assert.equal(case.puts, #sent("PUT"))
    end)
  end

  for _, status in ipairs { 403, 404, 405 } do
    it(("that HEAD hides with %d stays as well"):format(status), function()
      server = scripted.start { exchanges = {
        { method = "HEAD", pattern = "/manifests/", answer = { status = status } },
        { method = "GET", path = TAG, answer = names(OURS) },
        { method = "GET", pattern = "/manifests/src$", answer = { status = 200, body = BYTES .. " ", headers = {
          { "Content-Type", kinds.oci_manifest } } } },
        { method = "PUT", answer = { status = 201 } },
      } }
      client = manifest.client { config = temp.folder("config") }
      assert.equal("exists", fails("exists", tag { no_clobber = true }).code)
      fails("conflict", tag { if_digest = BEFORE })
      fails("exists", client:copy(at("src:src"), at("app:new"), { no_clobber = true }))
      assert.equal(OURS, (assert(client:digest(at("app:new")))))
      assert.equal(0, #sent("PUT"))
    end)
  end
end)
