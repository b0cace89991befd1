--- Each registry in use, played as it behaves in public: its challenge, its token server, its quirks. The command runs
--- against it under its real name; docs/registries.md is the table of these.

local base64 = require("manifest.core").base64
local dkjson = require "dkjson"
local internet = require "spec.support.internet"
local manifest = require "manifest"
local ours = require "spec.support.ours"
local played = require "spec.support.played_image"
local process = require "spec.support.process"
local scripted = require "spec.support.scripted"
local temp = require "spec.support.temp"

if not (process.present("python3") and process.present("openssl")) then
  pending("needs python3 and openssl")
  return
end

local SECRET = "canary-registry-3f"
local IMAGE, OTHER = played.new("amd64"), played.new("arm64")

local function basic(username, password)
  return "Basic " .. base64.encode(username .. ":" .. password)
end

--- A config.json with one login.
local function login_for(key, username, more)
  local entry = { auth = base64.encode(username .. ":" .. (more and "" or SECRET)) }
  for name, value in pairs(more or {}) do
    entry[name] = value
  end
  return dkjson.encode { auths = { [key] = entry } }
end

local function escaped(text)
  return (text:gsub("[^%w]", "\\%0"))
end

--- The exchange that answers 401 with these WWW-Authenticate lines, to requests that nothing above it matched.
local function challenge(origin, ...)
  local headers = {}
  for _, line in ipairs { ... } do
    headers[#headers + 1] = { "WWW-Authenticate", line }
  end
  return { origin = origin, answer = { status = 401, headers = headers,
    body = '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}' } }
end

--- The exchange of a token server that gives TOKEN to who sends this Authorization.
local function token(origin, path, authorization, body)
  return { origin = origin, path = path, headers = authorization and { Authorization = "^" .. escaped(authorization) },
    answer = { status = 200, headers = { { "Content-Type", "application/json" } },
      body = body or '{"token":"given-token","expires_in":300}' } }
end

local function joined(...)
  local all = {}
  for _, list in ipairs { ... } do
    table.move(list, 1, #list, #all + 1, all)
  end
  return all
end

--- Plays a registry: hosts, exchanges; config is the text of config.json. Returns the command's world and the net.
local function play(hosts, exchanges, config)
  local net = internet.start { hosts = hosts, exchanges = exchanges }
  finally(function()
    net:stop()
  end)
  return ours.new { config = config, env = net.env }, net
end

local function query_of(request)
  local fields = {}
  for name, value in request.target:match("%?(.*)$"):gmatch("([^&=]+)=([^&]*)") do
    value = value:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
    fields[name] = fields[name] and fields[name] .. " " .. value or value
  end
  return fields
end

--- Only these origins may have seen the secret, as it is or in base64.
local function assert_only(net, allowed, ...)
  for _, request in ipairs(net:requests()) do
    local text = dkjson.encode(request)
    for _, secret in ipairs { SECRET, ... } do
      assert.is_true(allowed[request.origin] or not text:find(secret, 1, true), request.origin .. " saw a secret")
    end
    local sent = request.header.authorization or ""
    local plain = sent:match("^Basic (.*)") and base64.decode(sent:match("^Basic (.*)")) or ""
    assert.is_true(allowed[request.origin] or not plain:find(SECRET, 1, true), request.origin .. " saw a secret")
  end
end

local function succeeded(done)
  assert.equal(0, done.status, done.stderr)
  return done
end

local function digest_of(world, ref)
  assert.equal(IMAGE.digest .. "\n", succeeded(world { "digest", ref }).stdout)
end

local BEARER = "^Bearer given-token$"

--- The methods and paths that an origin was asked for.
local function lines_of(net, origin)
  local lines = {}
  for index, request in ipairs(net:requests(origin)) do
    lines[index] = request.method .. " " .. request.target:match("^[^?]*")
  end
  return lines
end

describe("Docker Hub", function()
  local hosts = { hub = "registry-1.docker.io", auth = "auth.docker.io" }
  local bearer = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'

  it("gives the password to auth.docker.io alone, and is asked by HEAD, which costs no pull", function()
    local world, net = play(hosts, joined(
      { token("auth", "/token", basic("me", SECRET)) },
      played.pull(IMAGE, "library/php", { origin = "hub", allow = BEARER, tag = "8" }),
      { challenge("hub", bearer .. ',scope="repository:library/php:pull"') }),
      login_for("https://index.docker.io/v1/", "me"))
    digest_of(world, "php:8")
    local asked = query_of(net:requests("auth")[1])
    assert.same({ "registry.docker.io", "repository:library/php:pull", "me" },
      { asked.service, asked.scope, asked.account })
    for _, line in ipairs(lines_of(net, "hub")) do
      assert.equal("HEAD /v2/library/php/manifests/8", line)
    end
    assert_only(net, { auth = true })
  end)

  it("logs in through the token server, under the key that docker uses", function()
    local world, net = play(hosts, {
      token("auth", "/token", basic("me", SECRET)),
      { origin = "auth", answer = { status = 401, body = '{"details":"incorrect username or password"}' } },
      { origin = "hub", path = "/v2/", headers = { Authorization = BEARER }, answer = { status = 200, body = "{}" } },
      challenge("hub", bearer) })
    local done = world { "login", "-u", "me", "--password-stdin", input = "wrong" }
    assert.equal(1, done.status)
    assert.matches("auth.docker.io answered 401", done.stderr, 1, true)
    succeeded(world { "login", "-u", "me", "--password-stdin", "index.docker.io", input = SECRET })
    assert.matches('"https://index.docker.io/v1/": {', temp.read(world.folder .. "/config.json"), 1, true)
    assert_only(net, { auth = true })
  end)

  it("has its limits shown when they are reached, without being asked on", function()
    local world, net = play(hosts, {
      token("auth", "/token"),
      { origin = "hub", headers = { Authorization = BEARER }, answer = { status = 429,
        headers = { { "Retry-After", "21600" }, { "RateLimit-Limit", "100;w=21600" } },
        body = '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}' } },
      challenge("hub", bearer) })
    local done = world { "inspect", "php:8" }
    assert.equal(1, done.status)
    assert.matches("reached your pull rate limit. (limit 100;w=21600, retry after 21600)", done.stderr, 1, true)
    assert_only(net, {})
  end)

  it("tells its limits with what it gives", function()
    local server = scripted.start { exchanges = {
      { pattern = "/blobs/" .. IMAGE.config_digest, answer = { status = 200, body = IMAGE.config } },
      { answer = { status = 200, body = IMAGE.manifest, headers = { { "Content-Type", IMAGE.media_type },
        { "RateLimit-Remaining", "76;w=21600" }, { "Set-Cookie", "a=b" } } } },
    } }
    finally(function()
      server:stop()
    end)
    local client <close> = manifest.client { config = temp.folder("docker") }
    for _, verb in ipairs { "get", "inspect", "config" } do
      local response = assert(client[verb](client, server.address.a .. "/library/php:8")).response
      assert.equal(200, response.status)
      assert.equal("76;w=21600", response.headers["ratelimit-remaining"])
      assert.is_nil(response.headers["set-cookie"])
    end
  end)
end)

describe("GitHub's registry", function()
  it("is logged in to with any name and a token; uploads go on at a relative Location", function()
    local put = {}
    local bearer = 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:org/app:pull"'
    local world, net = play({ ghcr = "ghcr.io" }, joined(
      { token("ghcr", "/token", basic("any", SECRET), '{"token":"given-token","access_token":"given-token"}') },
      played.pull(IMAGE, "org/app-amd", { allow = BEARER }),
      { { method = "POST", path = "/v2/org/app/blobs/uploads/", headers = { Authorization = BEARER },
          answer = { status = 202, headers = { { "Location", "/v2/org/app/blobs/upload/one" } } } },
        { method = "PUT", pattern = "^/v2/org/app/", headers = { Authorization = BEARER }, answer = { status = 201 } },
        challenge("ghcr", bearer) }),
      login_for("ghcr.io", "any"))
    succeeded(world { "create", "ghcr.io/org/app:1", "ghcr.io/org/app-amd:1" })
    succeeded(world { "push", "ghcr.io/org/app:1" })
    for _, request in ipairs(net:requests()) do
      if request.method == "PUT" then
        put[#put + 1] = request.target:match("^[^?]*")
      end
    end
    assert.same({ "/v2/org/app/blobs/upload/one", "/v2/org/app/blobs/upload/one",
      "/v2/org/app/manifests/" .. IMAGE.digest, "/v2/org/app/manifests/1" }, put)
    local asked = net:requests()
    for index = #asked, 1, -1 do
      if asked[index].target:find("^/token") then
        assert.equal("repository:org/app-amd:pull repository:org/app:pull,push",
          table.concat((function()
            local scopes = {}
            for scope in query_of(asked[index]).scope:gmatch("%S+") do
              scopes[#scopes + 1] = scope
            end
            table.sort(scopes)
            return scopes
          end)(), " "))
        break
      end
    end
  end)
end)

describe("Google's registries", function()
  local function exchanges(authorization)
    return joined(
      { token("gar", "/v2/token", authorization) },
      played.pull(IMAGE, "project/repo/app", { allow = BEARER }),
      { { path = "/v2/", answer = { status = 401, headers = { { "WWW-Authenticate",
          'Bearer realm="https://europe-docker.pkg.dev/v2/token",service="europe-docker.pkg.dev"' } } } },
        { answer = { status = 401 } } })
  end

  it("say only at /v2/ how to authenticate", function()
    local world, net = play({ gar = "europe-docker.pkg.dev" }, exchanges())
    digest_of(world, "europe-docker.pkg.dev/project/repo/app:1")
    assert.same({ "HEAD /v2/project/repo/app/manifests/1", "GET /v2/", "GET /v2/token" },
      table.move(lines_of(net, "gar"), 1, 3, 1, {}))
  end)

  it("take a key file as the password of _json_key", function()
    local world = play({ gar = "europe-docker.pkg.dev" }, exchanges(basic("_json_key", SECRET)),
      login_for("europe-docker.pkg.dev", "_json_key"))
    digest_of(world, "europe-docker.pkg.dev/project/repo/app:1")
  end)

  it("end a refusal that never says how after one question", function()
    local world, net = play({ gar = "gcr.io" }, { { answer = { status = 401 } } })
    assert.equal(1, world({ "digest", "gcr.io/p/app:1" }).status)
    assert.same({ "HEAD /v2/p/app/manifests/1", "GET /v2/" }, lines_of(net, "gar"))
  end)
end)

describe("Amazon's registry", function()
  local host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

  it("knows Basic alone, with the user AWS; a 403 is not asked again", function()
    local world, net = play({ ecr = host }, joined(
      played.pull(IMAGE, "app", { allow = "^" .. escaped(basic("AWS", SECRET)) .. "$" }),
      { { headers = { Authorization = "^Basic" }, answer = { status = 403,
          body = '{"errors":[{"code":"DENIED","message":"not authorized to perform: ecr:PutImage"}]}' } },
        challenge("ecr", ('Basic realm="https://%s/",service="ecr.amazonaws.com"'):format(host)) }),
      login_for(host, "AWS"))
    digest_of(world, host .. "/app:1")
    local before = #net:requests()
    local done = world { "digest", host .. "/app:other" }
    assert.matches("answered 403", done.stderr)
    assert.equal(before + 2, #net:requests())
  end)

  it("is never asked for more than 1000 tags at once", function()
    local world, net = play({ ecr = host }, {
      { pattern = "n=[0-9]{5,}|n=[2-9][0-9]{3}|n=1[0-9]*[1-9]", answer = { status = 400 } },
      { answer = { status = 200, body = '{"name":"app","tags":["1","2"]}' } } })
    local env = ours.variables()
    local command = world.command {}
    for name, value in pairs(command.env) do
      env[name] = value
    end
    local script = temp.file(([[
      local client = require("manifest").client()
      print(table.concat(assert(client:tags("%s/app")), " "))]]):format(host))
    local done = process.run { "lua5.4", script, env = env, clean = true, preload = true }
    assert.equal("1 2\n", done.stdout, done.stderr)
    assert.equal(1, #net:requests())
  end)
end)

describe("Azure's registry", function()
  local realm = 'Bearer realm="https://acme.azurecr.io/oauth2/token",service="acme.azurecr.io"'

  it("takes an identity token by POST, and Bearer before Basic", function()
    local world, net = play({ acr = "acme.azurecr.io" }, joined(
      { { method = "POST", path = "/oauth2/token", answer = { status = 200,
          body = '{"access_token":"given-token"}' } } },
      played.pull(IMAGE, "app", { allow = BEARER }),
      { challenge("acr", realm .. ',scope="repository:app:pull"', 'Basic realm="acme.azurecr.io"') }),
      login_for("acme.azurecr.io", "00000000-0000-0000-0000-000000000000", { identitytoken = SECRET }))
    digest_of(world, "acme.azurecr.io/app:1")
    for _, request in ipairs(net:requests()) do
      if request.method == "POST" then
        assert.is_nil(request.header.authorization)
        assert.matches("grant_type=refresh_token", request.body, 1, true)
        assert.matches("refresh_token=" .. SECRET, request.body, 1, true)
        assert.matches("service=acme.azurecr.io", request.body, 1, true)
        assert.matches("scope=repository%3Aapp%3Apull", request.body, 1, true)
      else
        assert.is_nil((request.header.authorization or ""):find(SECRET, 1, true))
      end
    end
  end)

  it("takes a password by GET; its POST would answer 400", function()
    local world = play({ acr = "acme.azurecr.io" }, joined(
      { { method = "POST", path = "/oauth2/token", answer = { status = 400 } },
        token("acr", "/oauth2/token", basic("robot", SECRET), '{"access_token":"given-token"}') },
      played.pull(IMAGE, "app", { allow = BEARER }), { challenge("acr", realm) }),
      login_for("acme.azurecr.io", "robot"))
    digest_of(world, "acme.azurecr.io/app:1")
  end)
end)

describe("Quay", function()
  it("has its token server at /v2/auth and is asked for pull and push alone where nothing is deleted", function()
    local world, net = play({ quay = "quay.io" }, joined(
      { { path = "/v2/auth", pattern = "delete", answer = { status = 400 } },
        token("quay", "/v2/auth", basic("org+robot", SECRET)) },
      played.pull(IMAGE, "org/app", { allow = BEARER }),
      { { method = "PUT", headers = { Authorization = BEARER }, answer = { status = 201 } },
        challenge("quay", 'Bearer realm="https://quay.io/v2/auth",service="quay.io"') }),
      login_for("quay.io", "org+robot"))
    succeeded(world { "create", "quay.io/org/app:list", "quay.io/org/app:1" })
    succeeded(world { "push", "quay.io/org/app:list" })
    for _, request in ipairs(net:requests()) do
      if request.target:find("/v2/auth", 1, true) then
        assert.equal("quay.io", query_of(request).service)
        assert.not_matches("delete", request.target, 1, true)
      end
    end
  end)

  it("answers 400 to a scope that names delete: it is asked once more, for *", function()
    local world, net = play({ quay = "quay.io" }, joined(
      { { path = "/v2/auth", pattern = "delete", answer = { status = 400,
          body = '{"error":"Unable to decode repository and actions"}' } },
        token("quay", "/v2/auth", basic("org+robot", SECRET)),
        { method = "DELETE", path = "/v2/org/app/manifests/1", headers = { Authorization = BEARER },
          answer = { status = 405 } },
        { method = "DELETE", path = "/v2/org/app/manifests/" .. IMAGE.digest, headers = { Authorization = BEARER },
          answer = { status = 202 } },
        { path = "/v2/org/app/tags/list", headers = { Authorization = BEARER }, answer = { status = 200,
          body = '{"name":"org/app","tags":["1"]}' } } },
      played.pull(IMAGE, "org/app", { allow = BEARER }),
      { challenge("quay", 'Bearer realm="https://quay.io/v2/auth",service="quay.io",scope="repository:org/app:pull"')
      }), login_for("quay.io", "org+robot"))
    succeeded(world { "delete", "quay.io/org/app:1" })
    local scopes = {}
    for _, request in ipairs(net:requests()) do
      if request.target:find("/v2/auth", 1, true) then
        scopes[#scopes + 1] = query_of(request).scope
      end
    end
    assert.same({ "repository:org/app:delete,pull,push", "repository:org/app:*,pull,push" }, scopes)
    local seen = net:requests()
    assert.equal("DELETE /v2/org/app/manifests/" .. IMAGE.digest, seen[#seen].method .. " " .. seen[#seen].target)
  end)
end)

describe("Harbor", function()
  local bearer = 'Bearer realm="https://harbor.example.org/service/token",service="harbor-registry"'

  it("may ask for Basic where a token was not enough", function()
    local world, net = play({ harbor = "harbor.example.org" }, joined(
      { token("harbor", "/service/token", basic("robot$ci", SECRET)) },
      played.pull(IMAGE, "team/app", { allow = "^Basic " }),
      { { headers = { Authorization = BEARER }, answer = { status = 401,
          headers = { { "WWW-Authenticate", 'Basic realm="harbor"' } } } },
        challenge("harbor", bearer) }),
      login_for("harbor.example.org", "robot$ci"))
    digest_of(world, "harbor.example.org/team/app:1")
    assert.equal(4, #net:requests())
  end)

  it("tells other lengths to HEAD than to GET, and 404 in its own words", function()
    local world = play({ harbor = "harbor.example.org" }, {
      token("harbor", "/service/token"),
      { method = "HEAD", pattern = "/1$", headers = { Authorization = BEARER }, answer = { status = 200, length = 0,
        headers = { { "Docker-Content-Digest", IMAGE.digest }, { "Content-Type", IMAGE.media_type } } } },
      { method = "GET", pattern = "/1$", headers = { Authorization = BEARER }, answer = { status = 200,
        body = IMAGE.manifest, headers = { { "Content-Type", IMAGE.media_type } } } },
      { headers = { Authorization = BEARER }, answer = { status = 404,
        body = '{"errors":[{"code":"NOT_FOUND","message":"artifact team/app:2 not found"}]}' } },
      challenge("harbor", bearer) })
    digest_of(world, "harbor.example.org/team/app:1")
    assert.equal(IMAGE.manifest, succeeded(world { "inspect", "--raw", "harbor.example.org/team/app:1" }).stdout)
    local done = world { "inspect", "harbor.example.org/team/app:2" }
    assert.equal(1, done.status)
    assert.matches("no such manifest: harbor.example.org/team/app:2", done.stderr, 1, true)
  end)
end)

describe("GitLab", function()
  it("has its token server on another host of its domain", function()
    local cases = {
      { "registry.gitlab.com", "gitlab.com" }, -- a pair that is built in
      { "registry.example.com", "gitlab.example.com" }, -- one registrable domain
    }
    for _, names in ipairs(cases) do
      local world, net = play({ registry = names[1], auth = names[2] }, joined(
        { token("auth", "/jwt/auth", basic("ci", SECRET)) },
        played.pull(IMAGE, "group/project", { origin = "registry", allow = BEARER }),
        { challenge("registry", ('Bearer realm="https://%s/jwt/auth",service="container_registry"'):format(
          names[2])) }),
        login_for(names[1], "ci"))
      digest_of(world, names[1] .. "/group/project:1")
      assert.equal("container_registry", query_of(net:requests("auth")[1]).service)
      assert_only(net, { auth = true })
    end
  end)

  it("does not lend its name: elsewhere the same realm gets nothing", function()
    local world, net = play({ registry = "registry.example.com", auth = "gitlab.example.net" }, {
      token("auth", "/jwt/auth"),
      challenge("registry", 'Bearer realm="https://gitlab.example.net/jwt/auth",service="container_registry"') },
      login_for("registry.example.com", "ci"))
    local done = world { "digest", "registry.example.com/group/project:1" }
    assert.equal(1, done.status)
    assert.matches("registry.example.com", done.stderr, 1, true)
    assert.matches("gitlab.example.net", done.stderr, 1, true)
    assert.matches("auth_hosts", done.stderr, 1, true)
    assert.same({}, net:requests("auth"))
    for _, wrong in ipairs { "registry.example.com=other.example.net", "registry.example.net=gitlab.example.net" } do
      assert.equal(1, world({ "digest", "--auth-host", wrong, "registry.example.com/group/project:1" }).status)
    end
    assert.same({}, net:requests("auth"))
    for _, wrong in ipairs { "registry.example.com", "registry.example.com=", "a=b=c", "https://a=https://b" } do
      assert.equal(125, world({ "digest", "--auth-host", wrong, "registry.example.com/group/project:1" }).status)
    end
    world { "digest", "--auth-host", "other=x", "--auth-host", "registry.example.com=gitlab.example.net",
      "registry.example.com/group/project:1" }
    assert.matches("^Basic ", net:requests("auth")[1].header.authorization)
  end)
end)

describe("Artifactory", function()
  it("offers Bearer and Basic; its POST answers 401; its tag lists hold digests", function()
    local realm = "https://acme.jfrog.io/artifactory/api/docker/null/v2/token"
    for _, lines in ipairs { { "Bearer", "Basic" }, { "Basic", "Bearer" } } do
      local offers = { Bearer = ('Bearer realm="%s",service="acme.jfrog.io"'):format(realm),
        Basic = 'Basic realm="Artifactory Realm"' }
      local world, net = play({ art = "acme.jfrog.io" }, joined(
        { { method = "POST", path = "/artifactory/api/docker/null/v2/token", answer = { status = 401 } },
          token("art", "/artifactory/api/docker/null/v2/token", basic("me", SECRET)) },
        played.pull(IMAGE, "docker-local/app", { allow = BEARER }),
        { challenge("art", offers[lines[1]], offers[lines[2]]) }),
        login_for("acme.jfrog.io", "me"))
      digest_of(world, "acme.jfrog.io/docker-local/app:1")
      assert.equal("GET /artifactory/api/docker/null/v2/token", lines_of(net, "art")[2])
    end
  end)
end)

describe("Nexus", function()
  it("says BASIC in capitals", function()
    local world = play({ nexus = { name = "nexus.example.org", port = 8083 } }, joined(
      played.pull(IMAGE, "app", { allow = "^" .. escaped(basic("me", SECRET)) .. "$" }),
      { challenge("nexus", 'BASIC realm="Sonatype Nexus Repository Manager"') }),
      login_for("nexus.example.org:8083", "me"))
    digest_of(world, "nexus.example.org:8083/app:1")
  end)
end)

describe("zot", function()
  it("speaks Basic, or Bearer of a realm that is no token server's, and refuses docker's media types", function()
    local world = play({ zot = "zot.example.org" }, joined(
      played.pull(IMAGE, "app", { allow = "^Basic " }),
      { { method = "PUT", headers = { Authorization = "^Basic " }, answer = { status = 415,
          body = '{"errors":[{"code":"MANIFEST_INVALID","message":"media type is not supported"}]}' } },
        challenge("zot", 'Basic realm="Authorization Required"') }),
      login_for("zot.example.org", "me"))
    digest_of(world, "zot.example.org/app:1")
    succeeded(world { "create", "zot.example.org/app:list", "zot.example.org/app:1" })
    local done = world { "push", "zot.example.org/app:list" }
    assert.equal(1, done.status)
    assert.matches("MANIFEST_INVALID: media type is not supported", done.stderr, 1, true)
  end)
end)

describe("tag lists", function()
  it("may hold what is no tag: Nexus null, Artifactory digests", function()
    local world = play({ nexus = "nexus.example.org" }, {
      { path = "/v2/app/tags/list", answer = { status = 200,
        body = ('{"name":"app","tags":["1",null,"%s","2","1"]}'):format(OTHER.digest) } },
      { path = "/v2/none/tags/list", answer = { status = 200, body = '{"name":"none","tags":null}' } } })
    local env = ours.variables()
    for name, value in pairs(world.command({}).env) do
      env[name] = value
    end
    local script = temp.file([[
      local client = require("manifest").client()
      print(table.concat(assert(client:tags("nexus.example.org/app")), " "))
      print(#assert(client:tags("nexus.example.org/none")))]])
    local done = process.run { "lua5.4", script, env = env, clean = true, preload = true }
    assert.equal("1 2\n0\n", done.stdout, done.stderr)
  end)
end)
