--- What comes over a connection and is no answer, or not only one: it becomes neither a body nor the next answer.

local block = require "spec.support.block"
local certificates = require "spec.support.inputs.certificates"
local core = require "manifest.core"
local inject = require "spec.support.worlds.inject"
local process = require "spec.support.process"
local registry_of = require "spec.support.servers.registry"
local requests = require "spec.support.worlds.requests"

local stage = block.each(requests.stage)

local function digest_of(bytes)
  return "sha256:" .. core.hash.sum("sha256", bytes)
end

describe("bytes that belong to no answer", function()
  local STRAY = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

  for what, case in pairs {
    ["after a 204"] = { "GET", { status = 204, body = STRAY }, "" },
    ["after the answer to HEAD"] = { "HEAD", { status = 200, body = STRAY, head_body = true }, "" },
    ["beyond Content-Length"] = { "GET", { status = 200, body = "abc" .. STRAY, length = 3 }, "abc" },
  } do
    it(what .. " are neither its body nor the next answer", function()
      local server, engine = stage { { path = "/first", answer = case[2] },
        { path = "/next", answer = { status = 200, body = "next" } } }
      for _ = 1, 3 do
        local response = assert(requests.run(engine, { method = case[1], url = server.urls.a .. "/first" }))
        assert.equal(case[3], response.body)
        assert.equal("next", assert(requests.run(engine, { url = server.urls.a .. "/next" })).body)
      end
    end)
  end
end)

describe("answers that are not HTTP", function()
  for _, bytes in ipairs { "hello\r\n\r\n", "ICY 200 OK\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\0\1\2\3\r\n\r\n", "{}",
    "HTTP/1.1 abc OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n" } do
    it(("such as %q are an error"):format(bytes), function()
      local server, engine = stage { { answer = { { raw = bytes }, { close = true } } } }
      local response, problem = requests.run(engine, { url = server.urls.a .. "/" })
      assert.is_nil(response)
      assert.equal("network", problem.code)
    end)
  end

  for _, headers in ipairs { "Content-Length: -1", "Content-Length: 5\r\nContent-Length: 7", "Content-Length: x",
    "Transfer-Encoding: chunked\r\nContent-Length: 3", "Content-Length: 99999999999999999999" } do
    it(("with %q do not hang or invent bytes"):format(headers), function()
      local server, engine = stage { { answer = { { raw = "HTTP/1.1 200 OK\r\n" .. headers .. "\r\n\r\nabc" },
        { close = true } } } }
      local response, problem = requests.run(engine, { url = server.urls.a .. "/",
        digest = digest_of("abcdef") })
      assert.is_nil(response)
      assert.is_string(problem.code)
    end)
  end

  for _, chunk in ipairs { "zz\r\nabc\r\n", "fffffffffffffffff\r\nabc\r\n", "-1\r\nabc\r\n",
    "3\r\nabcd\r\n0\r\n\r\n" } do
    it(("with the chunk %q are an error"):format(chunk), function()
      local server, engine = stage { { answer = {
        { raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" .. chunk }, { close = true } } } }
      local response = requests.run(engine, { url = server.urls.a .. "/" })
      assert.is_nil(response)
    end)
  end

  it("but with a header on two lines, and another answer before, they are", function()
    local server, engine = stage { { answer = { raw = "HTTP/1.1 100 Continue\r\nX-Before: 1\r\n\r\n"
      .. "HTTP/1.1 200 OK\r\nX-Folded:  one \r\n\t two\r\nX-Empty:\r\nHTTP/x: 1\r\nB@d: 1\r\n"
      .. "Content-Length: 3\r\n\r\nabc" } } }
    local response = assert(requests.run(engine, { url = server.urls.a .. "/" }))
    assert.equal("abc", response.body)
    assert.same({ ["x-folded"] = "one two", ["content-length"] = "3" }, response.headers)
  end)

  it("but with trailers they are", function()
    local server, engine = stage { { answer = { raw = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. "3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n" } } }
    assert.equal("abc", assert(requests.run(engine, { url = server.urls.a .. "/" })).body)
  end)
end)

-- A request that waits until the end of the TLS handshake is acknowledged waits 40 ms on loopback, and a round trip
-- elsewhere.
describe("a connection over TLS", function()
  if not inject.usable() or not process.present("openssl") or not registry_of.present() then
    pending("needs strace, openssl and docker-registry")
    return
  end

  it("holds back no small packet (Nagle), whatever it is for", function()
    local authority = certificates.authority("ours")
    local certificate, key = authority:issue("server")
    local registry = registry_of.start { tls = { certificate = certificate, key = key } }
    local done = inject.run([[
      local requests = require "spec.support.worlds.requests"
      local engine <close> = requests.engine { ca_file = arg[2] }
      for _, bulk in ipairs { false, true } do -- to share a connection, and to have one
        assert(requests.run(engine, { url = arg[1] .. "/v2/", bulk = bulk }))
      end]], { "https://" .. registry.address, authority.certificate })
    registry:stop()
    assert.equal(0, done.status, done.stderr)
    assert.equal(2, select(2, done.log:gsub("connect%([^\n]*EINPROGRESS", "")))
    assert.equal(2, select(2, done.log:gsub("TCP_NODELAY, %[1%]", "")))
  end)
end)
