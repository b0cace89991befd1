--- Blobs into a repository, against registries with habits of their own.

local core = require "manifest.core"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local BLOB = ("0123456789"):rep(30000)
local DIGEST = "sha256:" .. core.hash.sum("sha256", BLOB)

local function stage(exchanges, options)
  local server = scripted.start { origins = { a = {}, b = {}, c = { address = "127.0.0.2" } }, exchanges = exchanges }
  options = options or { actions = "pull,push" }
  local repository, loop, engine = repositories.open(server.address.a, "app", options)
  finally(function()
    engine:close()
    server:stop()
  end)
  return server, repository, loop
end

local ABSENT = { method = "HEAD", answer = { status = 404 } }
local STORED = { method = "PUT", answer = { status = 201 } }

local function session(location, status, headers)
  headers = headers or { { "Location", location } }
  return { method = "POST", answer = { status = status or 202, headers = headers } }
end

local function methods_of(server)
  local methods = {}
  for position, seen in ipairs(server:requests()) do
    methods[position] = seen.method
  end
  return methods
end

--- The last request of a method.
local function last(server, method, origin)
  local found
  for _, seen in ipairs(server:requests(origin)) do
    found = seen.method == method and seen or found
  end
  return found
end

describe("an upload goes on at a Location that is", function()
  for name, case in pairs {
    absolute = { "${a}/v2/app/blobs/uploads/1", "/v2/app/blobs/uploads/1?digest=" },
    relative = { "/v2/app/blobs/uploads/2", "/v2/app/blobs/uploads/2?digest=" },
    ["relative to the request"] = { "3", "/v2/app/blobs/uploads/3?digest=" },
    ["an opaque query"] = { "/u?_state=%2Fa+b%3D==&z=1&a=2", "/u?_state=%2Fa+b%3D==&z=1&a=2&digest=" },
    ["without a scheme"] = { "host/path", "/v2/app/blobs/uploads/host/path?digest=" },
    ["a query alone"] = { "?only=query", "/v2/app/blobs/uploads/?only=query&digest=" },
  } do
    it(name, function()
      local server, repository = stage { ABSENT, session(case[1]), STORED }
      assert(repository:upload(DIGEST, { body = BLOB }))
      local put = last(server, "PUT")
      assert.equal(case[2] .. "sha256%3A" .. DIGEST:sub(8), put.target)
      assert.is_true(BLOB == put.body)
      assert.equal("application/octet-stream", put.header["content-type"])
    end)
  end

  it("on another origin, without credentials", function()
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { origin = "b", answer = { status = 201 } },
      { headers = { Authorization = "." }, method = "POST", answer = { status = 202, headers = { { "Location",
        "${b}/u" } } } },
      { headers = { Authorization = "." }, answer = { status = 404 } },
      { answer = { status = 401, headers = { { "WWW-Authenticate", "Basic" } } } } } }
    local repository, _, engine = repositories.open(server.address.a, "app", { actions = "pull,push",
      credentials = function()
        return { username = "u", password = "p" }
      end }, { ask = true })
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.is_nil(server:requests("b")[1].header.authorization)
    assert.equal("Basic dTpw", last(server, "POST").header.authorization)
    engine:close()
    server:stop()
  end)

  for name, headers in pairs { missing = {}, empty = { { "Location", "" } }, ["of a file"] = { { "Location",
    "file:///x" } },
    ["with a user"] = { { "Location", "http://u:p@h/" } } } do
    it(name .. ": an error", function()
      local server, repository = stage { ABSENT, session(nil, 202, headers), STORED }
      local ok, err = repository:upload(DIGEST, { body = BLOB })
      assert.is_nil(ok)
      assert.equal("redirect", err.code)
      assert.is_nil(last(server, "PUT"))
    end)
  end
end)

describe("an upload", function()
  for _, status in ipairs { 200, 201, 204 } do
    it(("is done with %d"):format(status), function()
      local _, repository = stage { ABSENT, session("/u"), { method = "PUT", answer = { status = status } } }
      assert.is_true(repository:upload(DIGEST, { body_file = temp.file(BLOB) }))
    end)
  end

  it("is not begun when the blob is there", function()
    local server, repository = stage { { method = "HEAD", answer = { status = 200 } } }
    assert.is_true(repository:upload(DIGEST, { body = BLOB }))
    assert.equal(1, #server:requests())
  end)

  --- HEAD is answered by a redirect to a signed URL, as storage services have them: some are good for GET alone.
  for status, there in pairs { [200] = true, [403] = true, [405] = true, [404] = false } do
    it(("asks a place that answers HEAD of a blob with %d once"):format(status), function()
      local server, repository = stage { { origin = "b", answer = { status = status } },
        { method = "HEAD", path = "/v2/app/blobs/" .. DIGEST, answer = { status = 307,
          headers = { { "Location", "${b}/signed?X-Signature=1" } } } } }
      assert.equal(there, repository:has_blob(DIGEST))
      assert.equal(1, #server:requests("b"))
    end)
  end

  it("is not begun where the registry itself refuses HEAD, and is where it does not know it", function()
    local server, repository = stage { { method = "HEAD", answer = { status = 403 } } }
    local ok, err = repository:upload(DIGEST, { body = BLOB })
    assert.is_nil(ok)
    assert.equal("not_found", err.code)
    assert.same({ "HEAD", "GET", "POST" }, methods_of(server)) -- what GET does not find is absent
    server, repository = stage { { method = "HEAD", answer = { status = 403 } },
      { method = "GET", answer = { status = 403 } } }
    ok, err = repository:upload(DIGEST, { body = BLOB })
    assert.is_nil(ok)
    assert.equal("denied", err.code)
    assert.same({ "HEAD", "GET" }, methods_of(server))
    server, repository = stage { { method = "HEAD", answer = { status = 405 } }, session("/u"), STORED }
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.is_true(last(server, "PUT").body == BLOB)
  end)

  for _, answer in ipairs {
    { status = 206, body = BLOB:sub(1, 1), headers = { { "Content-Range", "bytes 0-0/" .. #BLOB } } },
    { status = 200, body = BLOB },
  } do
    it(("is found by a GET of one byte, answered with %d, where HEAD is refused"):format(answer.status), function()
      local server, repository = stage { { method = "HEAD", answer = { status = 403 } },
        { method = "GET", headers = { Range = "^bytes=0-0$" }, answer = answer } }
      assert.is_true(repository:has_blob(DIGEST))
      assert.is_true(repository:upload(DIGEST, { body = BLOB }))
      assert.same({ "HEAD", "GET", "HEAD", "GET" }, methods_of(server))
    end)
  end

  it("is found although it is empty, so that no byte of it can be asked for", function()
    for _, answer in ipairs { { status = 200 }, { status = 416, headers = { { "Content-Range", "bytes */0" } } } } do
      local _, repository = stage { { method = "HEAD", answer = { status = 403 } },
        { method = "GET", headers = { Range = "." }, answer = { status = 416,
          headers = { { "Content-Range", "bytes */0" } } } }, { method = "GET", answer = answer } }
      local there, err = repository:has_blob(DIGEST)
      assert.is_true(there, err and err.message)
    end
  end)

  for _, status in ipairs { 400, 406, 416 } do
    it(("begins where HEAD is answered %d and GET finds nothing"):format(status), function()
      local server, repository = stage { { method = "HEAD", answer = { status = status } },
        { method = "GET", answer = { status = 404 } }, session("/u"), STORED }
      assert(repository:upload(DIGEST, { body = BLOB }))
      assert.same({ "HEAD", "GET", "POST", "PUT" }, methods_of(server))
    end)
  end

  it("begins where HEAD says that it is gone", function()
    local _, repository = stage { { method = "HEAD", answer = { status = 410 } }, session("/u"), STORED }
    assert.is_false(repository:has_blob(DIGEST))
    assert(repository:upload(DIGEST, { body = BLOB }))
  end)

  for _, status in ipairs { 200, 201 } do
    it(("goes on where POST is answered %d with a Location"):format(status), function()
      local server, repository = stage { ABSENT, session("/u", status), STORED }
      assert(repository:upload(DIGEST, { body = BLOB }))
      assert.matches("^/u%?digest=", last(server, "PUT").target)
    end)
    it(("fails where POST is answered %d without one"):format(status), function()
      local _, repository = stage { ABSENT, session(nil, status, {}), STORED }
      assert.equal("registry", select(2, repository:upload(DIGEST, { body = BLOB })).code)
    end)
  end

  it("that is answered neither yes nor no is looked for", function()
    local accepted = { method = "PUT", answer = { status = 202 } }
    local _, repository = stage { { method = "HEAD", times = 1, answer = { status = 404 } },
      { method = "HEAD", answer = { status = 200 } }, session("/u"), accepted }
    assert.is_true(repository:upload(DIGEST, { body = BLOB }))
    _, repository = stage { ABSENT, session("/u"), accepted }
    local ok, err = repository:upload(DIGEST, { body = BLOB })
    assert.is_nil(ok)
    assert.equal("registry", err.code)
  end)

  it("is sent again after a 5xx, whole", function()
    local server, repository = stage { ABSENT, session("/u"), { method = "PUT", times = 2,
      answer = { status = 503 } }, STORED }
    assert(repository:upload(DIGEST, { body = BLOB }))
    assert.is_true(last(server, "PUT").body == BLOB)
  end)

  it("whose answer was lost is looked for", function()
    local server, repository = stage { { method = "HEAD", times = 1, answer = { status = 404 } },
      { method = "HEAD", answer = { status = 200 } }, session("/u"), { method = "PUT", times = 1,
        answer = { { close = true } } },
      { method = "PUT", answer = { status = 404, body = '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' } } }
    assert.is_true(repository:upload(DIGEST, { body = BLOB }))
    assert.equal("HEAD", server:requests()[#server:requests()].method)
  end)

  it("that the registry has forgotten is begun anew, as often as any request is sent", function()
    local function forgets(times)
      local server, repository = stage { ABSENT, session("/u"), { method = "PUT", times = times,
        answer = { status = 404, body = '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' } }, STORED }
      local ok, err = repository:upload(DIGEST, { body_file = temp.file(BLOB) })
      local posts = 0
      for _, seen in ipairs(server:requests()) do
        posts = posts + (seen.method == "POST" and 1 or 0)
      end
      return ok, err, posts, server
    end
    local ok, _, posts, server = forgets(4)
    assert.is_true(ok)
    assert.equal(5, posts)
    assert.is_true(last(server, "PUT").body == BLOB)
    local err
    ok, err, posts = forgets(nil)
    assert.is_nil(ok)
    assert.equal(404, err.status)
    assert.is_true(err.retryable)
    assert.equal(5, posts)
  end)

  it("that is refused is an error, and is given up", function()
    local server, repository = stage { ABSENT, session("/u"), { method = "PUT", answer = { status = 400,
      body = '{"errors":[{"code":"DIGEST_INVALID","message":"no"}]}' } } }
    local ok, err = repository:upload(DIGEST, { body = BLOB })
    assert.is_nil(ok)
    assert.equal(400, err.status)
    assert.matches("digest invalid: no", err.message)
    assert.is_truthy(last(server, "DELETE"))
  end)

  --- Another client stored the blob meanwhile, or the repository stores nothing twice.
  for _, status in ipairs { 400, 403, 404, 405, 409, 412, 413, 416 } do
    it(("that is refused with %d is done where the blob is there"):format(status), function()
      local server, repository = stage { { method = "HEAD", times = 1, answer = { status = 404 } }, session("/u"),
        { method = "PUT", answer = { status = status } }, { method = "HEAD", answer = { status = 200 } } }
      local ok, err = repository:upload(DIGEST, { body = BLOB })
      assert.is_true(ok, err and err.message)
      local source = repositories.open(server.address.b, "from", { loop = repository.loop })
      assert.is_true(repository:copy_blob({ digest = DIGEST, size = #BLOB }, source))
    end)
  end

  it("that is streamed and refused is done where the blob is there", function()
    local server, target, loop = stage { { method = "HEAD", times = 1, answer = { status = 404 } }, session("/u"),
      { method = "PUT", answer = { status = 409 } }, { method = "HEAD", answer = { status = 200 } },
      { origin = "b", method = "GET", answer = { status = 200, body = BLOB } } }
    local source = repositories.open(server.address.b, "from", { loop = loop })
    assert.is_true(target:copy_blob({ digest = DIGEST, size = #BLOB }, source))
  end)

  it("that meets 429 goes on when it may, without another upload", function()
    local server, target, loop = stage { ABSENT, session("/u"),
      { method = "PUT", times = 7, answer = { status = 429 } },
      STORED, { origin = "b", method = "GET", answer = { status = 200, body = BLOB } } }
    assert.is_true(target:upload(DIGEST, { body = BLOB }))
    local source = repositories.open(server.address.b, "from", { loop = loop })
    assert.is_true(target:copy_blob({ digest = DIGEST, size = #BLOB }, source))
    assert.is_true(last(server, "PUT").body == BLOB)
    assert.is_nil(last(server, "DELETE"))
  end)

  it("that is streamed meets 429 seven times and goes on in the same upload", function()
    local server, target, loop = stage { ABSENT, session("/u"),
      { method = "PUT", times = 7, answer = { status = 429 } },
      STORED, { origin = "b", method = "GET", answer = { status = 200, body = BLOB } } }
    local source = repositories.open(server.address.b, "from", { loop = loop })
    assert.is_true(target:copy_blob({ digest = DIGEST, size = #BLOB }, source))
    assert.is_true(last(server, "PUT").body == BLOB)
    local posts = 0
    for _, seen in ipairs(server:requests()) do
      posts = posts + (seen.method == "POST" and 1 or 0)
    end
    assert.equal(1, posts)
  end)

  it("that is streamed and meets a quota of hours ends at once", function()
    local server, target, loop = stage { ABSENT, session("/u"), { method = "PUT", answer = { status = 429,
      headers = { { "Retry-After", "3600" } } } },
      { origin = "b", method = "GET", answer = { status = 200, body = BLOB } } }
    local source = repositories.open(server.address.b, "from", { loop = loop })
    local _, err = target:copy_blob({ digest = DIGEST, size = #BLOB }, source)
    assert.equal("rate_limited", err.code)
    local puts = 0
    for _, seen in ipairs(server:requests()) do
      puts = puts + (seen.method == "PUT" and 1 or 0)
    end
    assert.equal(1, puts)
  end)

  it("that the registry does not offer tells so", function()
    local _, repository = stage { ABSENT, { method = "POST", answer = { status = 405 } } }
    local _, err = repository:upload(DIGEST, { body = BLOB })
    assert.equal("unsupported", err.code)
  end)
end)

describe("a mount", function()
  local function mount(answer, more)
    local exchanges = { { method = "POST", pattern = "mount=", answer = answer }, session("/own"), STORED,
      { origin = "a", method = "GET", path = "/v2/from/blobs/" .. DIGEST, answer = { status = 200, body = BLOB } } }
    if more then
      table.insert(exchanges, 1, more)
    end
    local server, target, loop = stage(exchanges)
    local source = repositories.open(server.address.a, "from", { loop = loop })
    local ok, err = target:copy_blob({ digest = DIGEST, size = #BLOB }, source)
    return server, ok, err
  end

  it("that is granted is all", function()
    local server, ok = mount { status = 201 }
    assert.is_true(ok)
    assert.equal(1, #server:requests())
    assert.equal("/v2/app/blobs/uploads/?mount=" .. DIGEST .. "&from=from", server:requests()[1].target)
  end)

  it("that is not granted goes on in the upload that it opened", function()
    local server, ok = mount { status = 202, headers = { { "Location", "/opened" } } }
    assert.is_true(ok)
    assert.matches("^/opened%?digest=", last(server, "PUT").target)
    assert.is_true(last(server, "PUT").body == BLOB)
  end)

  for _, status in ipairs { 400, 401, 403, 404, 405, 500 } do
    it(("that is refused with %d goes on in an upload of its own"):format(status), function()
      local server, ok, err = mount { status = status }
      assert.is_true(ok, err and err.message)
      assert.matches("^/own%?digest=", last(server, "PUT").target)
    end)
  end

  it("that does not say where it goes on goes on in an upload of its own", function()
    local server, ok, err = mount { status = 202 }
    assert.is_true(ok, err and err.message)
    assert.matches("^/own%?digest=", last(server, "PUT").target)
  end)

  it("whose blob breaks on the way begins a new upload, a few times", function()
    local server, ok = mount({ status = 202, headers = { { "Location", "/opened" } } },
      { method = "PUT", times = 1, answer = { { reset = true } } })
    assert.is_true(ok)
    assert.matches("^/own", last(server, "PUT").target)
    local err
    server, ok, err = mount({ status = 404 }, { method = "PUT", answer = { { reset = true } } })
    assert.is_nil(ok)
    assert.is_true(err.retryable)
    local posts = 0
    for _, seen in ipairs(server:requests()) do
      posts = posts + (seen.method == "POST" and 1 or 0)
    end
    assert.equal(1 + 5, posts) -- the mount, and as many uploads as a request has tries
    server, ok = mount({ status = 404 }, { method = "PUT", times = 4, answer = { { reset = true } } })
    assert.is_true(ok)
    assert.is_true(last(server, "PUT").body == BLOB)
  end)

  it("whose token ends while the blob is streamed begins a new upload with a fresh one", function()
    local challenge = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token",service="s"' } } }
    local authorized = { Authorization = "." }
    local server, target, loop = stage {
      { path = "/token", times = 1, answer = { status = 200, body = '{"token":"old"}' } },
      { path = "/token", answer = { status = 200, body = '{"token":"new"}' } },
      { method = "POST", pattern = "mount=", headers = authorized, answer = { status = 404 } },
      { method = "POST", headers = authorized, answer = { status = 202, headers = { { "Location", "/own" } } } },
      { method = "PUT", headers = { Authorization = "^Bearer new$" }, answer = { status = 201 } },
      { method = "GET", path = "/v2/from/blobs/" .. DIGEST, headers = authorized,
        answer = { status = 200, body = BLOB } },
      { method = "DELETE", answer = { status = 204 } },
      { answer = challenge },
    }
    local source = repositories.open(server.address.a, "from", { loop = loop })
    assert.is_true(assert(target:copy_blob({ digest = DIGEST, size = #BLOB }, source)))
    local tried = {}
    for _, seen in ipairs(server:requests()) do
      tried[#tried + 1] = seen.method == "PUT" and seen.header.authorization or nil
    end
    assert.same({ "Bearer old", "Bearer new" }, tried)
    assert.is_true(last(server, "PUT").body == BLOB)
  end)

  it("whose blob hashes wrong stores nothing", function()
    local server, ok, err = mount({ status = 404 }, { method = "GET", answer = { status = 200, body = BLOB:gsub("1",
      "2") } })
    assert.is_nil(ok)
    assert.equal("digest_mismatch", err.code)
    local put = last(server, "PUT")
    assert.is_true(put == nil or #put.body < #BLOB)
  end)
end)
