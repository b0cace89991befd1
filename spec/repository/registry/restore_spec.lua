--- Registries that miss a blob which they took or said to have: it is brought again when a manifest was refused for it.

local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local played_image = require "spec.support.inputs.played_image"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local IMAGE = played_image.new("amd64")
local UNKNOWN = '{"errors":[{"code":"DIGEST_INVALID","message":"x"},{"code":"MANIFEST_BLOB_UNKNOWN","message":"y"}]}'

--- A registry that grants every mount and refuses so many manifests; only the layer is missing.
local function start(refusals, status, mounted)
  local exchanges = {
    { method = "POST", pattern = "mount=", answer = { status = 201, headers = mounted } },
    { method = "HEAD", path = "/v2/app/blobs/" .. IMAGE.layer_digest, answer = { status = 404 } },
    { method = "HEAD", pattern = "/v2/app/blobs/", answer = { status = 200 } },
    { method = "HEAD", answer = { status = 404 } },
    { method = "POST", answer = { status = 202, headers = { { "Location", "/v2/app/blobs/uploads/own" } } } },
    { method = "PUT", path = "/v2/app/blobs/uploads/own", answer = { status = 201 } },
    { method = "PUT", pattern = "^/v2/app/manifests/sha256:", times = refusals,
      answer = { status = status, body = UNKNOWN } },
    { method = "PUT", answer = { status = 201 } },
  }
  for _, exchange in ipairs(played_image.pull(IMAGE, "from", {})) do
    exchanges[#exchanges + 1] = exchange
  end
  local server = scripted.start { exchanges = exchanges }
  finally(function()
    server:stop()
  end)
  return server
end

local function count(server, method, pattern)
  local seen = 0
  for _, request in ipairs(server:requests()) do
    seen = seen + (request.method == method and request.target:find(pattern) and 1 or 0)
  end
  return seen
end

local VERBS = {
  push = function(client, from, to)
    assert(client:create(to, { from }))
    return client:push(to)
  end,
  index = function(client, from, to)
    return client:index { target = to, sources = { from } }
  end,
  copy = function(client, from, to)
    return client:copy(from, to .. "@" .. IMAGE.digest)
  end,
}

describe("a mount of a blob that is not there", function()
  for verb, run in pairs(VERBS) do
    for _, status in ipairs { 400, 404 } do
      it(("is noticed by %s when the manifest is refused with %d"):format(verb, status), function()
        local server = start(1, status)
        local client <close> = manifest.client { config = temp.folder("config") }
        local to = server.address.a .. "/app" .. (verb == "copy" and "" or ":all")
        local done, err = run(client, server.address.a .. "/from:1", to)
        assert.is_truthy(done, tostring(err))
        assert.equal(2, count(server, "POST", "mount="))
        assert.equal(1, count(server, "PUT", "/uploads/own%?digest=sha256%%3A" .. IMAGE.layer_digest:sub(8)))
        assert.equal(1, count(server, "PUT", "/uploads/own"))
        assert.equal(2, count(server, "PUT", "/manifests/" .. IMAGE.digest))
      end)
    end
  end

  it("costs nothing when the registry is honest", function()
    local server = start(1, 403)
    local client <close> = manifest.client { config = temp.folder("config") }
    local _, err = VERBS.index(client, server.address.a .. "/from:1", server.address.a .. "/app:all")
    assert.equal(403, err.status)
    assert.equal(0, count(server, "HEAD", "/blobs/"))
    assert.equal(1, count(server, "PUT", "/manifests/"))
  end)

  it("is an error when the blob stays away", function()
    local server = start(nil, 400)
    local client <close> = manifest.client { config = temp.folder("config") }
    local _, err = VERBS.push(client, server.address.a .. "/from:1", server.address.a .. "/app:all")
    assert.equal(400, err.status)
    assert.matches("manifest blob unknown", err.message)
    assert.equal("MANIFEST_BLOB_UNKNOWN", err.errors[2].code)
    assert.equal(5, count(server, "PUT", "/manifests/"))
    assert.equal(0, count(server, "PUT", "/manifests/all"))
  end)

  it("is told by another digest in its answer: the blob is sent", function()
    local server = start(0, 400, { { "Docker-Content-Digest", "sha256:" .. ("0"):rep(64) } })
    local client <close> = manifest.client { config = temp.folder("config") }
    assert(VERBS.index(client, server.address.a .. "/from:1", server.address.a .. "/app:all"))
    assert.equal(2, count(server, "PUT", "/uploads/own"))
    assert.equal(1, count(server, "PUT", "/manifests/" .. IMAGE.digest))
  end)

  it("is believed when its answer tells the blob's own digest, or one of another algorithm", function()
    for _, told in ipairs { IMAGE.layer_digest, "sha512:" .. ("0"):rep(128), "junk" } do
      local server = scripted.start { exchanges = { { answer = { status = 201,
        headers = { { "Docker-Content-Digest", told } } } } } }
      local target, loop, engine = repositories.open(server.address.a, "app", { actions = "pull,push" })
      local source = repositories.open(server.address.a, "from", { loop = loop })
      assert.is_true(target:copy_blob({ digest = IMAGE.layer_digest, size = #IMAGE.layer }, source))
      assert.equal(1, #server:requests())
      engine:close()
      server:stop()
    end
  end)
end)

describe("an index that is refused for an image", function()
  --- Puts an index over IMAGE, which the registry calls unknown twice.
  local function put(is_image_put)
    local server = scripted.start { exchanges = {
      { method = "PUT", path = "/v2/app/manifests/all", times = 2, answer = { status = 404,
        body = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"x"}]}' } },
      { method = "PUT", answer = { status = 201 } },
    } }
    local repository, _, engine = repositories.open(server.address.a, "app", { actions = "pull,push" })
    finally(function()
      engine:close()
      server:stop()
    end)
    if is_image_put then
      assert(repository:put_manifest(IMAGE.digest, { raw = IMAGE.manifest, media_type = IMAGE.media_type }))
    end
    local stored = repository:put_manifest("all",
      { raw = ('{"manifests":[{"digest":"%s"}]}'):format(IMAGE.digest), media_type = "x/y" })
    return stored ~= nil, count(server, "PUT", "/manifests/all")
  end

  it("which was stored just before is sent again", function()
    assert.same({ true, 3 }, { put(true) })
  end)

  it("which nobody stored is not", function()
    assert.same({ false, 1 }, { put(false) })
  end)
end)

describe("a manifest that is refused for a blob", function()
  it("which nobody brought is not sent again", function()
    local server = start(nil, 400)
    local repository, _, engine = repositories.open(server.address.a, "app", { actions = "pull,push" })
    local _, err = repository:put_manifest(IMAGE.digest, { raw = IMAGE.manifest, media_type = IMAGE.media_type })
    engine:close()
    assert.equal(400, err.status)
    local asked = {}
    for position, request in ipairs(server:requests()) do
      asked[position] = request.method
    end
    assert.same({ "PUT", "HEAD", "GET" }, asked) -- a look whether it is there, and HEAD alone is not believed
  end)

  it("which another client stores at the same time is sent again", function()
    local server = start(2, 400)
    local repository, _, engine = repositories.open(server.address.a, "app", { actions = "pull,push" })
    assert(repository:upload(IMAGE.config_digest, { body = IMAGE.config }))
    local stored, err = repository:put_manifest(IMAGE.digest, { raw = IMAGE.manifest, media_type = IMAGE.media_type })
    engine:close()
    assert.is_truthy(stored, tostring(err))
    assert.equal(3, count(server, "PUT", "/manifests/"))
    assert.equal(0, count(server, "PUT", "/blobs/"))
  end)
end)

it("attach works from several processes at once in a repository without the empty config", function()
  if not registry.present() then
    return pending("docker-registry is not installed")
  end
  local server = registry.start()
  finally(function()
    server:stop()
  end)
  for round = 1, 3 do
    local name = ("%s/app%d:1"):format(server.address, round)
    images.push(server, { { name = "amd", repository = "app" .. round, tag = "1", type = "oci",
      platform = { os = "linux", architecture = "amd64" } } })
    local path, running = temp.file("report " .. round), {}
    for number = 1, 8 do
      running[number] = process.start { "bin/manifest", "attach", "--artifact-type", "application/x." .. number, name,
        path, preload = true, stderr = temp.path("stderr") }
    end
    for _, one in ipairs(running) do
      assert.equal(0, one:wait(), one:errors())
    end
    local client <close> = manifest.client { config = temp.folder("config") }
    assert.equal(8, #assert(client:referrers(name)).referrers)
  end
end)
