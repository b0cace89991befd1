--- `manifest login` and `logout` against a real registry and a real helper.

local base64 = require("manifest.core").base64
local block = require "spec.support.block"
local helper_program = require "spec.support.inputs.helper_program"
local lfs = require "lfs"
local ours = require "spec.support.worlds.ours"
local registry_of = require "spec.support.servers.registry"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local PASSWORD = "canary-login-51c0"

describe("manifest login", function()
  if not registry_of.present() then
    pending("needs docker-registry")
    return
  end

  local registry = block.registry { users = { me = PASSWORD } }

  local function login(world, password, more)
    local arguments = { "login", "-u", "me", "--password-stdin", registry.address, input = password }
    for name, value in pairs(more or {}) do
      arguments[name] = value
    end
    return world(arguments)
  end

  local function assert_secret_free(done)
    assert.is_nil((done.stdout .. done.stderr):find("canary", 1, true))
  end

  local function config_of(world)
    return temp.read(world.folder .. "/config.json")
  end

  it("keeps what the registry accepted in config.json, as docker writes it", function()
    local world = ours.new()
    local done = login(world, PASSWORD .. "\n")
    assert.equal(0, done.status, done.stderr)
    assert.equal("Login Succeeded\n", done.stdout)
    assert.matches("kept unencrypted in " .. world.folder, done.stderr, 1, true)
    assert_secret_free(done)
    assert.equal(('{\n\t"auths": {\n\t\t"%s": {\n\t\t\t"auth": "%s"\n\t\t}\n\t}\n}'):format(registry.address,
      base64.encode("me:" .. PASSWORD)), config_of(world))
    assert.equal("rw-------", lfs.attributes(world.folder .. "/config.json", "permissions"))
    for name in lfs.dir(world.folder) do
      assert.is_true(name == "." or name == ".." or name == "config.json", name)
    end
    assert.equal(1, world({ "inspect", registry.address .. "/none/x:1" }).status)
    assert.matches("no such manifest", world({ "inspect", registry.address .. "/none/x:1" }).stderr)
  end)

  it("gives no warning with --quiet", function()
    local done = ours.new() { "login", "--quiet", "--username", "me", "--password-stdin", registry.address,
      input = PASSWORD }
    assert.same({ status = 0, stdout = "Login Succeeded\n", stderr = "" }, done)
  end)

  it("lets docker read what it wrote", function()
    local docker = require "spec.support.worlds.docker"
    if not docker.present() then
      pending("needs docker")
      return
    end
    local world = ours.new()
    assert.equal(0, login(world, PASSWORD).status)
    local done = docker.new { folder = world.folder } { "manifest", "inspect", "--insecure",
      registry.address .. "/none/x:1" }
    assert.matches("no such manifest", done.stderr)
  end)

  it("keeps nothing that the registry refuses", function()
    local world = ours.new { config = '{ "HttpHeaders": {} }' }
    local done = login(world, "canary-wrong")
    assert.equal(1, done.status)
    assert.matches("the credentials were not accepted", done.stderr)
    assert.matches("check the user name and the password", done.stderr)
    assert_secret_free(done)
    assert.equal('{ "HttpHeaders": {} }', config_of(world))
  end)

  it("leaves everything else in the file as it was", function()
    local before = '{\n\t"zeta": [1, 2.50, 1e3, "\\u00e9<&>"],\n\t"auths": {"a.example": {"auth": "eDp5", "other": {}},'
      .. ' "' .. registry.address .. '": {"auth":"b2xkOm9sZA==","identitytoken":"old"}, "b.example": {}},\n'
      .. '\t"HttpHeaders": {"X": "y"},\n\t"aliases": {}\n}\n'
    local world = ours.new { config = before }
    assert.equal(0, login(world, PASSWORD).status)
    assert.equal(('{\n\t"zeta": [\n\t\t1,\n\t\t2.50,\n\t\t1e3,\n\t\t"\\u00e9<&>"\n\t],\n\t"auths": {\n'
      .. '\t\t"a.example": {\n\t\t\t"auth": "eDp5",\n\t\t\t"other": {}\n\t\t},\n'
      .. '\t\t"%s": {\n\t\t\t"auth": "%s"\n\t\t},\n\t\t"b.example": {}\n\t},\n'
      .. '\t"HttpHeaders": {\n\t\t"X": "y"\n\t},\n\t"aliases": {}\n}'):format(registry.address,
      base64.encode("me:" .. PASSWORD)), config_of(world))
  end)

  it("finds what stands there in another case, as docker does, and edits no guess", function()
    local world = ours.new { config = ('{"AUTHS":{"a.example":{"auth":"eDp5"},"https://%s":{}}}'):format(
      registry.address) }
    assert.equal(0, login(world, PASSWORD).status)
    assert.equal(1, select(2, config_of(world):lower():gsub('"auths"', "")))
    assert.equal("no such manifest", world({ "inspect", registry.address .. "/none/x:1" }).stderr:match("^[^:]*"))
    assert.equal(0, world({ "logout", registry.address }).status)
    assert.equal('{\n\t"AUTHS": {\n\t\t"a.example": {\n\t\t\t"auth": "eDp5"\n\t\t}\n\t}\n}', config_of(world))
    local text = '{"AUTHS":{},"auths":{}}'
    world = ours.new { config = text }
    local done = login(world, PASSWORD)
    assert.equal(1, done.status)
    assert.matches('"AUTHS" and "auths" are one name to docker', done.stderr, 1, true)
    assert.equal(text, config_of(world))
  end)

  it("believes no page, and a registry whatever it says of its answer", function()
    local pages = { "<!DOCTYPE html><html>", "\xef\xbb\xbf\n <html>" }
    local fine = { "", "{}", "true" } -- the last is Quay's, as text/html
    for _, body in ipairs { pages[1], pages[2], table.unpack(fine) } do
      local portal = scripted.start { exchanges = { { path = "/v2/", answer = { status = 200, body = body,
        headers = { { "Content-Type", "text/html; charset=utf-8" } } } } } }
      local world = ours.new()
      local done = world { "login", "-u", "me", "--password-stdin", portal.address.a, input = PASSWORD }
      portal:stop()
      if body:find("<", 1, true) then
        assert.equal(1, done.status)
        assert.matches("answered GET /v2/ with a page, as no registry does", done.stderr, 1, true)
        assert.is_nil(config_of(world))
      else
        assert.equal(0, done.status, done.stderr)
      end
    end
    local named = scripted.start { exchanges = { { answer = { status = 200, body = "<registry/>",
      headers = { { "Docker-Distribution-Api-Version", "registry/2.0" } } } } } }
    assert.equal(0, ours.new() { "login", "-u", "me", "--password-stdin", named.address.a, input = "x" }.status)
    named:stop()
  end)

  it("follows a symbolic link and tightens the file's mode", function()
    local world, target = ours.new(), temp.path("elsewhere")
    temp.file("{}", target)
    assert(lfs.link(target, world.folder .. "/config.json", true))
    assert.equal(0, login(world, PASSWORD).status)
    assert.equal("link", lfs.symlinkattributes(world.folder .. "/config.json", "mode"))
    assert.matches(registry.address, temp.read(target), 1, true)
    assert.equal("rw-------", lfs.attributes(target, "permissions"))
  end)

  it("never writes over a file that it does not understand, and asks nothing before it knows", function()
    for _, text in ipairs { '{"auths": {', "[]", '{"auths": []}', '{"a":1,"a":2}', "\xef\xbb\xbf{}", "{} {}" } do
      local world = ours.new { config = text }
      registry:clear()
      for _, done in ipairs { login(world, PASSWORD), world({ "logout", registry.address }) } do
        assert.equal(1, done.status)
        assert.matches("config.json: ", done.stderr, 1, true)
        assert.matches("it was not changed", done.stderr)
      end
      assert.same({}, (registry:requests()))
      assert.equal(text, config_of(world))
    end
  end)

  it("stores through the helper for the registry, before the one for all", function()
    for _, config in ipairs { '{"credHelpers":{"%s":"spec"},"credsStore":"absent"}', '{"credsStore":"spec"}' } do
      local helper = helper_program.new "spec"
      config = config:format(registry.address)
      local old = config:gsub("^{", ('{"auths":{"https://%s":{"auth":"b2xkOm9sZA=="}},'):format(registry.address))
      local world = ours.new { config = old, env = { PATH = helper.path } }
      local done = login(world, PASSWORD)
      assert.equal(0, done.status, done.stderr)
      assert_secret_free(done)
      assert.equal("", done.stderr)
      assert.is_nil(config_of(world):find("auth\":", 1, true))
      assert.matches(('"%s": {}'):format(registry.address), config_of(world), 1, true)
      local key = registry.address:gsub("%W", "_")
      assert.equal(('{"ServerURL":"%s","Username":"me","Secret":"%s"}'):format(registry.address, PASSWORD),
        temp.read(helper.store .. "/" .. key))
      assert.matches("no such manifest", world({ "inspect", registry.address .. "/none/x:1" }).stderr)

      done = world { "logout", registry.address }
      assert.equal("Removing login credentials for " .. registry.address .. "\n", done.stdout)
      assert.is_nil(temp.read(helper.store .. "/" .. key))
      assert.matches('"auths": {}', config_of(world), 1, true)
      assert.equal("Not logged in to " .. registry.address .. "\n", world({ "logout", registry.address }).stdout)
    end
  end)

  it("fails when the helper fails, and does not fall back to the file", function()
    local bodies = {
      ["docker%-credential%-spec store: .*docker%-credential%-spec"] = false,
      ["ended with status 3: no keyring here"] = "echo no keyring here; exit 3",
      ["ended with status 1$"] = "cat; exit 1",
      ["killed by signal 9"] = "kill -9 $$",
    }
    for message, body in pairs(bodies) do
      local helper = body and helper_program.new("spec", body)
      local world = ours.new { config = '{"credsStore":"spec"}', env = helper and { PATH = helper.path } }
      local done = login(world, PASSWORD)
      assert.equal(1, done.status)
      assert.matches(message, done.stderr:match("^[^\n]*"))
      assert_secret_free(done)
      assert.equal('{"credsStore":"spec"}', config_of(world))
    end
    local world = ours.new { config = '{"credsStore":"../x"}' }
    local done = login(world, PASSWORD)
    assert.equal(1, done.status)
    assert.matches("not the name of a credential helper", done.stderr)
  end)

  it("logs out of every form of a registry's name and of nothing else", function()
    local world = ours.new { config = '{"auths":{"h.example":{"auth":"eDp5"},"https://h.example/v1/":{"auth":"eDp5"},'
      .. '"h.example/team":{"auth":"eDp5"},"h.example:5000":{"auth":"eDp5"},"https://index.docker.io/v1/":{},'
      .. '"docker.io":{"auth":"eDp5"}}}' }
    assert.equal("Removing login credentials for h.example\n", world({ "logout", "h.example" }).stdout)
    local text = config_of(world)
    assert.is_nil(text:find('"h.example"', 1, true))
    assert.is_nil(text:find('https://h.example', 1, true))
    assert.matches('"h.example/team": {\n', text, 1, true)
    assert.matches('"h.example:5000": {\n', text, 1, true)
    assert.equal("Removing login credentials for docker.io\n", world({ "logout" }).stdout)
    assert.is_nil(config_of(world):find("docker", 1, true))
    local empty = ours.new()
    assert.equal("Not logged in to docker.io\n", empty({ "logout" }).stdout)
    assert.is_nil(config_of(empty))
  end)

  it("takes the login out of the file, too, where the helper fails", function()
    local helper = helper_program.new("spec", "echo The specified item could not be found in the keychain.; exit 1")
    local world = ours.new { env = { PATH = helper.path },
      config = '{"credsStore":"spec","auths":{"h.example":{"auth":"eDp5"}}}' }
    local done = world { "logout", "h.example" }
    assert.equal(1, done.status)
    assert.matches("could not be found in the keychain", done.stderr, 1, true)
    assert.is_nil(config_of(world):find("h.example", 1, true))
  end)

  it("says when something else comes before the login", function()
    local done = login(ours.new(), PASSWORD, { env = { DOCKER_AUTH_CONFIG = "{}" } })
    assert.equal(0, done.status)
    assert.matches("manifest: warning: DOCKER_AUTH_CONFIG is set", done.stderr, 1, true)
  end)

  it("refuses what it cannot use", function()
    local world = ours.new()
    local cases = {
      { { "login", "-u", "a:b", "--password-stdin", registry.address, input = "canary" }, "holds a ':'" },
      { { "login", "-u", "me", "--password-stdin", registry.address, input = "canary\1x" }, "control byte" },
      { { "login", "-u", "me", "--password-stdin", registry.address, input = "canary\0x" }, "holds a NUL" },
      { { "login", "-u", "me", "--password-stdin", registry.address, input = "" }, "no password on standard input" },
      { { "login", "-u", "me", "--password-stdin", registry.address, input = ("x"):rep(32769) }, "longer than" },
      { { "login", "-u", "me", "--password-stdin", registry.address, input = ("x"):rep(32768) }, "not accepted" },
      { { "login", "--password-stdin", registry.address, input = "canary" }, "needs --username" },
      { { "login", "-u", "me", registry.address }, "not a terminal" },
      { { "login", registry.address }, "not a terminal" },
      { { "login", "-u", "me", "--password-stdin", "http://h.example", input = "canary" }, "does not name a registry" },
      { { "login", "-u", "me", "--password-stdin", "u:canary@h.example", input = "x" }, "does not name a registry" },
      { { "login", "-u", "me", "--password-stdin", "nodot", input = "canary" }, "does not name a registry" },
      { { "logout", "a b" }, "does not name a registry" },
      { { "logout", "https://u:canary@h.example" }, "'h.example' does not name a registry" },
    }
    for index, case in ipairs(cases) do
      local done = world(case[1])
      assert.equal(1, done.status, index)
      assert.matches(case[2], done.stderr, 1, true)
      assert_secret_free(done)
      assert.is_nil(config_of(world))
    end
    for _, words in ipairs { { "-p", PASSWORD }, { "-p" .. PASSWORD }, { "--password", PASSWORD },
      { "--password=" .. PASSWORD } } do
      local done = world({ "login", table.unpack(words) })
      assert.equal(125, done.status)
      assert.matches("--password-stdin SERVER", done.stderr, 1, true)
      assert_secret_free(done)
    end
  end)

  it("has the same from Lua", function()
    local manifest, folder = require "manifest", temp.folder("docker")
    local client <close> = manifest.client { config = folder }
    local done = assert(client:login { registry = registry.address, username = "me", password = PASSWORD })
    assert.same({ registry = registry.address, file = folder .. "/config.json" }, done)
    local nothing, err = client:login { registry = registry.address, username = "me", password = "canary-wrong" }
    assert.is_nil(nothing)
    assert.equal("unauthorized", err.code)
    assert.is_nil(tostring(err):find("canary", 1, true))
    assert.same({ registry = registry.address, removed = 1 }, assert(client:logout(registry.address)))
    assert.has_error(function()
      client:login { registry = registry.address, username = "me" }
    end, "login: option 'password' is needed")
  end)

  it("makes the folder, for its owner alone", function()
    local world = ours.new()
    local folder = world.folder .. "/new/docker"
    local done = login(world, PASSWORD, { env = { DOCKER_CONFIG = folder } })
    assert.equal(0, done.status, done.stderr)
    assert.equal("rwx------", lfs.attributes(folder, "permissions"))
    assert.is_string(temp.read(folder .. "/config.json"))
    local elsewhere = temp.folder("cwd")
    done = login(world, PASSWORD, { env = { DOCKER_CONFIG = "relative" }, cwd = elsewhere })
    assert.equal(0, done.status, done.stderr)
    assert.is_string(temp.read(elsewhere .. "/relative/config.json"))
    done = login(world, PASSWORD, { env = { DOCKER_CONFIG = "/proc/none" } }) -- where not even root may make one
    assert.equal(1, done.status)
    assert.matches("cannot make the folder /proc/none", done.stderr, 1, true)
    assert_secret_free(done)
  end)

  it("sends the password over TLS that it trusts, or that it was told not to check", function()
    local certificates = require "spec.support.inputs.certificates"
    local authority = certificates.authority("ours")
    local certificate, key = authority:issue("server")
    local secure = registry_of.start { users = { me = PASSWORD }, tls = { certificate = certificate, key = key } }
    finally(function()
      secure:stop()
    end)
    local arguments = { "login", "-u", "me", "--password-stdin", secure.address, input = PASSWORD }
    local world = ours.new()
    local done = world(arguments)
    assert.equal(1, done.status)
    assert.matches("certificate", done.stderr)
    assert.is_nil(config_of(world))
    assert.same({}, (secure:requests()))
    arguments.env = { SSL_CERT_FILE = authority.certificate }
    assert.equal(0, world(arguments).status)
    arguments.env = nil
    table.insert(arguments, 2, "--insecure")
    assert.equal(0, ours.new()(arguments).status)
  end)

  it("does not lose an entry when many log in at once", function()
    local world, jobs = ours.new(), {}
    local process = require "spec.support.process"
    local others = {}
    for index = 1, 4 do
      others[index] = scripted.start { origins = { a = { address = "127.0.0." .. index } }, exchanges = {
        { path = "/v2/", answer = { status = 200 } } } }
      jobs[index] = world.command { "login", "-u", "me", "--password-stdin", others[index].address.a, input = "x" }
    end
    for _, done in ipairs(process.run_all(jobs)) do
      assert.equal(0, done.status, done.stderr)
    end
    for _, other in ipairs(others) do
      assert.matches(other.address.a, config_of(world), 1, true)
      other:stop()
    end
  end)
end)
