--- Registries that people run themselves: Quay, Harbor, GitLab, Artifactory, Nexus, zot.

local block = require "spec.support.block"
local known = require "spec.support.servers.known_registry"
local ours = require "spec.support.worlds.ours"
local played = require "spec.support.inputs.played_image"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

if not (process.present("python3") and process.present("openssl")) then
  pending("needs python3 and openssl")
  return
end

local SECRET, IMAGE, BEARER = known.SECRET, known.IMAGE, known.BEARER
local basic, login_for, challenge, token = known.basic, known.login_for, known.challenge, known.token
local joined, query_of, lines_of = known.joined, known.query_of, known.lines_of
local assert_only, succeeded, digest_of = known.assert_only, known.succeeded, known.digest_of
local OTHER = played.new("arm64")

local play = block.each(known.play)

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
          answer = { status = 202 }, set_state = "deleted" },
        { path = "/v2/org/app/manifests/1", headers = { Authorization = BEARER }, state = "deleted",
          answer = { status = 404 } },
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
    local last, look = seen[#seen - 1], seen[#seen]
    assert.equal("DELETE /v2/org/app/manifests/" .. IMAGE.digest, last.method .. " " .. last.target)
    assert.equal("GET /v2/org/app/manifests/1", look.method .. " " .. look.target)
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
      played.pull(IMAGE, "app", { allow = "^" .. known.escaped(basic("me", SECRET)) .. "$" }),
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
    assert.matches("manifest invalid: media type is not supported", done.stderr, 1, true)
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
