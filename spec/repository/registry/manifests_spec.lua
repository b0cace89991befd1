--- Manifests read, looked at, stored and deleted, as registries of all kinds answer.

local block = require "spec.support.block"
local canary = require "spec.support.asserts.canary"
local core = require "manifest.core"
local media_type = require "manifest.name.media_type"
local repositories = require "spec.support.worlds.repositories"
local small_manifest = require "spec.support.inputs.small_manifest"

local function digest_of(bytes, algorithm)
  return (algorithm or "sha256") .. ":" .. core.hash.sum(algorithm or "sha256", bytes)
end

local stage = block.each(repositories.stage)

local BYTES, DIGEST, manifest_answer = small_manifest.bytes, small_manifest.digest, small_manifest.answer

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

  describe("whose bytes are altered by tag", function()
    local WRITTEN, BEFORE = '{ "schemaVersion": 2 }', DIGEST
    local by_tag = { path = "/v2/app/manifests/t", answer = manifest_answer { body = WRITTEN } }
    local function by_digest(digest, body)
      return { path = "/v2/app/manifests/" .. digest, answer = manifest_answer { body = body } }
    end

    it("is what the registry has by the digest that it says", function()
      local server, repository, loop = stage { by_tag, by_digest(BEFORE, BYTES) }
      local got = assert(repository:manifest("t"))
      assert.same({ BEFORE, BYTES }, { got.digest, got.raw })
      assert.equal(3, #server:requests())
      assert.matches(digest_of(WRITTEN) .. ", which it does not have", loop.engine:warnings()[1], 1, true)
    end)

    it("is believed where that is there by its digest", function()
      local server, repository, loop = stage { by_tag, by_digest(digest_of(WRITTEN), WRITTEN) }
      assert.equal(digest_of(WRITTEN), assert(repository:manifest("t")).digest)
      assert.equal(2, #server:requests())
      assert.matches("the bytes are believed", loop.engine:warnings()[1], 1, true)
    end)

    it("is an error where neither is there by its digest, or one cannot be asked for", function()
      local _, repository = stage { by_tag }
      local _, err = repository:manifest("t")
      assert.equal("digest_mismatch", err.code)
      assert.matches("it has neither by its digest", err.message, 1, true)
      _, repository = stage { by_tag, by_digest(BEFORE, WRITTEN), by_digest(digest_of(WRITTEN), BYTES) }
      assert.equal("digest_mismatch", select(2, repository:manifest("t")).code)
      _, repository = stage { by_tag, { answer = { status = 401 } } }
      assert.equal("unauthorized", select(2, repository:manifest("t")).code)
    end)
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

  it("that is a list of errors in spite of the 200 is told as that", function()
    local _, repository = stage { { answer = { status = 200,
      body = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"nothing here"}]}' } } }
    local _, err = repository:manifest("t")
    assert.equal("not_found", err.code)
    assert.matches("manifest unknown: nothing here", err.message, 1, true)
    local body = BYTES:gsub("^{", '{"errors":[{"code":"MANIFEST_UNKNOWN"}],')
    _, repository = stage { { answer = { status = 200, body = body } } }
    assert.equal(body, assert(repository:manifest("t")).raw)
  end)

  it("at a host that cannot be reached has an error that says who named it", function()
    local server, repository = stage { { answer = { status = 307, headers = { { "Location",
      "http://localhost:1/x" } } } } }
    local _, err = repository:manifest("t")
    assert.equal("network", err.code)
    assert.matches("localhost:1: ", err.message, 1, true)
    assert.matches(server.address.a .. " sends there", err.hint, 1, true)
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

  it("tells no size where it says 0, or that the body would be encoded", function()
    for length, size in pairs { [0] = false, [7] = 7 } do
      local _, repository = stage { { method = "HEAD", answer = manifest_answer { length = length } } }
      assert.equal(size or nil, assert(repository:head("t")).size)
    end
    local _, repository = stage { { method = "HEAD", answer = manifest_answer { headers = {
      { "Content-Encoding", "gzip" }, { "Docker-Content-Digest", DIGEST } } } } }
    assert.is_nil(assert(repository:head("t")).size)
  end)

  it("that a signed URL refuses is asked for with GET", function()
    local server, repository = stage { { origin = "b", method = "HEAD", answer = { status = 403 } },
      { origin = "b", answer = manifest_answer() },
      { answer = { status = 307, headers = { { "Location", "${b}/signed" } } } } }
    assert.equal(DIGEST, assert(repository:head("t")).digest)
    assert.equal(2, #server:requests("b"))
  end)

  for _, status in ipairs { 400, 403, 404, 406, 500 } do
    it(("that answers %d is not believed where GET is answered"):format(status), function()
      local server, repository = stage { { method = "HEAD", answer = { status = status } }, get }
      local found = assert(repository:head("t"))
      assert.equal(DIGEST, found.digest)
      assert.equal(#BYTES, found.size)
      assert(repository:head("t"))
      local heads = 0
      for _, request in ipairs(server:requests()) do
        heads = heads + (request.method == "HEAD" and 1 or 0)
      end
      assert.equal(status == 403 and 1 or status == 500 and 10 or 2, heads) -- a refused HEAD is not sent again
    end)
  end

  it("that is denied or missing is confirmed by one GET", function()
    for status, code in pairs { [403] = "denied", [404] = "not_found" } do
      local server, repository = stage { { answer = { status = status } } }
      local _, err = repository:head("t")
      assert.equal(code, err.code)
      assert.equal(2, #server:requests())
    end
    local server, repository = stage { { method = "HEAD", answer = { status = 403 } }, { answer = { status = 404 } } }
    local _, err = repository:head("t")
    assert.equal("not_found", err.code)
    assert.equal(2, #server:requests())
  end)

  it("that is missing is believed by who asks for no more", function()
    local server, repository = stage { { method = "HEAD", answer = { status = 404 } }, get }
    local _, err = repository:head("t", { believe_404 = true })
    assert.equal("not_found", err.code)
    assert.equal(1, #server:requests())
  end)

  it("that a GET would fare like is final", function()
    for status, code in pairs { [401] = "unauthorized", [429] = "rate_limited", [503] = "registry" } do
      local server, repository = stage { { method = "HEAD", answer = { status = status } }, get }
      local _, err = repository:head("t")
      assert.equal(code, err.code)
      for _, request in ipairs(server:requests()) do
        assert.is_true(request.method == "HEAD" or request.path ~= "/v2/app/manifests/t")
      end
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

--- Artifactory with anonymous access answers 404 for what needs a login, and asks for one at /v2/ alone.
describe("a manifest that is hidden from who has not logged in", function()
  local LOGIN, BASIC = { username = "me", password = "secret-of-me" }, { Authorization = "^Basic " }

  --- Looks at a tag twice. Returns what was found, the error, and the requests: method, place, with a login or not.
  local function look(exchanges, credentials)
    local server, repository = stage(exchanges, { credentials = credentials and function()
      return credentials
    end }, { ask = credentials ~= nil })
    local found, err = repository:head("t")
    repository:head("t")
    local lines = {}
    for index, seen in ipairs(server:requests()) do
      lines[index] = ("%s %s%s"):format(seen.method, seen.target == "/v2/" and "base" or "tag",
        seen.header.authorization and "!" or "")
    end
    return found, err, table.concat(lines, ", ")
  end

  for _, status in ipairs { 403, 404 } do
    local hidden = { answer = { status = status } }
    local asks = { path = "/v2/", answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } }

    it(("by %d is found by who has"):format(status), function()
      local found, _, lines = look({ { path = "/v2/", headers = BASIC, answer = { status = 200 } }, asks,
        { headers = BASIC, answer = manifest_answer() }, hidden }, LOGIN)
      assert.equal(DIGEST, assert(found).digest)
      assert.equal("HEAD tag, GET base, GET base!, HEAD tag!, HEAD tag!", lines)
    end)

    it(("by %d stays so where the registry asks nobody, or nobody has a login"):format(status), function()
      local code = status == 403 and "denied" or "not_found"
      local _, err, lines = look({ { path = "/v2/", answer = { status = 200 } }, hidden }, LOGIN)
      assert.equal(code, err.code)
      assert.equal("HEAD tag, GET base, GET tag, HEAD tag, GET tag", lines)
      _, err, lines = look { asks, hidden }
      assert.equal(code, err.code)
      assert.equal("HEAD tag, GET tag, HEAD tag, GET tag", lines)
    end)
  end
end)

describe("storing a manifest", function()
  local function put(answer, more)
    local exchanges = { { method = "PUT", answer = answer }, { method = "HEAD", answer = manifest_answer() } }
    if more then
      table.insert(exchanges, 1, more)
    end
    local server, repository = stage(exchanges, { actions = "pull,push" })
    local stored, err = repository:put_manifest("t", { raw = BYTES, media_type = media_type.oci_manifest })
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
    local stored, err = repository:put_manifest("t", { raw = BYTES, media_type = media_type.oci_manifest })
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
      local _, err = put({ status = status }, { method = "HEAD", answer = { status = 404 } })
      assert.equal(code, err.code)
      _, err = put({ status = status }, { method = "HEAD", answer = manifest_answer {
        headers = { { "Docker-Content-Digest", digest_of("another") } } } })
      assert.equal(code, err.code)
    end)
  end

  --- An immutable tag, and a repository that stores nothing twice.
  for _, status in ipairs { 400, 403, 404, 405, 409, 412, 413, 422 } do
    it(("that is answered %d is done where the reference names these bytes already"):format(status), function()
      local stored, err, server = put { status = status }
      assert.equal(DIGEST, stored and stored.digest, err and err.message)
      assert.equal(2, #server:requests())
    end)
  end

  it("that the reference names by another algorithm is read, and done", function()
    local answer = manifest_answer()
    answer.headers = { { "Docker-Content-Digest", digest_of(BYTES, "sha512") },
      { "Content-Type", media_type.oci_manifest } }
    local stored = put({ status = 409 }, { method = "HEAD", answer = answer })
    assert.is_nil(stored)
    local server, repository = stage({ { method = "PUT", answer = { status = 409 } }, { answer = answer } },
      { actions = "pull,push" })
    assert.equal(DIGEST, assert(repository:put_manifest("t",
      { raw = BYTES, media_type = media_type.oci_manifest })).digest)
    assert.equal("GET", server:requests()[3].method)
  end)

  --- What stands before a registry may wait no longer for it, and it stores the manifest all the same.
  it("that fails at the end is done where one GET finds it there", function()
    for _, status in ipairs { 500, 504 } do
      local stored, err, server = put({ status = status }, { method = "GET", answer = manifest_answer() })
      assert.equal(DIGEST, stored and stored.digest, err and err.message)
      assert.equal("GET", server:requests()[6].method)
      assert.equal(6, #server:requests())
    end
  end)

  it("that fails at the end is that failure where another manifest is there, or nobody can tell", function()
    local other = '{"other":1}'
    for _, answer in ipairs { manifest_answer { body = other, headers = { { "Docker-Content-Digest",
      digest_of(other) } } }, { status = 404 }, { status = 503 } } do
      local _, err, server = put({ status = 500 }, { method = "GET", answer = answer })
      assert.same({ "registry", 500 }, { err.code, err.status })
      assert.equal(6, #server:requests())
    end
  end)

  for _, status in ipairs { 408, 425 } do
    it(("that is answered %d is not looked for"):format(status), function()
      local _, err, server = put { status = status }
      assert.equal(status, err.status)
      for _, seen in ipairs(server:requests()) do
        assert.equal("PUT", seen.method)
      end
    end)
  end
end)

describe("deleting", function()
  for status, wanted in pairs { [200] = true, [202] = true, [204] = true, [404] = false } do
    it(("with %d"):format(status), function()
      local _, repository = stage { { answer = { status = status } } }
      assert.same({ gone = wanted }, (repository:delete("t")))
    end)
  end

  local function refused(reference, answer)
    local _, repository = stage { { answer = answer } }
    return select(2, repository:delete(reference))
  end

  local function coded(status, code)
    return { status = status, body = ('{"errors":[{"code":"%s","message":"x"}]}'):format(code) }
  end

  it("of a tag that is not offered is unsupported, and a digest may do", function()
    for _, answer in ipairs { { status = 405 }, coded(400, "UNSUPPORTED"), coded(400, "DIGEST_INVALID"),
      coded(405, "DENIED") } do
      local err = refused("t", answer)
      assert.equal("unsupported", err.code)
      assert.is_true(err.digest_alone)
    end
    assert.is_nil(refused(DIGEST, { status = 405 }).digest_alone)
  end)

  for name, case in pairs { throttled = { coded(429, "UNSUPPORTED"), "rate_limited" },
    ["of a server that fails"] = { coded(500, "UNSUPPORTED"), "registry" },
    ["of an immutable tag"] = { coded(400, "TAG_INVALID"), "conflict" }, denied = { coded(403, "UNSUPPORTED"), nil },
    ["of a tag that is locked"] = { coded(405, "REGISTRY_DISALLOWED_OPERATION"), "conflict" },
    ["without a word"] = { { status = 400 }, "registry" } } do
    it("of a tag that is refused does not lead to its digest: " .. name, function()
      local err = refused("t", case[1])
      assert.is_nil(err.digest_alone)
      assert.equal(case[2] or err.code, err.code)
    end)
  end
end)
