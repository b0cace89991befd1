--- What push does when a registry answers as no good one does.

local certificates = require("spec.support.inputs.certificates")
local digest = require("manifest.name.digest")
local manifest = require("manifest")
local media_type = require("manifest.name.media_type")
local reference = require("manifest.name.reference")
local scripted = require("spec.support.servers.scripted")
local store = require("manifest.draft.store")
local temp = require("spec.support.temp")

local CONFIG = '{"os":"linux","architecture":"amd64"}'

local function image(number)
  return ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"a/b","size":%d,"digest":"%s"},"layers":[],'
    .. '"annotations":{"n":"%d"}}'):format(media_type.oci_manifest, #CONFIG, digest.of(CONFIG), number)
end

--- A client whose local list "HOST/app:all" has so many images of other repositories of the server.
local function begun(server, count)
  local folder = temp.folder("config")
  local list = server.address.a .. "/app:all"
  local entries = {}
  for number = 1, count do
    local raw = image(number)
    entries[number] = { ref = assert(reference.parse(("%s/src%d:1"):format(server.address.a, number))),
      media_type = media_type.oci_manifest, digest = digest.of(raw), size = #raw, raw = raw,
      platform = { os = "linux", architecture = "amd64" } }
  end
  assert(store.open({ folder = folder }):save_all(assert(reference.parse(list)), entries))
  return manifest.client({ config = folder, insecure = true }), list, entries
end

local function paths(server, method)
  local list = {}
  for _, request in ipairs(server:requests()) do
    if request.method == method then
      list[#list + 1] = request.target
    end
  end
  return list
end

local MOUNT = { method = "POST", path = "/v2/app/blobs/uploads/" }
local PUT_MANIFEST = { method = "PUT", pattern = "/v2/app/manifests/.*" }

local function with(exchange, more)
  local made = {}
  for _, part in ipairs({ exchange, more }) do
    for name, value in pairs(part) do
      made[name] = value
    end
  end
  return made
end

describe("push to a registry", function()
  local server, tls

  setup(function()
    local certificate, key = certificates.authority():issue("server")
    tls = { certificate = certificate, key = key }
  end)

  local function start(exchanges)
    return scripted.start({ origins = { a = { tls = tls } }, exchanges = exchanges })
  end

  after_each(function()
    if server then
      server:stop()
      server = nil
    end
  end)

  it("that does not mount uploads the blob in the session that the answer opened", function()
    server = start({
      with(MOUNT, { answer = { status = 202, headers = { { "Location",
        "/v2/app/blobs/uploads/session?_state=x%3D" } } } }),
      { method = "GET", path = "/v2/src1/blobs/" .. digest.of(CONFIG), answer = { status = 200, body = CONFIG } },
      { method = "PUT", path = "/v2/app/blobs/uploads/session", answer = { status = 201 } },
      with(PUT_MANIFEST, { answer = { status = 201 } }),
    })
    local client <close>, list = begun(server, 1)
    local done = assert(client:push(list))
    assert.equal(1, #done.pushed)
    assert.same({ "/v2/app/blobs/uploads/session?_state=x%3D&digest=sha256%3A" .. digest.of(CONFIG):sub(8) },
      { paths(server, "PUT")[1] })
    for _, request in ipairs(server:requests()) do
      if request.target:find("session", 1, true) then
        assert.equal(CONFIG, request.body)
      end
    end
  end)

  it("that lacks a blob fails, names it, and puts no manifest", function()
    server = start({
      with(MOUNT, { answer = { status = 202, headers = { { "Location", "/v2/app/blobs/uploads/session" } } } }),
    })
    local client <close>, list = begun(server, 1)
    local done, err = client:push(list)
    assert.is_nil(done)
    assert.equal("not_found", err.code)
    assert.is_true(err.message:find(digest.of(CONFIG), 1, true) ~= nil)
    assert.equal(list, err.ref)
    assert.same({}, paths(server, "PUT"))
  end)

  it("that refuses one image tells which were put before it, and does not move the tag", function()
    local second = digest.of(image(2))
    local refused = { method = "PUT", path = "/v2/app/manifests/" .. second, answer = { status = 403,
      headers = { { "Content-Type", "application/json" } },
      body = '{"errors":[{"code":"DENIED","message":"not\\u001byou"}]}' } }
    server = start({ with(MOUNT, { answer = { status = 201 } }), refused,
      with(PUT_MANIFEST, { answer = { status = 201 } }) })
    local client <close>, list, entries = begun(server, 3)
    local done, err = client:push(list)
    assert.is_nil(done)
    assert.equal("denied", err.code)
    assert.truthy(err.hint)
    assert.matches("^failed to put manifest .*/app@" .. second, err.message)
    assert.not_matches("\27", err.message)
    assert.equal(1, #err.pushed)
    assert.equal(entries[1].digest, err.pushed[1].digest)
    for _, target in ipairs(paths(server, "PUT")) do
      assert.not_equal("/v2/app/manifests/all", target)
    end
  end)

  it("that stores the list under another digest is not believed", function()
    server = start({
      with(MOUNT, { answer = { status = 201 } }),
      { method = "PUT", path = "/v2/app/manifests/all", answer = { status = 201,
        headers = { { "Docker-Content-Digest", "sha256:" .. ("0"):rep(64) } } } },
      with(PUT_MANIFEST, { answer = { status = 201 } }),
    })
    local client <close>, list = begun(server, 1)
    local _, err = client:push(list, { purge = true })
    assert.equal("digest_mismatch", err.code)
    assert.equal(1, #err.pushed)
    assert(client:inspect(list).is_local) -- a failed push purges nothing
  end)
end)
