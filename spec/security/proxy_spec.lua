--- Requests through a proxy: which go there, what it sees, and whose fault a failure is said to be.

local canary = require "spec.support.asserts.canary"
local certificates = require "spec.support.inputs.certificates"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local NAME = "registry.example.com"
local authority, certificate, key

setup(function()
  authority = certificates.authority()
  certificate, key = authority:issue("registry", { names = { NAME } })
end)

--- Starts a proxy and a registry (TLS unless plain) that is called by a name only the proxy can reach.
local function stage(options)
  options = options or {}
  local proxy = process.start { "python3", "spec/support/programs/proxy.py", table.unpack(options.proxy or {}) }
  local port = process.wait_for(function()
    return proxy:output():match("^(%d+)\n")
  end)
  local server = scripted.start {
    origins = { a = { name = options.name or NAME,
      tls = not options.plain and { certificate = certificate, key = key } or nil } },
    exchanges = {
      { headers = { Authorization = "." }, answer = { status = 200, body = "ok" } },
      { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } },
    },
  }
  finally(function()
    server:stop()
    proxy:stop()
  end)
  return server, proxy, port
end

--- Sends one GET in a process with these proxy variables; prints the status, or code and message.
local function get(server, env, times, url)
  local secret = canary.secret("password")
  local folder = temp.folder("config")
  temp.file(('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address.a, canary.basic("user", secret)),
    folder .. "/config.json")
  local script = ([[
    package.path = "lua/?.lua;./?.lua;" .. package.path
    package.cpath = "%s/?.so;" .. package.cpath
    local requests = require "spec.support.worlds.requests"
    local engine = requests.engine { config_folder = %q, ca_file = %q, insecure_hosts = { %q } }
    for _ = 1, %d do
      local response, problem = requests.run(engine, { url = %q, registry = %q, attempts = 2 })
      print(response and response.status or problem.code, problem and problem.message, problem and problem.hint)
    end
    for _, line in ipairs(engine:warnings()) do
      print(line)
    end]]):format(os.getenv("MANIFEST_BUILD") or "build", folder, authority.certificate,
    server.urls.a:find("^http:") and server.address.a or "none", times or 1, (url or server.urls.a) .. "/v2/",
    server.address.a)
  local done = process.run { "lua5.4", temp.file(script), clean = true, preload = true, env = env }
  assert.is_nil(done.stdout:find(secret, 1, true))
  assert.equal("", done.stderr)
  return done.stdout, secret
end

describe("HTTPS_PROXY", function()
  it("is a tunnel: the proxy sees a name, and neither path nor secret", function()
    local server, proxy, port = stage()
    assert.matches("^200", (get(server, { HTTPS_PROXY = "http://127.0.0.1:" .. port }, 3)))
    assert.matches("CONNECT " .. server.address.a .. " HTTP/1.1 -", proxy:output(), 1, true)
    assert.is_nil(proxy:output():find("/v2/", 1, true))
    local _, connects = proxy:output():gsub("CONNECT", "")
    assert.equal(1, connects)
    for _, seen in ipairs(server:requests()) do
      assert.is_nil(seen.header["proxy-authorization"])
    end
  end)

  it("gets its own user and password, and the registry does not", function()
    local server, proxy, port = stage { proxy = { "me:canaryproxy" } }
    assert.matches("^200", (get(server, { HTTPS_PROXY = ("http://me:canaryproxy@127.0.0.1:%s"):format(port) })))
    assert.matches(canary.basic("me", "canaryproxy"), proxy:output(), 1, true)
    for _, seen in ipairs(server:requests()) do
      assert.same({}, canary.found(canary.text_of(seen), { "canaryproxy", canary.basic("me", "canaryproxy") }))
    end
  end)

  it("may have an '@' in its password", function()
    local server, proxy, port = stage { proxy = { "me:canary@proxy" } }
    assert.matches("^200", (get(server, { HTTPS_PROXY = ("http://me:canary@proxy@127.0.0.1:%s"):format(port) })))
    assert.matches(canary.basic("me", "canary@proxy"), proxy:output(), 1, true)
  end)

  it("may be reached over TLS, where its certificate is checked as a registry's is", function()
    for name, wanted in pairs { ours = "^200", stranger = "^proxy\tthe certificate of the proxy https://127" } do
      local issuer = name == "ours" and authority or certificates.authority(name)
      local own, own_key = issuer:issue("proxy")
      local server, proxy, port = stage { proxy = { "tls", own, own_key } }
      assert.matches(wanted, (get(server, { HTTPS_PROXY = "https://127.0.0.1:" .. port })))
      assert.equal(name == "ours", proxy:output():find("CONNECT", 1, true) ~= nil)
    end
  end)

  it("that answers 407 is named as the one that refuses, without its password", function()
    local server, proxy, port = stage { proxy = { "me:right" } }
    for _, url in ipairs { "http://127.0.0.1:%s", "http://me:canarywrong@127.0.0.1:%s" } do
      local told = get(server, { HTTPS_PROXY = url:format(port) })
      assert.matches("^proxy\t", told)
      assert.matches("127.0.0.1:" .. port, told, 1, true)
      assert.matches("407", told, 1, true)
      assert.matches("user and password", told, 1, true)
      assert.is_nil(told:find("canarywrong", 1, true))
    end
    assert.equal(0, #server:requests())
    assert.is_truthy(proxy)
  end)

  for _, status in ipairs { 403, 502, 503 } do
    it(("that answers %d to CONNECT is named"):format(status), function()
      local server, proxy, port = stage { proxy = { "status", tostring(status) } }
      local told = get(server, { HTTPS_PROXY = "http://127.0.0.1:" .. port })
      assert.matches("^proxy\t", told)
      local _, asked = proxy:output():gsub("CONNECT", "")
      assert.equal(status == 403 and 1 or 2, asked)
    end)
  end

  it("that is not there is an error", function()
    local server = stage()
    local told = get(server, { HTTPS_PROXY = "http://127.0.0.1:1" })
    assert.is_truthy(told:find("^network\t") or told:find("^proxy\t"))
  end)

  it("is passed by where NO_PROXY says so, and libcurl's own reading of it does not count", function()
    local server, proxy, port = stage()
    for _, list in ipairs { NAME, ".example.com", "*", server.address.a } do
      local told = get(server, { HTTPS_PROXY = "http://127.0.0.1:" .. port, NO_PROXY = list })
      assert.matches("^network\t", told) -- the name means nothing here
    end
    assert.equal(port .. "\n", proxy:output())
  end)

  it("is not used for loopback", function()
    local server, proxy, port = stage { name = "localhost", plain = true }
    assert.matches("^200", (get(server, { HTTPS_PROXY = "http://127.0.0.1:" .. port,
      HTTP_PROXY = "http://127.0.0.1:" .. port, http_proxy = "http://127.0.0.1:" .. port })))
    assert.equal(port .. "\n", proxy:output())
  end)
end)

describe("HTTP_PROXY", function()
  it("takes plain requests, where the user allows plain HTTP", function()
    local server, proxy, port = stage { plain = true }
    assert.matches("^200", (get(server, { http_proxy = "http://127.0.0.1:" .. port })))
    assert.matches("GET " .. server.urls.a .. "/v2/", proxy:output(), 1, true)
  end)

  it("takes them also when the registry was asked for TLS first", function()
    local server, proxy, port = stage { plain = true }
    assert.matches("^200", (get(server, { HTTPS_PROXY = ("http://me:x@127.0.0.1:%s"):format(port),
      HTTP_PROXY = "http://127.0.0.1:" .. port }, 2, "https://" .. server.address.a)))
    assert.matches("CONNECT " .. server.address.a .. " HTTP/1.1 Basic", proxy:output(), 1, true)
    assert.matches("GET " .. server.urls.a .. "/v2/ HTTP/1.1 -", proxy:output(), 1, true)
    assert.is_nil(proxy:output():find("GET [^\n]* Basic"))
  end)

  it("that answers 407 is no registry that answers 401", function()
    local server, proxy, port = stage { plain = true, proxy = { "me:right" } }
    local told, secret = get(server, { http_proxy = "http://127.0.0.1:" .. port })
    assert.matches("^proxy\t", told)
    assert.same({}, canary.found(proxy:output(), { secret, canary.basic("user", secret) }))
  end)
end)
