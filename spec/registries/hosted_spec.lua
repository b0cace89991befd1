--- Registries that somebody runs for all: Docker Hub, and those of GitHub, Google, Amazon and Azure.

local block = require "spec.support.block"
local helper_program = require "spec.support.inputs.helper_program"
local known = require "spec.support.servers.known_registry"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local played = require "spec.support.inputs.played_image"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

if not (process.present("python3") and process.present("openssl")) then
  pending("needs python3 and openssl")
  return
end

local SECRET, IMAGE, BEARER = known.SECRET, known.IMAGE, known.BEARER
local basic, login_for, challenge, token = known.basic, known.login_for, known.challenge, known.token
local joined, query_of, lines_of = known.joined, known.query_of, known.lines_of
local assert_only, succeeded, digest_of = known.assert_only, known.succeeded, known.digest_of

local play = block.each(known.play)

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

  it("has a login that a helper keeps under the second of its names", function()
    local helper = helper_program.new("names")
    temp.file(('{"ServerURL":"docker.io","Username":"me","Secret":"%s"}'):format(SECRET), helper.store .. "/docker_io")
    local world, net = play(hosts, joined(
      { token("auth", "/token", basic("me", SECRET)) },
      played.pull(IMAGE, "library/php", { origin = "hub", allow = BEARER, tag = "8" }),
      { challenge("hub", bearer .. ',scope="repository:library/php:pull"') }), '{"credsStore":"names"}')
    succeeded(world { "digest", "php:8", env = { PATH = helper.path } })
    assert.matches("^get https___index_docker_io_v1_ missing\nget docker_io ", temp.read(helper.store .. "/calls"))
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

  it("knows Basic alone, with the user AWS; a 403 starts no login", function()
    local world, net = play({ ecr = host }, joined(
      played.pull(IMAGE, "app", { allow = "^" .. known.escaped(basic("AWS", SECRET)) .. "$" }),
      { { headers = { Authorization = "^Basic" }, answer = { status = 403,
          body = '{"errors":[{"code":"DENIED","message":"not authorized to perform: ecr:PutImage"}]}' } },
        challenge("ecr", ('Basic realm="https://%s/",service="ecr.amazonaws.com"'):format(host)) }),
      login_for(host, "AWS"))
    digest_of(world, host .. "/app:1")
    local before = #net:requests()
    local done = world { "digest", host .. "/app:other" }
    assert.matches("answered 403", done.stderr)
    assert.equal(before + 3, #net:requests()) -- the challenge, HEAD, and the GET that confirms it
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
