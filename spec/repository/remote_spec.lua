--- A repository in a registry: real where one will do, scripted where none would.

local canary = require "spec.support.canary"
local core = require "manifest.core"
local images = require "spec.support.images"
local media_type = require "manifest.name.media_type"
local registries = require "spec.support.registry"
local repositories = require "spec.support.repositories"
local scripted = require "spec.support.scripted"

local function digest_of(bytes, algorithm)
  return (algorithm or "sha256") .. ":" .. core.hash.sum(algorithm or "sha256", bytes)
end

local function stage(exchanges, options, settings)
  local server = scripted.start { origins = { a = {}, b = {}, c = {} }, exchanges = exchanges }
  local repository, loop, engine = repositories.open(server.address.a, "app", options, settings)
  finally(function()
    engine:close()
    server:stop()
  end)
  return server, repository, loop
end

local BYTES = '{"schemaVersion":2}'
local DIGEST = digest_of(BYTES)

local function manifest_answer(fields)
  local answer = { status = 200, body = BYTES, headers = { { "Content-Type", media_type.oci_manifest },
    { "Docker-Content-Digest", DIGEST } } }
  for name, value in pairs(fields or {}) do
    answer[name] = value
  end
  return answer
end

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
    assert.same({ "a", skipped = 0 }, assert(repository:tags { page = 1, most = 1 }))
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
    it(("that answers %d is asked for with GET"):format(status), function()
      local _, repository = stage { { method = "HEAD", answer = { status = status } }, get }
      assert.equal(DIGEST, assert(repository:head("t")).digest)
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
end)

describe("tags", function()
  local function pages(...)
    local exchanges = {}
    for index, body in ipairs { ... } do
      local link = index < select("#", ...) and { { "Link",
        ('</v2/app/tags/list?page=%d>; rel="next"'):format(index + 1) } }
      exchanges[#exchanges + 1] = { target = index == 1 and "/v2/app/tags/list" or "/v2/app/tags/list?page=" .. index,
        answer = { status = 200, body = body, headers = link or nil } }
    end
    return exchanges
  end

  it("come page by page, each once, and only those that are tags", function()
    local _, repository = stage(pages('{"name":"app","tags":["b","a"]}',
      '{"tags":["a","c",null,"sha256:abc","../x",""]}',
      '{"tags":null}', "{}", '{"tags":["d"]}'))
    assert.same({ "b", "a", "c", "d", skipped = 4 }, assert(repository:tags()))
  end)

  for _, body in ipairs { "[]", "null", "", "<html>", '{"tags":["a"]', '"x"' } do
    it(("from %q are an error"):format(body), function()
      local _, repository = stage(pages(body))
      local _, err = repository:tags()
      assert.equal("registry", err.code)
    end)
  end

  it("end where the next page is one that was read", function()
    local _, repository = stage { { answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", '</v2/app/tags/list>; rel="next"' } } } } }
    local _, err = repository:tags()
    assert.equal("too_large", err.code)
    _, repository = stage { { target = "/v2/app/tags/list?x", answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", "<?y>; rel=next" } } } }, { answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", "<?x>; rel=next" } } } } }
    _, err = repository:tags()
    assert.equal("too_large", err.code)
  end)

  for name, case in pairs {
    ["in words that cannot be read: an error"] = { "/v2/app/tags/list?page=2; rel=next", "registry" },
    ["perhaps: a warning, once"] = { "</v2/app/tags/list?page=2>" },
  } do
    it("that go on " .. name, function()
      local _, repository, loop = stage { { answer = { status = 200, body = '{"tags":["a"]}',
        headers = { { "Link", case[1] } } } } }
      local names, err = repository:tags()
      assert.equal(case[2], err and err.code)
      assert.same(not case[2] and { "a", skipped = 0 } or nil, names)
      repository:tags()
      local warnings = loop.engine:warnings()
      assert.equal(case[2] and 0 or 1, #warnings)
      assert.is_truthy(case[2] or warnings[1]:find("not whole", 1, true))
    end)
  end

  it("from another origin are refused", function()
    local server, repository = stage { { answer = { status = 200, body = '{"tags":["a"]}',
      headers = { { "Link", '<${b}/v2/app/tags/list>; rel="next"' } } } } }
    local _, err = repository:tags()
    assert.equal("redirect", err.code)
    assert.equal(0, #server:requests("b"))
  end)
end)

describe("referrers", function()
  local SUBJECT = digest_of("subject")
  local function entry(name, kind)
    return ('{"mediaType":"%s","digest":"%s","size":5,"artifactType":"%s"}'):format(media_type.oci_manifest,
      digest_of(name), kind or "application/x")
  end
  local function list(...)
    return ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(media_type.oci_index,
      table.concat({ ... }, ","))
  end
  local INDEX = { { "Content-Type", media_type.oci_index } }

  it("come from the registry's list, page by page", function()
    local _, repository = stage {
      { target = "/v2/app/referrers/" .. SUBJECT, answer = { status = 200, body = list(entry "a"),
        headers = { INDEX[1], { "Link", "<?n=2>; rel=next" } } } },
      { pattern = "n=2", answer = { status = 200, body = list(entry "b", '{"digest":"../x"}', "null"),
        headers = INDEX } },
    }
    local found = assert(repository:referrers(SUBJECT))
    assert.equal(2, #found)
    assert.equal(digest_of("b"), found[2].digest)
    assert.equal(2, found.skipped)
    assert.is_nil(found.fallback)
  end)

  it("are filtered by type here when the registry does not", function()
    local server, repository = stage { { answer = { status = 200, body = list(entry("a", "x/y+z"), entry "b"),
      headers = INDEX } } }
    assert.equal(1, #assert(repository:referrers(SUBJECT, { artifact_type = "x/y+z" })))
    assert.equal("artifactType=x%2Fy%2Bz", server:requests()[1].target:match("%?(.*)$"))
  end)

  for name, answer in pairs { [404] = { status = 404 }, [400] = { status = 400 }, [405] = { status = 405 },
    [406] = { status = 406 }, type = { status = 200, body = "{}", headers = { { "Content-Type",
      "application/json" } } } } do
    it("come from the stand-in tag after " .. name, function()
      local tag = SUBJECT:gsub(":", "-")
      local server, repository = stage { { path = "/v2/app/manifests/" .. tag, answer = { status = 200,
        body = list(entry "a"), headers = INDEX } }, { answer = answer } }
      local found = assert(repository:referrers(SUBJECT))
      assert.equal(1, #found)
      assert.is_true(found.fallback)
      assert(repository:referrers(SUBJECT))
      assert.equal(3, #server:requests()) -- what is not offered is not asked for again
    end)
  end

  it("are none when there is neither", function()
    local _, repository = stage { { answer = { status = 404 } } }
    assert.equal(0, #assert(repository:referrers(SUBJECT)))
  end)

  it("under a tag that holds something else are an error", function()
    local _, repository = stage { { pattern = "manifests", answer = manifest_answer() }, { answer = { status = 404 } } }
    local _, err = repository:referrers(SUBJECT)
    assert.equal("conflict", err.code)
  end)

  it("have a tag that is cut as the specification says", function()
    local referrers = require "manifest.repository.remote.referrers"
    assert.equal("sha512-" .. ("a"):rep(64), referrers.tag("sha512:" .. ("a"):rep(128)))
    assert.equal("sha256-" .. ("b"):rep(64), referrers.tag("sha256:" .. ("b"):rep(64)))
  end)
end)

describe("mirrors", function()
  local function with_mirrors(exchanges, options)
    local server = scripted.start { origins = { a = {}, b = {}, c = {} }, exchanges = exchanges }
    options = options or {}
    options.mirrors = { [server.address.a] = { server.address.b, server.address.c .. "/proxy" } }
    local repository, _, engine = repositories.open(server.address.a, "app", options)
    finally(function()
      engine:close()
      server:stop()
    end)
    return server, repository
  end

  it("are read from in order, before the registry", function()
    local server, repository = with_mirrors { { origin = "b", answer = { status = 503 } },
      { origin = "c", path = "/v2/proxy/app/manifests/t", answer = manifest_answer() } }
    assert.equal(DIGEST, assert(repository:manifest("t")).digest)
    assert.equal(0, #server:requests("a"))
    assert.is_true(#server:requests("b") <= 2)
  end)

  it("are passed over whatever they answer", function()
    for _, answer in ipairs { { status = 404 }, { status = 401 }, { { reset = true } },
      manifest_answer { body = "lie" } } do
      local _, repository = with_mirrors { { origin = "a", answer = manifest_answer() }, { answer = answer } }
      assert.equal(DIGEST, assert(repository:manifest(DIGEST)).digest)
    end
  end)

  it("are not written to, nor read for a verb that writes", function()
    local server, repository = with_mirrors({ { answer = manifest_answer { status = 201 } } },
      { actions = "pull,push" })
    assert(repository:put_manifest("t", BYTES, media_type.oci_manifest))
    assert.equal(0, #server:requests("b") + #server:requests("c"))
  end)

  it("get credentials of their own alone", function()
    local asked = {}
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { headers = { Authorization = "." }, answer = manifest_answer() },
      { answer = { status = 401, headers = { { "WWW-Authenticate", "Basic" } } } } } }
    local repository, _, engine = repositories.open(server.address.a, "app", {
      mirrors = { [server.address.a] = { server.address.b } },
      credentials = function(registry)
        asked[#asked + 1] = registry
        return { username = "of", password = registry }
      end,
    }, { ask = true })
    assert(repository:manifest("t"))
    engine:close()
    server:stop()
    assert.same({ server.address.b }, asked)
  end)

  it("are an option of a client, checked when it is made", function()
    local manifest = require "manifest"
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { path = "/v2/proxy/app/manifests/t", answer = manifest_answer() } } }
    local client <close> = manifest.client { mirrors = { [server.address.a] = { server.address.b .. "/proxy" } } }
    assert.equal(DIGEST, (assert(client:digest(server.address.a .. "/app:t"))))
    assert.equal(0, #server:requests("a"))
    server:stop()
    for _, mirrors in ipairs { { "docker.io" }, { ["docker.io"] = "m" }, { ["docker.io"] = { 1 } },
      { ["docker.io"] = { "" } }, { ["docker.io"] = { "https://m" } }, { ["docker.io"] = { "/m" } } } do
      assert.has_error(function()
        manifest.client { mirrors = mirrors }
      end)
    end
  end)
end)
