--- One logical request against servers that behave and servers that do not.

local block = require "spec.support.block"
local core = require "manifest.core"
local lfs = require "lfs"
local process = require "spec.support.process"
local requests = require "spec.support.worlds.requests"
local temp = require "spec.support.temp"

local function digest_of(bytes)
  return "sha256:" .. core.hash.sum("sha256", bytes)
end

--- Starts a server with these exchanges on one origin and an engine that may use plain HTTP there.
local stage = block.each(requests.stage)

local function get(engine, server, path, more)
  local request = { url = server.urls.a .. (path or "/v2/x"), method = "GET" }
  for name, value in pairs(more or {}) do
    request[name] = value
  end
  return requests.run(engine, request)
end

describe("a request", function()
  it("brings status, headers, body, digest and what it took", function()
    local server, engine = stage { { answer = { status = 200, body = "hello",
      headers = { { "X-One", "1" }, { "X-Two", "a" }, { "X-Two", "b" } } } } }
    local response = assert(get(engine, server))
    assert.equal(200, response.status)
    assert.equal("hello", response.body)
    assert.equal(digest_of("hello"), response.digest)
    assert.equal(5, response.received)
    assert.equal(1, response.attempts)
    assert.equal("1", response.headers["x-one"])
    assert.equal("a", response.headers["x-two"])
    assert.same({ ["x-two"] = { "a", "b" } }, response.repeated)
    local seen = server:requests()[1]
    assert.equal("GET", seen.method)
    assert.is_nil(seen.header["accept-encoding"])
    assert.is_nil(seen.header.expect)
    assert.is_nil(seen.header.authorization)
  end)

  it("sends HEAD, PUT, POST, PATCH and DELETE with their bodies", function()
    local server, engine = stage { { answer = { status = 200, headers = { { "X-Length", "9" } } } } }
    for _, method in ipairs { "HEAD", "PUT", "POST", "PATCH", "DELETE" } do
      local response = assert(get(engine, server, "/v2/x", { method = method, body = method == "PUT" and "body" or nil,
        headers = { ["Content-Type"] = "x/y" } }))
      assert.equal(200, response.status)
    end
    local seen = server:requests()
    assert.equal("body", seen[2].body)
    assert.equal("4", seen[2].header["content-length"])
    assert.equal("x/y", seen[2].header["content-type"])
    assert.equal("HEAD PUT POST PATCH DELETE", ("%s %s %s %s %s"):format(seen[1].method, seen[2].method,
      seen[3].method, seen[4].method, seen[5].method))
  end)

  it("tells the length of an empty body", function()
    local server, engine = stage { { answer = { status = 201 } } }
    for _, method in ipairs { "PUT", "POST" } do
      assert(get(engine, server, "/v2/x", { method = method, body = "" }))
    end
    for _, seen in ipairs(server:requests()) do
      assert.equal("0", seen.header["content-length"])
      assert.is_nil(seen.header["transfer-encoding"])
    end
  end)

  it("sends a part of a file", function()
    local server, engine = stage { { answer = { status = 201 } } }
    local path = temp.file("0123456789")
    assert(get(engine, server, "/", { method = "PUT", body_file = path, body_offset = 2, body_length = 5 }))
    assert.equal("23456", server:requests()[1].body)
    local _, problem = get(engine, server, "/", { method = "PUT", body_file = path, body_offset = 9, body_length = 5 })
    assert.equal("io", problem.code)
  end)

  it("takes answers without a body", function()
    local server, engine = stage { { path = "/204", answer = { status = 204 } },
      { path = "/0", answer = { status = 200 } } }
    assert.equal(digest_of(""), assert(get(engine, server, "/204")).digest)
    assert.equal("", assert(get(engine, server, "/0", { digest = digest_of("") })).body)
  end)

  it("that is redirected to a host whose certificates are no pair ends with that problem", function()
    local roots = temp.folder("certs")
    assert(lfs.mkdir(roots .. "/127.0.0.1:9"))
    temp.file("", roots .. "/127.0.0.1:9/client.key")
    local server, engine = stage({ { answer = { status = 307,
      headers = { { "Location", "https://127.0.0.1:9/x" } } } } }, { certificate_roots = { roots } })
    local response, problem = get(engine, server)
    assert.is_nil(response)
    assert.equal("tls", problem.code)
    assert.matches("client.key has no .cert beside it", problem.message, 1, true)
    assert.equal(307, problem.response.status)
  end)

  it("goes over one connection when one will do", function()
    local server, engine = stage { { answer = { status = 200, body = "x" } } }
    for _ = 1, 5 do
      assert(get(engine, server))
    end
    assert.equal(1, server:requests()[5].connection)
  end)

  it("is sent again when the connection it was to use has been closed", function()
    local server, engine = stage { { times = 1, answer = { { status = 200, body = "x" }, { close = true } } },
      { answer = { status = 201, body = "y" } } }
    assert(get(engine, server))
    assert.equal(201, assert(get(engine, server, "/v2/x", { method = "PUT", body = "body", attempts = 2 })).status)
    assert.equal("body", server:requests()[2].body)
  end)
end)

describe("retries", function()
  local function statuses(list, more)
    local exchanges = {}
    for index, status in ipairs(list) do
      exchanges[index] = { times = 1, answer = { status = status, headers = more } }
    end
    exchanges[#exchanges + 1] = { answer = { status = 200, body = "ok" } }
    return exchanges
  end

  for _, status in ipairs { 408, 425, 429, 499, 500, 502, 503, 504, 520, 522, 529 } do
    it(("follow %d"):format(status), function()
      local server, engine = stage(statuses { status, status })
      local response = assert(get(engine, server))
      assert.equal(200, response.status)
      assert.equal(3, response.attempts)
    end)
  end

  for _, status in ipairs { 400, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 416, 422, 501, 505, 300, 304 } do
    it(("do not follow %d"):format(status), function()
      local server, engine = stage(statuses { status })
      local response = assert(get(engine, server))
      assert.equal(status, response.status)
      assert.equal(1, #server:requests())
    end)
  end

  it("end after as many attempts as the request may have", function()
    local server, engine = stage(statuses { 500, 500, 500, 500, 500, 500 })
    assert.equal(500, assert(get(engine, server)).status)
    assert.equal(5, #server:requests())
    assert.equal(500, assert(get(engine, server, "/", { attempts = 1 })).status)
    assert.equal(6, #server:requests())
  end)

  it("send the body again", function()
    local server, engine = stage(statuses { 503, 503 })
    assert(get(engine, server, "/", { method = "PUT", body = ("x"):rep(100000) }))
    local path = temp.file(("y"):rep(1000))
    assert(get(engine, server, "/", { method = "PATCH", body_file = path }))
    for index, seen in ipairs(server:requests()) do
      assert.equal(index <= 3 and ("x"):rep(100000) or ("y"):rep(1000), seen.body)
    end
  end)

  for _, value in ipairs { "0", "garbage", "-1", "1e3", "", "Thu, 01 Jan 1970 00:00:00 GMT", "1746136938" } do
    it(("with Retry-After %q go on soon"):format(value), function()
      local server, engine = stage(statuses({ 429 }, { { "Retry-After", value } }))
      assert.equal(200, assert(get(engine, server, "/", { timeout = 20 })).status)
    end)
  end

  for _, value in ipairs { "99999", "99999999999999999999", "Thu, 01 Jan 2099 00:00:00 GMT", "9999999999" } do
    it(("with Retry-After %q give the answer back at once"):format(value), function()
      local server, engine = stage(statuses({ 429 }, { { "Retry-After", value }, { "RateLimit-Limit", "100;w=1" } }))
      local response = assert(get(engine, server))
      assert.equal(429, response.status)
      assert.equal("100;w=1", response.headers["ratelimit-limit"])
      assert.equal(1, #server:requests())
    end)
  end

  it("wait as long as they are asked to", function()
    local server, engine = stage(statuses({ 503 }, { { "Retry-After", "1" } }))
    local before = core.clock()
    assert.equal(200, assert(get(engine, server, "/")).status)
    assert.is_true(core.clock() - before >= 1)
    assert.equal(2, #server:requests())
  end)

  it("wait until the second that Docker Hub names", function()
    local second = os.time() + 2
    local server, engine = stage(statuses({ 429 }, { { "Retry-After", tostring(second) } }))
    assert.equal(200, assert(get(engine, server, "/", { timeout = 20 })).status)
    assert.is_true(os.time() >= second)
    assert.equal(2, #server:requests())
  end)

  it("that would outlive the deadline are not made", function()
    for _, value in ipairs { "30", "50" } do
      local server, engine = stage(statuses({ 503 }, { { "Retry-After", value } }))
      assert.equal(503, assert(get(engine, server, "/", { timeout = 20 })).status)
      assert.equal(1, #server:requests())
    end
  end)

  it("take the first of two Retry-After", function()
    for first, outcome in pairs { ["0"] = { 200, 2 }, ["99999"] = { 429, 1 } } do
      local server, engine = stage(statuses({ 429 }, { { "Retry-After", first },
        { "Retry-After", first == "0" and "99999" or "0" } }))
      assert.same(outcome, { assert(get(engine, server)).status, #server:requests() })
    end
  end)

  it("follow a connection that breaks before, in and after the status line", function()
    for _, steps in ipairs {
      { { reset = true } }, { { close = true } }, { { raw = "HTTP/1.1 2" }, { reset = true } },
      { { raw = "HTTP/1.1 200 OK\r\nContent-Le" }, { close = true } },
      { { status = 200, body = "abc", length = 10 }, { reset = true } },
      { { status = 200, body = "abc", chunked = true, open = true }, { close = true } },
    } do
      local server, engine = stage { { times = 2, answer = steps }, { answer = { status = 200, body = "all" } } }
      local response, problem = get(engine, server)
      assert.equal("all", response and response.body or problem.message)
      assert.equal(3, response.attempts)
    end
  end)

  it("end when a server was silent twice until the time was over", function()
    local server, engine = stage({ { answer = { { sleep = 30 }, { status = 200 } } } }, { stall_timeout = 1 })
    local _, problem = get(engine, server)
    assert.equal("timeout", problem.code)
    assert(process.wait_for(function() return #server:requests() == 2 end)) -- the server may be the slower one
  end)

  it("end with an error that names the host and is retryable", function()
    local server, engine = stage { { answer = { { reset = true } } } }
    local _, problem = get(engine, server)
    assert.equal("network", problem.code)
    assert.is_true(problem.retryable)
    assert.equal(server.address.a, problem.host)
    assert.equal(5, #server:requests())
  end)
end)

describe("the locale of the process", function()
  it("does not change the names of headers", function()
    local folder = temp.folder("locales")
    if not os.execute(("localedef -i tr_TR -f ISO-8859-9 %s/tr_TR >/dev/null 2>&1"):format(folder)) then
      return pending("needs localedef and its sources")
    end
    local server = stage {
      { path = "/v2/x", answer = { status = 307, headers = { { "LOCATION", "/v2/y" } } } },
      { path = "/v2/y", answer = { status = 200, body = "there", headers = { { "Content-Encoding", "IDENTITY" } } } },
    }
    local script = ([[
      package.path = "lua/?.lua;./?.lua;" .. package.path
      package.cpath = "%s/?.so;" .. package.cpath
      local requests = require "spec.support.worlds.requests"
      assert(os.setlocale("tr_TR") and ("I"):lower() ~= "i", "no Turkish letters")
      print(assert(requests.run(requests.engine(), { url = %q })).body)]]):format(
      os.getenv("MANIFEST_BUILD") or "build", server.urls.a .. "/v2/x")
    local done = process.run { "lua5.4", temp.file(script), preload = true, env = { LOCPATH = folder } }
    assert.equal("there\n", done.stdout, done.stderr)
  end)
end)
