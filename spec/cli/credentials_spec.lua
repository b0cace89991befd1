--- Credentials as the command finds and uses them: places, helpers, token servers; each failure is told, and never
--- answered with another entry's secret.

local base64 = require("manifest.core").base64
local block = require "spec.support.block"
local dkjson = require "dkjson"
local helper_program = require "spec.support.inputs.helper_program"
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local SECRET = "canary-cred-e4"
local DIGEST = "sha256:" .. ("cd"):rep(32)
local HEADERS = { { "Docker-Content-Digest", DIGEST } }

local function auths(entries, more)
  local document = more or {}
  document.auths = {}
  for name, login in pairs(entries) do
    document.auths[name] = { auth = base64.encode(login) }
  end
  return dkjson.encode(document)
end

describe("credentials of the command", function()
  local server = block.scripted { exchanges = {
    { headers = { Authorization = "^Basic " .. base64.encode("me:" .. SECRET) },
      answer = { status = 200, headers = HEADERS } },
    { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } } } }

  local function digest(world)
    return world { "digest", server.address.a .. "/team/app:1" }
  end

  local function assert_done(done)
    assert.equal(0, done.status, done.stderr)
    assert.equal(DIGEST .. "\n", done.stdout)
  end

  it("come from each documented place", function()
    local config = auths { [server.address.a] = "me:" .. SECRET }
    assert_done(digest(ours.new { config = config }))
    assert_done(digest(ours.new { env = { DOCKER_AUTH_CONFIG = config } }))
    assert_done(digest(ours.new { env = { REGISTRY_AUTH_FILE = temp.file(config) } }))
    local podman = temp.folder("podman")
    assert(lfs.mkdir(podman .. "/containers"))
    temp.file(config, podman .. "/containers/auth.json")
    assert_done(digest(ours.new { env = { XDG_RUNTIME_DIR = podman } }))
    assert_done(digest(ours.new { env = { XDG_CONFIG_HOME = podman } }))
    local helper = helper_program.new("spec",
      ('cat >/dev/null; echo \'{"Username":"me","Secret":"%s"}\''):format(SECRET))
    for _, text in ipairs { '{"credsStore":"spec"}', ('{"credHelpers":{"%s":"spec"}}'):format(server.address.a) } do
      assert_done(digest(ours.new { config = text, env = { PATH = helper.path } }))
    end
  end)

  it("are said to be missing, with every place that was looked at", function()
    local world = ours.new { env = { DOCKER_AUTH_CONFIG = "{}", XDG_RUNTIME_DIR = "/nonexistent" },
      config = '{"auths":{"other.example":{"auth":"' .. base64.encode("x:" .. SECRET) .. '"}}}' }
    local done = digest(world)
    assert.equal(1, done.status)
    assert.matches("credentials are needed and none were found (it offers: basic)", done.stderr, 1, true)
    for _, place in ipairs { "DOCKER_AUTH_CONFIG", world.folder .. "/config.json",
      "/nonexistent/containers/auth.json (absent)", world.folder .. "/.config/containers/auth.json (absent)",
      world.folder .. "/.dockercfg (absent)" } do
      assert.matches(place, done.stderr, 1, true)
    end
    assert.is_nil(done.stderr:find("canary", 1, true))
  end)

  for _, status in ipairs { 401, 403 } do
    it(("are said to be missing when a token server answers %d to who has none"):format(status), function()
      local strict = scripted.start { exchanges = { { path = "/token", answer = { status = status } },
        { answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token"' } } } } } }
      finally(function()
        strict:stop()
      end)
      local world = ours.new { env = { XDG_RUNTIME_DIR = "/" .. ("long/"):rep(100) } }
      local done = world { "digest", strict.address.a .. "/team/app:1" }
      assert.equal(1, done.status)
      assert.matches(("credentials are needed and none were found (the token server %s answered %d: %s)")
        :format(strict.address.a, status, status == 401 and "unauthorized" or "denied"), done.stderr, 1, true)
      assert.matches("log in first; looked in: " .. world.folder .. "/config.json", done.stderr, 1, true)
      assert.matches(world.folder .. "/.dockercfg (absent)\n", done.stderr, 1, true)
      local client <close> = manifest.client { config = world.folder, credentials = function() end }
      local _, err = client:digest(strict.address.a .. "/team/app:1")
      assert.equal("unauthorized", err.code)
      assert.matches("looked in: the option 'credentials', " .. world.folder .. "/config.json", err.hint, 1, true)
    end)
  end

  it("that are refused are told apart from missing ones", function()
    local done = digest(ours.new { config = auths { [server.address.a] = "me:canary-old" } })
    assert.matches("the credentials were not accepted", done.stderr, 1, true)
    assert.matches("log in again; looked in:", done.stderr, 1, true)
    assert.is_nil(done.stderr:find("canary", 1, true))
  end)

  -- What a helper may come to, and what the warning says of it.
  local BROKEN_HELPERS = {
    { nil, "docker%-credential%-spec" },
    { "exit 1", "ended with status 1" },
    { "echo '{\"Secret\":\"canary-x\"'; exit 2", "ended with status 2" },
    { "echo canary-x", "not JSON" },
    { "kill -9 $$", "killed by signal 9" },
    { "echo '{\"Username\":\"me\"}'", "gave no secret" },
    { "head -c 70000 /dev/zero", "65536" },
  }

  local function broken_helper(case)
    return case[1] and helper_program.new("spec", "cat >/dev/null\n" .. case[1])
  end

  it("of a helper that is missing or fails are passed over, with a warning: the next place has them", function()
    for _, case in ipairs(BROKEN_HELPERS) do
      local helper = broken_helper(case)
      for _, more in ipairs {
        { credHelpers = { [server.address.a] = "spec" }, credsStore = "other" },
        { credHelpers = { [server.address.a] = "spec" } },
      } do
        local done = digest(ours.new { env = helper and { PATH = helper.path },
          config = auths({ [server.address.a] = "me:" .. SECRET }, more) })
        assert_done(done)
        assert.matches("^manifest: warning: [^\n]*" .. case[2] .. "[^\n]*; going on without it\n$", done.stderr)
        assert.is_nil((done.stdout .. done.stderr):find("canary", 1, true))
      end
    end
    for _, name in ipairs { "../x", "a/b", "-x", "x;id", "." } do
      local podman = temp.folder("podman")
      assert(lfs.mkdir(podman .. "/containers"))
      temp.file(auths { [server.address.a] = "me:" .. SECRET }, podman .. "/containers/auth.json")
      local world = ours.new { config = ('{"credsStore":"%s"}'):format(name), env = { XDG_RUNTIME_DIR = podman } }
      local done = digest(world)
      assert_done(done)
      assert.matches("not the name of a credential helper; going on without it", done.stderr, 1, true)
    end
  end)

  it("of a helper that fails are named in the 401 when nothing else has them, and a public image needs none", function()
    for _, case in ipairs(BROKEN_HELPERS) do
      local helper = broken_helper(case)
      local world = ours.new { env = helper and { PATH = helper.path }, config = '{"credsStore":"spec"}' }
      local before = #server:requests()
      local done = digest(world)
      assert.equal(1, done.status)
      assert.matches("unauthorized: authentication required", done.stderr, 1, true)
      assert.matches(world.folder .. "/config.json, docker-credential-spec (failed), ", done.stderr, 1, true)
      assert.matches("warning: [^\n]*" .. case[2], done.stderr)
      for index = before + 1, #server:requests() do
        assert.is_nil(server:requests()[index].header.authorization)
      end
    end
    local public = scripted.start { exchanges = { { answer = { status = 200, headers = HEADERS } } } }
    finally(function()
      public:stop()
    end)
    local done = ours.new { config = '{"credsStore":"spec"}' } { "digest", public.address.a .. "/team/app:1" }
    assert_done(done)
    assert.equal("", done.stderr) -- the helper was not even asked
  end)

  it("are not looked for in a helper of the working folder", function()
    local folder = temp.folder("cwd")
    temp.file("#!/bin/sh\ntouch ran\n", folder .. "/docker-credential-spec")
    os.execute("chmod 755 " .. folder .. "/docker-credential-spec")
    local world = ours.new { config = '{"credsStore":"spec"}', env = { PATH = ".:" .. os.getenv("PATH") } }
    local done = world { "digest", server.address.a .. "/team/app:1", cwd = folder }
    assert.equal(1, done.status)
    assert.is_nil(lfs.attributes(folder .. "/ran"))
  end)

  it("that are malformed are skipped with one warning that shows nothing of them", function()
    local broken = '{"auths":{"' .. server.address.a .. '":{"auth":"' .. SECRET .. '!"}},"x":"' .. SECRET .. '"'
    local good = auths { [server.address.a] = "me:" .. SECRET }
    local cases = {
      { env = { DOCKER_AUTH_CONFIG = broken }, config = good },
      { env = { REGISTRY_AUTH_FILE = temp.file(broken) }, config = good },
      { env = { REGISTRY_AUTH_FILE = "/nonexistent/canary-free" }, config = good },
      { env = { DOCKER_AUTH_CONFIG = broken .. "}" }, config = good },
    }
    for index, case in ipairs(cases) do
      local done = digest(ours.new(case))
      assert_done(done)
      local count = select(2, done.stderr:gsub("manifest: warning: ", ""))
      assert.equal(1, count, index .. done.stderr)
      assert.is_nil(done.stderr:find(SECRET, 1, true))
    end
    local world = ours.new { config = broken }
    local done = world { "create", server.address.a .. "/l:1", server.address.a .. "/a:1", server.address.a .. "/b:1" }
    assert.equal(1, select(2, done.stderr:gsub("manifest: warning: ", "")), done.stderr)
    assert.is_nil(done.stderr:find(SECRET, 1, true))
  end)

  it("has its warnings for Lua too", function()
    local folder = temp.folder("docker")
    temp.file("{", folder .. "/config.json")
    local client = manifest.client { config = folder }
    assert.same({}, client:warnings())
    client:digest(server.address.a .. "/team/app:1")
    assert.equal(1, #client:warnings())
    assert.matches(folder .. "/config.json", client:warnings()[1], 1, true)
    client:close()
    assert.equal(1, #client:warnings())
  end)
end)

describe("a token server that the user named", function()
  local function play(other)
    local origins = { a = {}, auth = { address = other } }
    local server = scripted.start { origins = origins, exchanges = {
      { origin = "auth", headers = { Authorization = "^Basic " }, answer = { status = 200,
        body = '{"token":"given"}' } },
      { origin = "a", headers = { Authorization = "^Bearer given$" }, answer = { status = 200, headers = HEADERS } },
      { origin = "a", answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${auth}/token"' } } } },
    } }
    finally(function()
      server:stop()
    end)
    return server
  end

  local function ask(server, pairs_of, same_domain)
    local client <close> = manifest.client { config = temp.folder("docker"), auth_hosts = pairs_of,
      same_domain = same_domain,
      credentials = { [server.address.a] = { username = "me", password = SECRET } } }
    return client:digest(server.address.a .. "/team/app:1")
  end

  it("may see the password, wherever it is", function()
    for _, address in ipairs { "127.0.0.1", "127.0.0.2" } do
      local server = play(address)
      assert.equal(DIGEST, ask(server, { server.address.a .. "=" .. server.address.auth }))
    end
  end)

  it("need not be named on another port of the registry's host, unless the client says so", function()
    local server = play("127.0.0.1")
    assert.equal(DIGEST, ask(server, nil))
    local seen = #server:requests("auth")
    assert.equal("untrusted_realm", select(2, ask(server, nil, false)).code)
    assert.equal(seen, #server:requests("auth"))
    assert.equal(DIGEST, ask(server, { server.address.a .. "=" .. server.address.auth }, false))
  end)

  it("is a stranger to the command, too, with --same-domain=false or the variable of that option", function()
    local server = play("127.0.0.1")
    local config = auths { [server.address.a] = "me:" .. SECRET }
    local function digest(env, ...)
      env.DOCKER_AUTH_CONFIG = config
      return ours.new { env = env } { "digest", server.address.a .. "/team/app:1", ... }
    end
    local done = digest({})
    assert.equal(DIGEST .. "\n", done.stdout, done.stderr)
    local seen = #server:requests("auth")
    for _, refused in ipairs { digest({}, "--same-domain=false"), digest({ MANIFEST_SAME_DOMAIN = "false" }) } do
      assert.equal(1, refused.status)
      assert.matches(server.address.auth, refused.stderr, 1, true)
    end
    assert.equal(seen, #server:requests("auth"))
    local named = server.address.a .. "=" .. server.address.auth
    assert.equal(0, digest({}, "--same-domain=false", "--auth-host", named).status)
  end)

  it("may not, without being named for this registry", function()
    local server = play("127.0.0.2")
    local wrong = { {}, { "other.example=" .. server.address.auth }, { server.address.auth .. "=" .. server.address.a },
      { server.address.a .. "=127.0.0.3" } }
    for _, pairs_of in ipairs(wrong) do
      local nothing, err = ask(server, pairs_of)
      assert.is_nil(nothing)
      assert.equal("untrusted_realm", err.code)
      assert.same({}, server:requests("auth"))
    end
  end)
end)
