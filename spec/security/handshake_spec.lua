--- The TLS handshake: which ends of it are tried again and which are final, and who is shown the client's certificate.

local certificates = require "spec.support.inputs.certificates"
local process = require "spec.support.process"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"

if not (process.present("openssl") and process.present("python3")) then
  pending("needs openssl and python3")
  return
end

local authority, identity, other

setup(function()
  authority = certificates.authority("ours")
  identity = table.pack(authority:issue("server"))
  other = table.pack(authority:issue("me"))
end)

--- TLS with the server's certificate, and what else the case wants.
local function tls(more)
  local options = { certificate = identity[1], key = identity[2] }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return options
end

local function stage(origins, exchanges, settings)
  exchanges = exchanges or { { answer = { status = 200, body = "ok" } } }
  local server = scripted.start { origins = origins, exchanges = exchanges }
  local all = { ca_file = authority.certificate }
  for name, value in pairs(settings or {}) do
    all[name] = value
  end
  local engine = requests.engine(all)
  finally(function()
    engine:close()
    server:stop()
  end)
  return server, engine
end

--- What an origin met, once it has noted a handshake that failed: the client may learn of that before.
local function failures(server, origin)
  assert(process.wait_for(function()
    return #server:requests(origin) > 0
  end))
  return server:requests(origin)
end

describe("a TLS handshake", function()
  for what, gently in pairs { ["a reset"] = false, ["the end of the connection"] = true } do
    it("that " .. what .. " breaks is begun again, as often as any request", function()
      local server, engine = stage { a = { tls = tls { breaks = 4, gently = gently } } }
      local response, problem = requests.run(engine, { url = server.urls.a })
      assert.equal("ok", response and response.body or problem.message)
      assert.equal(3, response.attempts) -- after each of two, it was asked once in plain HTTP
      assert.equal(5, #server:requests())
      server, engine = stage { a = { tls = tls { breaks = 99, gently = gently } } }
      response, problem = requests.run(engine, { url = server.urls.a })
      assert.is_nil(response)
      assert.equal("network", problem.code)
      assert.is_true(problem.retryable)
      assert.matches("the connection broke in the TLS handshake", problem.message, 1, true)
      assert.equal(2 * 5, #server:requests())
    end)
  end

  --- It ends for good: with an error that says why, and without a request.
  local function assert_final(options, words)
    local server, engine = stage { a = { tls = options } }
    local response, problem = requests.run(engine, { url = server.urls.a })
    assert.is_nil(response)
    assert.equal("tls", problem.code)
    assert.is_nil(problem.retryable or nil)
    assert.matches(words, problem.message)
    local met = failures(server, "a")
    for _, seen in ipairs(met) do
      assert.is_string(seen.tls_failure)
    end
    return #met
  end

  it("with a server whose certificate has expired ends it", function()
    local certificate, key = authority:issue("old", { days = 0 })
    local dates = "; it is valid from 2%d%d%d%-%d%d%-%d%d to 2%d%d%d%-%d%d%-%d%d%)$"
    assert_final({ certificate = certificate, key = key }, "expired" .. dates)
  end)

  it("with a server that speaks TLS 1.1 and no newer ends it, once", function()
    assert.equal(1, assert_final(tls { version = "TLSv1_1" }, "the TLS handshake failed"))
  end)
end)

describe("a client's certificate", function()
  local function meet(exchanges)
    local wanting = tls { client_authority = authority.certificate }
    return stage({ a = { tls = wanting }, b = { tls = wanting } }, exchanges,
      { client_certificate = other[1], client_key = other[2] })
  end

  it("that cannot be read is told with what names it", function()
    local server, engine = stage({ a = { tls = tls() } }, nil, { client_certificate = "/nonexistent/me.crt" })
    local _, problem = requests.run(engine, { url = server.urls.a })
    assert.equal("tls", problem.code)
    assert.matches("/nonexistent/me.crt", problem.message, 1, true)
    assert.matches("--cert", problem.hint, 1, true)
  end)

  it("is shown to every registry that was named", function()
    local server, engine = meet()
    for _, name in ipairs { "a", "b" } do
      assert.equal("ok", assert(requests.run(engine, { url = server.urls[name] })).body)
    end
  end)

  for what, case in pairs {
    ["where a redirect leads"] = {
      { answer = { status = 307, headers = { { "Location", "${b}/moved" } } } }, {} },
    ["where an upload goes on"] = {
      { answer = { status = 404 } }, { method = "PUT", body = "blob", at = "b" } },
    ["to a token server"] = {
      { answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${b}/token"' } } } }, {} },
  } do
    it("is not shown " .. what .. " on another origin", function()
      local server, engine = meet { case[1] }
      if case[2].at then -- the registry answered before it led anywhere
        assert(requests.run(engine, { url = server.urls.a }))
      end
      local response, problem = requests.run(engine, { method = case[2].method, body = case[2].body, attempts = 1,
        url = server.urls[case[2].at or "a"] .. "/v2/app/x", base = server.urls.a, registry = server.address.a,
        repository = "app", scopes = { "repository:app:pull" } })
      assert.is_nil(response)
      assert.is_string(problem.code)
      for _, one in ipairs(failures(server, "b")) do
        assert.matches("PEER_DID_NOT_RETURN_A_CERTIFICATE", one.tls_failure, 1, true)
      end
    end)
  end
end)
