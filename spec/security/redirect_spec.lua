--- Where secrets go when a registry sends its client elsewhere: nowhere.

local canary = require "spec.support.asserts.canary"
local certificates = require "spec.support.inputs.certificates"
local core = require "manifest.core"
local ports = require "spec.support.servers.port"
local repositories = require "spec.support.worlds.repositories"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local REGISTRY = "registry.example.com"
local NAMES = { REGISTRY, "sub." .. REGISTRY, "example.com", "other.test" }

local authority, tls

setup(function()
  authority = certificates.authority()
  local certificate, key = authority:issue("all", { names = NAMES, addresses = { "127.0.0.1", "127.0.0.2" } })
  tls = { certificate = certificate, key = key }
end)

--- Where the registry may point to, and whether the client may follow.
local PLACES = {
  { what = "its own origin", origin = "home", follow = true, home = true },
  { what = "another port", origin = "port", follow = true },
  { what = "http on the same host", origin = "plain", follow = false },
  { what = "http on another host", origin = "plain_other", follow = false },
  { what = "a subdomain", origin = "sub", follow = true },
  { what = "the parent domain", origin = "parent", follow = true },
  { what = "another host", origin = "other", follow = true },
}

local KINDS = {
  { what = "GET manifest", method = "GET", path = "/v2/app/manifests/1" },
  { what = "GET blob", method = "GET", path = "/v2/app/blobs/x" },
  { what = "HEAD", method = "HEAD", path = "/v2/app/manifests/1" },
  { what = "POST", method = "POST", path = "/v2/app/blobs/uploads/", body = "" },
  { what = "PATCH", method = "PATCH", path = "/v2/app/blobs/uploads/1", body = "part" },
  { what = "PUT", method = "PUT", path = "/v2/app/manifests/1", body = "{}" },
}

local ORIGINS = {
  home = REGISTRY, port = REGISTRY, sub = "sub." .. REGISTRY, parent = "example.com", other = "other.test",
  plain = REGISTRY, plain_other = "other.test",
}

--- Starts all origins; the registry wants Basic or Bearer and then redirects to ${place}.
local function stage(place, scheme, status)
  local secrets = { user = canary.secret("user"), password = canary.secret("password"), token = canary.secret("token") }
  local origins = {}
  for name, host in pairs(ORIGINS) do
    origins[name] = { name = host, tls = not name:find("^plain") and tls or nil }
  end
  local challenge = scheme == "Basic" and 'Basic realm="x"' or 'Bearer realm="${home}/token",service="s"'
  local server = scripted.start { origins = origins, exchanges = {
    { origin = "home", path = "/token", answer = { status = 200, body = ('{"token":"%s"}'):format(secrets.token) } },
    { path = "/moved", answer = { status = 200, body = "there" } },
    { origin = "home", headers = { Authorization = "." },
      answer = { status = status or 307, headers = { { "Location", ("${%s}/moved?X-Signature=1"):format(place) } } } },
    { origin = "home", answer = { status = 401, headers = { { "WWW-Authenticate", challenge } } } },
  } }
  local resolve = {}
  for _, url in pairs(server.urls) do
    resolve[#resolve + 1] = url:match("//(.*)$") .. ":127.0.0.1"
  end
  local folder = temp.folder("config")
  secrets.basic = canary.basic(secrets.user, secrets.password)
  temp.file(('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address.home, secrets.basic), folder .. "/config.json")
  local engine = requests.engine { ca_file = authority.certificate, resolve = resolve, config_folder = folder }
  finally(function()
    engine:close()
    server:stop()
  end)
  return server, engine, { secrets.user, secrets.password, secrets.token, secrets.basic }
end

local function ask(server, engine, kind)
  return requests.run(engine, { method = kind.method, url = server.urls.home .. kind.path, base = server.urls.home,
    registry = server.address.home, repository = "app", scopes = { "repository:app:pull,push" }, body = kind.body,
    attempts = 1 })
end

--- No origin but the registry's sees a secret; the registry does.
local function check_secrets(server, secrets)
  local known = false
  for _, seen in ipairs(server:requests()) do
    local text = canary.text_of(seen)
    if seen.origin == "home" then
      known = known or #canary.found(text, secrets) > 0
      assert.is_truthy(seen.target:sub(1, 6) ~= "/moved" or seen.header.authorization)
    else
      assert.same({}, canary.found(text, secrets))
      assert.is_nil(seen.header.authorization)
      assert.is_nil(seen.header.cookie)
      assert.is_nil(seen.header.referer)
    end
  end
  assert.is_true(known)
end

for _, scheme in ipairs { "Basic", "Bearer" } do
  describe("a registry that wants " .. scheme .. " and redirects", function()
    for _, place in ipairs(PLACES) do
      it("to " .. place.what .. " is the only one to see its secret", function()
        local server, engine, secrets = stage(place.origin, scheme)
        for _, kind in ipairs(KINDS) do
          local response, problem = ask(server, engine, kind)
          local outcome = response and response.status or problem.code
          assert.equal(place.follow and 200 or response and "refused" or outcome, outcome, kind.what)
          assert.same({}, canary.found(canary.text_of(problem), secrets))
          assert.is_nil(problem and canary.text_of(problem.message):find("Signature", 1, true))
        end
        check_secrets(server, secrets)
        assert.same({}, canary.found(canary.text_of(engine:warnings()), secrets))
      end)
    end
  end)
end

describe("redirects", function()
  local function plain_stage(exchanges, port)
    local server = scripted.start { origins = { a = {}, b = { port = port }, c = { address = "127.0.0.2" } },
      exchanges = exchanges }
    local engine = requests.engine()
    finally(function()
      engine:close()
      server:stop()
    end)
    return server, engine
  end

  local function moved(location, status)
    return { path = "/x", answer = { status = status or 307, headers = location and { { "Location", location } } } }
  end

  for _, case in ipairs {
    { "${b}/y", "y" }, { "/y", "y" }, { "y", "y" }, { "?y=1", "query" }, { "./a/../y", "y" },
  } do
    it(("to %q are followed"):format(case[1]), function()
      local server, engine = plain_stage {
        { path = "/y", answer = { status = 200, body = "y" } },
        { path = "/x", pattern = "y=1", answer = { status = 200, body = "query" } },
        moved(case[1]),
      }
      assert.equal(case[2], assert(requests.run(engine, { url = server.urls.a .. "/x" })).body)
    end)
  end

  it("to a host without a scheme are followed with the one in use", function()
    local port = ports.free()
    local server, engine = plain_stage({ { origin = "b", path = "/y", answer = { status = 200, body = "y" } },
      moved(("//127.0.0.1:%d/y"):format(port)) }, port)
    assert.equal("y", assert(requests.run(engine, { url = server.urls.a .. "/x" })).body)
  end)

  it("without a scheme, and odd ones, are joined as the RFC says", function()
    assert.equal("https://evil/x", core.location("https://a.b/c", "//evil/x", "a.b"))
    assert.equal("https://a.b/x", core.location("https://a.b/c/d", "/../../x", "a.b"))
    assert.equal("https://a.b/c/d?only=query", core.location("https://a.b/c/d", "?only=query", "a.b"))
    assert.equal("https://a.b/v2/u?_state=%2Ba+b=&x", core.location("https://a.b/c", "/v2/u?_state=%2Ba+b=&x", "a.b"))
    assert.equal("https://a.b/c/host/path", core.location("https://a.b/c/d", "host/path", "a.b"))
  end)

  for _, bad in ipairs { "file:///etc/passwd", "ftp://a/b", "data:text/plain,x", "gopher://a/", "javascript:alert(1)",
    "https://user:pw@a.b/x", "https://a b/", "https://a.b:0/", "https://a.b:99999/", "",
    "https://a.b\\@evil/", "https://", "http:///x" } do
    it(("to %q are refused"):format(bad), function()
      local target, problem = core.location("https://a.b/c", bad, "a.b")
      assert.is_nil(target)
      assert.is_truthy(problem.code == "redirect" or problem.code == "invalid_argument", problem.code)
    end)
  end

  it("from https to http turn back to https on the same host, and end on another", function()
    local url, warning = core.location("https://a.b/c", "http://a.b/x?sig=1", "a.b")
    assert.equal("https://a.b/x?sig=1", url)
    assert.matches("^a.b, asked over https, names URLs of its own with http", warning)
    assert.not_matches("sig", warning)
    url, warning = core.location("https://a.b/c", "/x", "a.b")
    assert.equal("https://a.b/x", url)
    assert.is_nil(warning)
    assert.equal("https://a.b:5000/x", core.location("https://a.b:5000/c", "http://a.b:5000/x", "a.b"))
    assert.equal("https://a.b/x", core.location("https://a.b/c", "http://a.b:80/x", "a.b"))
    local _, problem = core.location("https://a.b/c", "http://b.b/x", "a.b")
    assert.equal("redirect", problem.code)
    assert.equal("http://b.b/x", core.location("http://a.b/c", "http://b.b/x", "a.b"))
  end)

  it("to http on the registry's own host are warned of, once, uploads among them", function()
    local free = ports.free()
    local own = ("http://%s:%d"):format(REGISTRY, free)
    local server = scripted.start { origins = { home = { name = REGISTRY, port = free, tls = tls } }, exchanges = {
      { path = "/x", answer = { status = 307, headers = { { "Location", own .. "/y?sig=1" } } } },
      { path = "/y", answer = { status = 200, body = "y" } },
      { method = "HEAD", answer = { status = 404 } },
      { method = "POST", answer = { status = 202, headers = { { "Location", own .. "/u?sig=2" } } } },
      { method = "PUT", answer = { status = 201 } },
    } }
    local address = server.address.home
    local repository, loop, engine = repositories.open(address, "app", { actions = "pull,push" },
      { ca_file = authority.certificate, resolve = { address .. ":127.0.0.1" } })
    finally(function()
      engine:close()
      server:stop()
    end)
    for _ = 1, 2 do
      assert.equal("y", assert(loop:request { method = "GET", url = server.urls.home .. "/x" }).body)
      assert.is_true(repository:upload("sha256:" .. core.hash.sum("sha256", "b"), { body = "b" }))
    end
    local warnings = engine:warnings()
    assert.equal(1, #warnings)
    assert.equal(1, warnings[1]:find(address, 1, true))
    assert.not_matches("sig", warnings[1])
  end)

  it("without Location are an error", function()
    local server, engine = plain_stage { moved(nil) }
    local _, problem = requests.run(engine, { url = server.urls.a .. "/x" })
    assert.equal("redirect", problem.code)
  end)

  it("in a circle end after ten", function()
    local server, engine = plain_stage { moved("${a}/x") }
    local _, problem = requests.run(engine, { url = server.urls.a .. "/x" })
    assert.equal("redirect", problem.code)
    assert.equal(11, #server:requests())
  end)

  for _, status in ipairs { 301, 302, 303 } do
    it(("%d are followed for GET and HEAD alone"):format(status), function()
      local server, engine = plain_stage { { path = "/y", answer = { status = 200 } }, moved("/y", status) }
      for _, method in ipairs { "GET", "HEAD" } do
        assert.equal(200, assert(requests.run(engine, { method = method, url = server.urls.a .. "/x" })).status)
      end
      for _, method in ipairs { "POST", "PUT", "PATCH", "DELETE" } do
        local _, problem = requests.run(engine, { method = method, url = server.urls.a .. "/x", body = "x" })
        assert.equal("redirect", problem.code)
      end
    end)
  end

  it("keep method, body and Range", function()
    local server, engine = plain_stage { { path = "/y", answer = { status = 200 } }, moved("${b}/y", 308) }
    assert(requests.run(engine, { method = "PUT", url = server.urls.a .. "/x", body = "bytes",
      headers = { ["Content-Type"] = "a/b", Range = "bytes=1-2" } }))
    local seen = server:requests("b")[1]
    assert.equal("PUT bytes a/b bytes=1-2", ("%s %s %s %s"):format(seen.method, seen.body, seen.header["content-type"],
      seen.header.range))
  end)

  it("to a host that asks for credentials get none, and no token is fetched", function()
    local server, engine = plain_stage {
      { origin = "b", answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${b}/token"' },
        { "WWW-Authenticate", 'Basic realm="x"' } } } }, moved("${b}/y") }
    local folder = temp.folder("config")
    temp.file(('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address.a, canary.basic("u", "p")),
      folder .. "/config.json")
    local other = requests.engine { config_folder = folder }
    local response = assert(requests.run(other, { url = server.urls.a .. "/x", registry = server.address.a }))
    assert.equal(401, response.status)
    assert.equal(1, #server:requests("b"))
    other:close()
    engine:close()
  end)
end)

describe("a registry on a public address may not send its client", function()
  --- The registry is reached at a documentation address that stands for a public one: nothing answers there, so the
  --- check is asked directly by way of names that resolve to the addresses in question.
  for _, address in ipairs { "127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.100.100.200", "0.0.0.0",
    "::1", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1" } do
    it(("to a name at %s"):format(address), function()
      local authority_ = authority.certificate
      local target = scripted.start { exchanges = { { answer = { status = 200, body = "secret of the inside" } } } }
      local port = target.urls.a:match(":(%d+)$")
      local engine = requests.engine { ca_file = authority_,
        resolve = { ("inside.test:%s:%s"):format(port, address:find(":") and "[" .. address .. "]" or address) } }
      finally(function()
        engine:close()
        target:stop()
      end)
      -- home is a public name that is never contacted: the first URL is already elsewhere, as after a redirect
      local response, problem = requests.run(engine, { url = ("http://inside.test:%s/"):format(port),
        base = "https://registry.example.com", attempts = 1 })
      assert.is_nil(response)
      assert.equal("redirect", problem.code)
      assert.equal(0, #target:requests())
    end)
  end

  local function inside(addresses)
    local target = scripted.start { exchanges = { { answer = { status = 200, body = "secret of the inside" } } } }
    local port = target.urls.a:match(":(%d+)$")
    local engine = requests.engine { insecure = true, connect_timeout = 10,
      resolve = { ("inside.test:%s:%s"):format(port, addresses) } }
    finally(function()
      engine:close()
      target:stop()
    end)
    return target, engine, ("http://inside.test:%s/"):format(port)
  end

  --- Whichever of them a name was looked up to be, the one that a connection is opened to counts.
  for _, addresses in ipairs { "198.51.100.1,127.0.0.1", "[2001:db8::1],127.0.0.1", "127.0.0.1,198.51.100.1" } do
    it("to a name that is at " .. addresses, function()
      local target, engine, url = inside(addresses)
      local _, problem = requests.run(engine, { url = url, base = "https://registry.example.com", attempts = 1 })
      assert.equal("redirect", problem.code)
      assert.equal(0, #target:requests())
    end)
  end

  it("over a connection that was opened for a registry inside", function()
    local target, engine, url = inside "127.0.0.1"
    assert.equal(200, assert(requests.run(engine, { url = url })).status)
    local _, problem = requests.run(engine, { url = url, base = "https://registry.example.com", attempts = 1 })
    assert.equal("redirect", problem.code)
    assert.equal(200, assert(requests.run(engine, { url = url })).status)
    assert.equal(2, #target:requests())
  end)
end)

describe("a place whose name repeats a secret", function()
  local SECRET = "hunter2hunter2"

  --- The registry leads to a place of that name, which leads on by LOCATION or sends a Link. What it fails with.
  local function answered(answer)
    local port = ports.free()
    local server = scripted.start { origins = { a = { port = port } }, exchanges = {
      { path = "/next", answer = answer },
      { path = "/v2/app/tags/list", headers = { Authorization = "^Basic " }, answer = { status = 307,
        headers = { { "Location", ("http://%s.test:%d/next"):format(SECRET, port) } } } },
      { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } } } }
    local repository, _, engine = repositories.open(server.address.a, "app", {
      actions = "pull", credentials = function()
        return { username = "me", password = SECRET }
      end,
    }, { ask = true, insecure = true, resolve = { ("%s.test:%d:127.0.0.1"):format(SECRET, port) } })
    local none, err = repository:tags()
    assert.equal(3, #server:requests(), err and err.message)
    engine:close()
    server:stop()
    assert.is_nil(none)
    assert.is_nil((err.message .. (err.host or "") .. (err.hint or "")):find(SECRET, 1, true), err.message)
    return err
  end

  it("is named without it where its answer leads nowhere", function()
    local err = answered { status = 307, headers = { { "Location", "ftp://a/b" } } }
    assert.equal("redirect", err.code)
  end)

  it("is named without it where its Link is broken, or leads elsewhere", function()
    for _, link in ipairs { "<x; rel=next", "<https://other.test/x>; rel=next" } do
      local err = answered { status = 200, body = '{"tags":[]}', headers = { { "Link", link } } }
      assert.matches("names a next page", err.message, 1, true)
    end
  end)
end)
