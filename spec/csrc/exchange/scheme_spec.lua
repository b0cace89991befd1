--- How it is found out whether a registry speaks TLS or plain HTTP, and that no secret goes over the wrong one.

local certificates = require "spec.support.inputs.certificates"
local process = require "spec.support.process"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"

if not (process.present("openssl") and process.present("python3")) then
  pending("needs openssl and python3")
  return
end

local USER, PASSWORD = "me", "scheme-canary-7a"
local ASKS = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } }

local authority, identity

setup(function()
  authority = certificates.authority("ours")
  identity = table.pack(authority:issue("server"))
end)

local function tls(more)
  local options = { certificate = identity[1], key = identity[2] }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return options
end

--- A registry that wants a password, of one origin.
local function stage(origin, settings)
  local server = scripted.start { origins = { a = origin }, exchanges = {
    { headers = { Authorization = "Basic" }, answer = { status = 200, body = "ok" } }, { answer = ASKS },
  } }
  local all = { ca_file = authority.certificate, ask = true }
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

local function login()
  return { username = USER, password = PASSWORD }
end

local function ask(server, engine, more)
  local url = "https://" .. server.address.a .. "/v2/app/manifests/1"
  local request = { url = url, base = url, registry = server.address.a, timeout = 60 }
  for name, value in pairs(more or {}) do
    request[name] = value
  end
  return requests.run(engine, request, login)
end

--- The requests, as method, target and whether they had a secret.
local function told(server)
  local list = {}
  for index, seen in ipairs(server:requests()) do
    list[index] = seen.tls_failure and "tls failure" or seen.in_clear and "clear " .. seen.in_clear:match("^%S+ %S+")
      or ("%s %s%s"):format(seen.method, seen.target, seen.header.authorization and " secret" or "")
  end
  return list
end

local PROBED = { "GET /v2/", "GET /v2/app/manifests/1 secret" }

describe("a registry that speaks plain HTTP", function()
  for what, origin in pairs { ["says nothing to a TLS greeting"] = { mute = true },
    ["resets the connection at one"] = { resets = true } } do
    it("and " .. what .. " is found out without a secret, once", function()
      local server, engine = stage(origin)
      local response, problem = ask(server, engine)
      assert.equal("ok", response and response.body or problem.message)
      assert.equal(1, response.attempts)
      assert.same({ PROBED[1], "GET /v2/app/manifests/1", PROBED[2] }, told(server))
      assert(ask(server, engine))
      assert.equal(4, #server:requests())
    end)
  end

  it("is found out by one request for all that wait", function()
    local server, engine = stage { mute = true }
    local url = "https://" .. server.address.a .. "/v2/app/manifests/"
    local all = {}
    for index = 1, 4 do
      all[index] = { url = url .. index, base = url, registry = server.address.a }
    end
    for _, done in ipairs(requests.all(engine, all, login)) do
      assert.equal("ok", done[1] and done[1].body or done[2].message)
    end
    local probes = 0
    for _, line in ipairs(told(server)) do
      probes = probes + (line == "GET /v2/" and 1 or 0)
    end
    assert.equal(1, probes)
  end)

  it("is not asked without encryption unless that is allowed", function()
    local server, engine = stage({ resets = true, name = "registry.example" }, nil)
    local port = server.address.a:match("%d+$")
    engine:close()
    engine = requests.engine { resolve = { "registry.example:" .. port .. ":127.0.0.1" } }
    local _, problem = ask(server, engine)
    assert.equal("network", problem.code)
    assert.same({}, told(server))
    engine:close()
    engine = requests.engine { resolve = { "registry.example:" .. port .. ":127.0.0.1" },
      insecure_hosts = { "registry.example:" .. port } }
    assert.equal(401, select(2, ask(server, engine)).status)
    assert.equal("GET /v2/", told(server)[1])
    engine:close()
  end)

  it("is asked no TLS when it is said to", function()
    local server, engine = stage { resets = true }
    engine:close()
    engine = requests.engine { plain_hosts = { server.address.a } }
    assert.equal(401, select(2, ask(server, engine)).status)
    assert.same({ "GET /v2/app/manifests/1" }, told(server))
    engine:close()
  end)

  it("at port 80 is found where 443 is closed", function()
    local bound, server = pcall(scripted.start, { origins = { a = { address = "127.0.0.83", port = 80 } },
      exchanges = { { path = "/v2/", answer = ASKS }, { answer = { status = 200, body = "ok" } } } })
    if not bound then
      return pending("needs the right to listen at port 80")
    end
    local engine = requests.engine()
    finally(function()
      engine:close()
      server:stop()
    end)
    local url = "https://127.0.0.83/v2/app/manifests/1"
    local response, problem = requests.run(engine, { url = url, base = url, registry = "127.0.0.83" })
    assert.equal("ok", response and response.body or problem.message)
    assert.equal("http://127.0.0.83/v2/app/manifests/1", response.url)
    assert.same({ "GET /v2/", "GET /v2/app/manifests/1" }, told(server))
  end)
end)

describe("a registry that speaks TLS", function()
  --- What a server may say to a request in clear at its TLS port.
  local ANSWERS = {
    ["no word"] = false, ["400"] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    ["a redirect to https"] = "HTTP/1.1 308 No\r\nLocation: https://${a}/v2/\r\nContent-Length: 0\r\n\r\n",
    ["a redirect to HTTPS"] = "HTTP/1.1 308 No\r\nLocation: HTTPS://${a}/v2/\r\nContent-Length: 0\r\n\r\n",
    ["what is no HTTP"] = "hello\n", ["HTTP that breaks off"] = "HTTP/1.1 200 OK\r\nConte",
  }
  for what, answer in pairs(ANSWERS) do
    it("slowly, and says " .. what .. " in clear, gets its secret over TLS alone", function()
      local server, engine = stage { tls = tls { slow = 2, plain = answer or nil } }
      local response, problem = ask(server, engine)
      assert.equal("ok", response and response.body or problem.message)
      for _, seen in ipairs(server:requests()) do
        assert.is_nil((seen.in_clear or ""):find("uthorization"))
      end
      assert.matches("^https:", response.url)
    end)
  end

  it("is asked over TLS for good, even when it breaks handshakes later", function()
    local server, engine = stage { tls = tls() }
    assert(ask(server, engine))
    local port = tonumber(server.address.a:match("%d+$"))
    server:stop()
    local other = scripted.start { origins = { a = { port = port, resets = true } },
      exchanges = { { answer = { status = 200, body = "plain" } } } }
    finally(function()
      other:stop()
    end)
    local response, problem = ask(server, engine)
    assert.is_nil(response)
    assert.equal("network", problem.code)
    assert.same({}, told(other))
  end)
end)
