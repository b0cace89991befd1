--- A repository in a registry: real where one will do, scripted where none would.

local canary = require "spec.support.canary"
local core = require "manifest.core"
local images = require "spec.support.images"
local media_type = require "manifest.name.media_type"
local registries = require "spec.support.registry"
local repositories = require "spec.support.repositories"
local scripted = require "spec.support.scripted"
local small_manifest = require "spec.support.small_manifest"
local temp = require "spec.support.temp"

local function digest_of(bytes, algorithm)
  return (algorithm or "sha256") .. ":" .. core.hash.sum(algorithm or "sha256", bytes)
end

local function stage(exchanges, options, settings)
  local server, repository, loop, stop = repositories.stage(exchanges, options, settings)
  finally(stop)
  return server, repository, loop
end

local BYTES, DIGEST, manifest_answer = small_manifest.bytes, small_manifest.digest, small_manifest.answer

describe("a real registry", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end
  local registry, made

  setup(function()
    registry = registries.start()
    made = images.push(registry, {
      { name = "a", repository = "app", tag = "a", platform = { os = "linux", architecture = "amd64" }, layers = 2 },
      { repository = "app", tag = "all", type = "oci-index", children = { "a" } },
    })
  end)

  teardown(function()
    registry:stop()
  end)

  local function open(path, options)
    local repository, loop, engine = repositories.open(registry.address, path, options)
    finally(function()
      engine:close()
    end)
    return repository, loop
  end

  it("gives manifests, heads, blobs and tags", function()
    local repository = open("app")
    local got = assert(repository:manifest("a"))
    assert.equal(made.a.raw, got.bytes)
    assert.equal(made.a.digest, got.digest)
    assert.equal(made.a.media_type, got.media_type)
    assert.equal(made.a.raw, assert(repository:manifest(made.a.digest)).bytes)
    local head = assert(repository:head("all"))
    assert.equal(made[2].digest, head.digest)
    assert.equal(made[2].size, head.size)
    assert.equal(made.a.config.raw, assert(repository:blob(made.a.config.digest)))
    assert.same({ "a", "all", skipped = 0 }, assert(repository:tags()))
    assert.same({ "a", "all", skipped = 0 }, assert(repository:tags { page = 1 }))
    assert.is_true(repository:has_blob(made.a.config.digest))
    assert.is_false(repository:has_blob(digest_of("nowhere")))
  end)

  it("tells what is not there", function()
    local repository = open("app")
    for _, reference in ipairs { "none", digest_of("none") } do
      local got, err = repository:manifest(reference)
      assert.is_nil(got)
      assert.equal("not_found", err.code)
      assert.equal(404, err.status)
      assert.equal("MANIFEST_UNKNOWN", err.errors[1].code)
      assert.equal(registry.address, err.host)
    end
    local _, err = open("nowhere"):tags()
    assert.equal("not_found", err.code)
  end)

  it("stores blobs and manifests once", function()
    local repository = open("target", { actions = "pull,push" })
    local blob = ("layer"):rep(1000)
    assert(repository:upload(digest_of(blob), { body = blob }))
    registry:clear()
    assert(repository:upload(digest_of(blob), { body = blob }))
    assert.equal(1, #registry:requests())
    assert(repository:upload(digest_of(""), { body = "" }))
    assert.equal("", assert(repository:blob(digest_of(""))))
    local config = "{}"
    assert(repository:upload(digest_of(config), { body = config }))
    local bytes = ('{"schemaVersion":2,"mediaType":"%s","layers":[],'
      .. '"config":{"mediaType":"%s","digest":"%s","size":2}}')
      :format(media_type.oci_manifest, media_type.oci_config, digest_of(config))
    local stored = assert(repository:put_manifest("t", bytes, media_type.oci_manifest))
    assert.equal(digest_of(bytes), stored.digest)
    assert.equal(bytes, assert(repository:manifest("t")).bytes)
    assert.is_true(repository:delete(stored.digest))
    assert.is_false(repository:delete(stored.digest))
    local _, err = repository:manifest("t")
    assert.equal("not_found", err.code)
  end)

  it("mounts within, and streams from another", function()
    local target = open("mounted", { actions = "pull,push", also = { "app" } })
    local source = open("app")
    registry:clear()
    assert(target:copy_blob({ digest = made.a.config.digest, size = made.a.config.size }, source))
    local seen = registry:requests()
    assert.equal(1, #seen)
    assert.equal("POST 201", seen[1].method .. " " .. seen[1].status)
    local other = registries.start()
    finally(function()
      other:stop()
    end)
    local far, far_loop, far_engine = repositories.open(other.address, "far", { actions = "pull,push" })
    local near = repositories.open(registry.address, "app", { loop = far_loop })
    for _, layer in ipairs(made.a.layers) do
      assert(far:copy_blob({ digest = layer.digest, size = layer.size }, near))
      assert.is_true(far:has_blob(layer.digest))
    end
    far_engine:close()
  end)

  it("uploads with relative URLs too", function()
    local relative = registries.start { extra = "", relative_urls = true }
    local repository, _, engine = repositories.open(relative.address, "app", { actions = "pull,push" })
    assert(repository:upload(digest_of("x"), { body = "x" }))
    engine:close()
    relative:stop()
  end)
end)

describe("a manifest", function()
  for name, header in pairs { ["application/vnd.oci.image.manifest.v1+json; charset=utf-8"] = media_type.oci_manifest,
    [" Application/VND.oci.image.manifest.v1+JSON "] = media_type.oci_manifest, ["text/plain"] = "text/plain",
    ["garbage"] = false, [""] = false } do
    it(("of Content-Type %q"):format(name), function()
      local _, repository = stage { { answer = manifest_answer { headers = { { "Content-Type", name } } } } }
      assert.equal(header or nil, assert(repository:manifest("t")).media_type)
    end)
  end

  it("is asked for with all that can be read", function()
    local server, repository = stage { { answer = manifest_answer() } }
    assert(repository:manifest("t"))
    assert.equal(media_type.accept, server:requests()[1].header.accept)
  end)

  it("by tag has the digest of its bytes whatever the header says", function()
    local _, repository = stage { { answer = manifest_answer { headers = { { "Docker-Content-Digest",
      digest_of("x") } } } } }
    assert.equal(DIGEST, assert(repository:manifest("t")).digest)
  end)

  it("by digest must be it", function()
    local _, repository = stage { { answer = manifest_answer { headers = { { "Docker-Content-Digest",
      digest_of("x") } } } } }
    local _, err = repository:manifest(digest_of("x"))
    assert.equal("digest_mismatch", err.code)
    assert.equal(DIGEST, assert(repository:manifest(DIGEST)).digest)
    local sha512 = digest_of(BYTES, "sha512")
    assert.equal(sha512, assert(repository:manifest(sha512)).digest)
  end)

  it("over the limit is an error", function()
    local _, repository = stage({ { answer = manifest_answer { body = ("x"):rep(101) } } }, { manifest_limit = 100 })
    local _, err = repository:manifest("t")
    assert.equal("too_large", err.code)
    assert.equal(repository.domain .. ": the answer is larger than 100 bytes", err.message)
    assert.matches("manifest_limit", err.hint)
  end)

  it("that is none is an error that says who answered", function()
    for _, body in ipairs({ "", "<html>", "[]" }) do
      local _, repository = stage { { answer = manifest_answer { body = body } } }
      local _, err = repository:manifest("t")
      assert.equal("invalid_manifest", err.code)
      assert.equal(repository.domain .. " answered GET manifest t with something else than a manifest", err.message)
      assert.matches("login page", err.hint)
    end
  end)

  it("tells rate limits, and shows no cookie", function()
    local _, repository = stage { { answer = manifest_answer { headers = { { "RateLimit-Remaining", "7;w=21600" },
      { "Set-Cookie", "secret" } } } } }
    local got = assert(repository:manifest("t"))
    assert.equal("7;w=21600", got.response.headers["ratelimit-remaining"])
    assert.is_nil(canary.text_of(got.response):find("secret", 1, true))
  end)
end)

describe("a head", function()
  local get = { method = "GET", answer = manifest_answer() }

  for _, status in ipairs { 405, 501 } do
    it(("that answers %d is asked for with GET, the next one at once"):format(status), function()
      local server, repository = stage { { method = "HEAD", answer = { status = status } }, get }
      for _ = 1, 2 do
        assert.equal(DIGEST, assert(repository:head("t")).digest)
      end
      assert.equal(3, #server:requests())
    end)
  end

  for _, headers in ipairs { {}, { { "Docker-Content-Digest", "" } }, { { "Docker-Content-Digest", "sha256:abc" } },
    { { "Docker-Content-Digest", "md5:" .. ("0"):rep(32) } } } do
    it("that tells no digest is asked for with GET", function()
      local _, repository = stage { { method = "HEAD", answer = { status = 200, headers = headers } }, get }
      assert.equal(DIGEST, assert(repository:head("t")).digest)
    end)
  end

  it("that a signed URL refuses is asked for with GET", function()
    local server, repository = stage { { origin = "b", method = "HEAD", answer = { status = 403 } },
      { origin = "b", answer = manifest_answer() },
      { answer = { status = 307, headers = { { "Location", "${b}/signed" } } } } }
    assert.equal(DIGEST, assert(repository:head("t")).digest)
    assert.equal(2, #server:requests("b"))
  end)

  it("that is denied or missing is not", function()
    for status, code in pairs { [403] = "denied", [404] = "not_found" } do
      local server, repository = stage { { answer = { status = status } } }
      local _, err = repository:head("t")
      assert.equal(code, err.code)
      assert.equal(1, #server:requests())
    end
  end)

  it("that names another digest than asked for is an error", function()
    local _, repository = stage { { answer = manifest_answer() } }
    local _, err = repository:head(digest_of("x"))
    assert.equal("digest_mismatch", err.code)
  end)

  it("that names it by another algorithm is asked for with GET", function()
    local server, repository = stage { { answer = manifest_answer() } }
    local sha512 = digest_of(BYTES, "sha512")
    assert.equal(sha512, assert(repository:head(sha512)).digest)
    assert.equal("GET", server:requests()[2].method)
  end)
end)

describe("storing a manifest", function()
  local function put(answer, more)
    local exchanges = { { method = "PUT", answer = answer }, { method = "HEAD", answer = manifest_answer() } }
    if more then
      table.insert(exchanges, 1, more)
    end
    local server, repository = stage(exchanges, { actions = "pull,push" })
    local stored, err = repository:put_manifest("t", BYTES, media_type.oci_manifest)
    return stored, err, server
  end

  for _, status in ipairs { 200, 201, 202, 204 } do
    it(("is done when %d names its digest"):format(status), function()
      local stored, _, server = put { status = status, headers = { { "Docker-Content-Digest", DIGEST } } }
      assert.equal(DIGEST, assert(stored).digest)
      assert.equal(1, #server:requests())
      assert.equal(media_type.oci_manifest, server:requests()[1].header["content-type"])
      assert.equal(BYTES, server:requests()[1].body)
    end)
  end

  it("is done when 201 says nothing", function()
    assert(put { status = 201 })
  end)

  it("is looked at again when a server is merely polite", function()
    local stored, _, server = put { status = 200 }
    assert(stored)
    assert.equal("HEAD", server:requests()[2].method)
    local err
    stored, err = put({ status = 200 }, { method = "HEAD", answer = { status = 404 } })
    assert.is_nil(stored)
    assert.equal("not_found", err.code)
  end)

  it("as something else is an error", function()
    local _, err = put { status = 201, headers = { { "Docker-Content-Digest", digest_of("x") } } }
    assert.equal("digest_mismatch", err.code)
    assert(put { status = 201, headers = { { "Docker-Content-Digest", digest_of("x", "sha512") } } })
  end)

  it("over the limit is refused before it is sent", function()
    local server, repository = stage({ { answer = { status = 201 } } }, { actions = "pull,push",
      manifest_limit = #BYTES - 1 })
    local stored, err = repository:put_manifest("t", BYTES, media_type.oci_manifest)
    assert.is_nil(stored)
    assert.equal("too_large", err.code)
    assert.matches("manifest_limit", err.hint)
    assert.same({}, server:requests())
  end)

  it("is sent again after a 5xx", function()
    assert(put({ status = 201 }, { method = "PUT", times = 2, answer = { status = 500 } }))
  end)

  for status, code in pairs { [400] = "registry", [401] = "unauthorized", [403] = "denied", [404] = "not_found",
    [405] = "unsupported", [409] = "conflict", [412] = "conflict", [413] = "too_large" } do
    it(("that is answered %d is %s"):format(status, code), function()
      local _, err = put { status = status }
      assert.equal(code, err.code)
    end)
  end

  it("tells which subject the registry has noted", function()
    local stored = put { status = 201, headers = { { "OCI-Subject", DIGEST } } }
    assert.equal(DIGEST, stored.subject)
  end)
end)

describe("deleting", function()
  for status, wanted in pairs { [200] = true, [202] = true, [204] = true, [404] = false } do
    it(("with %d"):format(status), function()
      local _, repository = stage { { answer = { status = status } } }
      assert.equal(wanted, (repository:delete("t")))
    end)
  end

  it("that is not offered is unsupported", function()
    for _, answer in ipairs { { status = 405 }, { status = 400, body = '{"errors":[{"code":"UNSUPPORTED"}]}' } } do
      local _, repository = stage { { answer = answer } }
      local _, err = repository:delete("t")
      assert.equal("unsupported", err.code)
    end
  end)
end)

describe("an error", function()
  it("tells the registry's words on one line, and no more than a little of them", function()
    for _, answer in ipairs {
      { status = 404, body = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"bad\\u001b[31m\\nthing"}]}' },
      { status = 404, body = ("\27[0m"):rep(9999), headers = { { "Content-Type", "text/plain" } } },
      { status = 404, body = '{"errors":[{"code":"A","message":"' .. ("x"):rep(30000) .. '"}]}' },
      { status = 404, body = '{"errors":"x"}' }, { status = 404, body = '{"errors":[1,null,{}]}' },
      { status = 404, body = "<html>", headers = { { "Content-Type", "text/html" } } }, { status = 404 },
    } do
      local _, repository = stage { { answer = answer } }
      local _, err = repository:manifest("t")
      assert.equal("not_found", err.code)
      assert.is_nil(tostring(err):find("[%c]"))
      assert.is_true(#tostring(err) < 6000)
    end
  end)

  it("of too many requests has what the registry says of its limits", function()
    local _, repository = stage { { answer = { status = 429, headers = { { "Retry-After", "3600" },
      { "RateLimit-Limit", "100;w=21600" }, { "Docker-RateLimit-Source", "1.2.3.4" } },
      body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}' } } }
    local _, err = repository:manifest("t")
    assert.equal("rate_limited", err.code)
    assert.is_true(err.retryable)
    assert.equal("100;w=21600", err.response.headers["ratelimit-limit"])
    assert.equal("3600", err.response.headers["retry-after"])
    assert.matches("pull rate limit. (limit 100;w=21600, retry after 3600)", err.message, 1, true)
  end)

  it("of a host that a redirect led to names it, and is not about the registry's credentials", function()
    local server, repository = stage { { origin = "b", answer = { status = 403, body = "SignatureDoesNotMatch" } },
      { answer = { status = 307, headers = { { "Location", "${b}/blob?X-Amz-Signature=canary" } } } } }
    local _, err = repository:blob(DIGEST)
    assert.equal("registry", err.code)
    assert.matches(server.address.b, err.message, 1, true)
    assert.is_nil(canary.text_of(err):find("canary", 1, true))
  end)

  it("of a network shows no signed URL", function()
    local _, repository = stage { { origin = "b", answer = { { reset = true } } },
      { answer = { status = 307, headers = { { "Location", "${b}/blob?X-Amz-Signature=canary" } } } } }
    local _, err = repository:blob(DIGEST)
    assert.equal("network", err.code)
    assert.is_nil(canary.text_of(err):find("canary", 1, true))
  end)

  it("of a registry that names its token server only at its root is avoided", function()
    local server, repository = stage { { path = "/token", answer = { status = 200, body = '{"token":"t"}' } },
      { headers = { Authorization = "Bearer t" }, answer = manifest_answer() },
      { path = "/v2/", answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token"' } } } },
      { answer = { status = 401 } } }
    assert.equal(DIGEST, assert(repository:manifest("t")).digest)
    assert(repository:manifest("t"))
    assert.is_true(#server:requests() <= 6)
  end)

  it("of such a registry is avoided for all requests that are on the way", function()
    local server, repository, loop = stage { { path = "/token", answer = { status = 200, body = '{"token":"t"}' } },
      { headers = { Authorization = "Bearer t" }, answer = manifest_answer() },
      { path = "/v2/", answer = { { sleep = 0.1 },
        { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token"' } } } } },
      { answer = { status = 401 } } }
    assert(loop:all({ 1, 2, 3, 4 }, 4, function(item)
      return repository:manifest("t" .. item)
    end))
    local asked = 0
    for _, request in ipairs(server:requests()) do
      asked = asked + (request.target == "/v2/" and not request.header.authorization and 1 or 0)
    end
    assert.equal(1, asked)
  end)
end)

it("a registry at an IPv6 address is reached by its name in brackets", function()
  if not (temp.read("/proc/net/if_inet6") or ""):find("%f[%w]lo%f[%W]") then
    return pending("needs IPv6 on the loopback device")
  end
  local server = scripted.start { origins = { a = { address = "::1" } },
    exchanges = { { answer = manifest_answer() } } }
  local repository, _, engine = repositories.open(server.address.a, "app")
  finally(function()
    engine:close()
    server:stop()
  end)
  assert.matches("^%[::1%]:%d+$", server.address.a)
  assert.equal(DIGEST, assert(repository:manifest("t")).digest)
  assert.equal(server.address.a, server:requests()[1].header.host)
end)
