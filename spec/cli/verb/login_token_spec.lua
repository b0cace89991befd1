--- `manifest login` at a real registry with a token server: what is kept is what that server takes back.

local base64 = require("manifest.core").base64
local dkjson = require "dkjson"
local helper_program = require "spec.support.inputs.helper_program"
local images = require "spec.support.inputs.images"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local registry_of = require "spec.support.servers.registry"
local temp = require "spec.support.temp"
local token_registry = require "spec.support.servers.token_registry"

local USER, PASSWORD = token_registry.writer.username, token_registry.writer.password
local IDENTITY = "refresh-" .. PASSWORD

describe("manifest login at a registry with a token server", function()
  if not registry_of.present() or not process.present("openssl") then
    pending("needs docker-registry and openssl")
    return
  end

  local folder

  setup(function()
    local open = registry_of.start()
    images.push(open, { { repository = "private/app", tag = "1", platform = { os = "linux", architecture = "arm" } } })
    open:stop()
    folder = open.folder
  end)

  --- The registry, whose token server gives OFFLINE as identity token, and how that was asked since the last call.
  local function start(offline)
    local place = token_registry.start { folder = folder, offline = offline }
    finally(function()
      place:stop()
    end)
    return place.registry, function()
      local list = {}
      for index, one in ipairs(place:asked()) do
        list[index] = one.grant ~= "" and one.grant or one.method
      end
      place:forget()
      return list
    end
  end

  local function login(world, registry, password)
    return world { "login", "-u", USER, "--password-stdin", registry.address, input = password or PASSWORD }
  end

  local function entry_of(world, registry)
    local text = temp.read(world.folder .. "/config.json")
    return text and dkjson.decode(text).auths[registry.address]
  end

  it("keeps the password where there is no identity token, and it serves", function()
    local registry, asked = start()
    local world = ours.new()
    local done = login(world, registry)
    assert.equal(0, done.status, done.stderr)
    assert.matches("the password is kept unencrypted", done.stderr)
    assert.same({ "GET" }, asked())
    assert.same({ auth = base64.encode(USER .. ":" .. PASSWORD) }, entry_of(world, registry))
    assert.equal(0, world({ "digest", registry.address .. "/private/app:1" }).status)
    assert.equal(1, ours.new()({ "digest", registry.address .. "/private/app:1" }).status)
  end)

  it("keeps the identity token that it gives instead of the password, as docker does, and it serves", function()
    local registry, asked = start(IDENTITY)
    local world = ours.new()
    local done = login(world, registry)
    assert.equal(0, done.status, done.stderr)
    assert.matches("the identity token is kept unencrypted", done.stderr)
    assert.is_nil((done.stdout .. done.stderr):find(PASSWORD, 1, true))
    assert.same({ "GET", "refresh_token" }, asked())
    assert.same({ auth = base64.encode(USER .. ":"), identitytoken = IDENTITY }, entry_of(world, registry))
    done = world { "digest", registry.address .. "/private/app:1" }
    assert.equal(0, done.status, done.stderr)
    assert.same({ "refresh_token" }, asked())
    assert.equal(0, world({ "logout", registry.address }).status)
    assert.is_nil(entry_of(world, registry))
  end)

  it("hands an identity token to a helper as one", function()
    local registry = start(IDENTITY)
    local helper = helper_program.new "spec"
    local world = ours.new { config = '{"credsStore":"spec"}', env = { PATH = helper.path } }
    local done = login(world, registry)
    assert.equal(0, done.status, done.stderr)
    assert.equal(('{"ServerURL":"%s","Username":"<token>","Secret":"%s"}'):format(registry.address, IDENTITY),
      temp.read(helper.store .. "/" .. registry.address:gsub("%W", "_")))
    assert.equal(0, world({ "digest", registry.address .. "/private/app:1" }).status)
  end)

  it("keeps the password where the identity token is not taken back", function()
    local registry = start("canary-of-no-use")
    local world = ours.new()
    assert.equal(0, login(world, registry).status)
    assert.same({ auth = base64.encode(USER .. ":" .. PASSWORD) }, entry_of(world, registry))
    assert.equal(0, world({ "digest", registry.address .. "/private/app:1" }).status)
  end)

  it("keeps nothing that the token server refuses", function()
    local registry = start(IDENTITY)
    local world = ours.new()
    local done = login(world, registry, "canary-wrong")
    assert.equal(1, done.status)
    assert.matches("token server 127.0.0.1:%d+ answered 401", done.stderr)
    assert.is_nil(done.stderr:find("canary-wrong", 1, true))
    assert.is_nil(temp.read(world.folder .. "/config.json"))
  end)

  it("lets docker use what it kept", function()
    local docker = require "spec.support.worlds.docker"
    if not docker.present() then
      return pending("needs docker")
    end
    local registry = start(IDENTITY)
    local world = ours.new()
    assert.equal(0, login(world, registry).status)
    local done = docker.new { folder = world.folder } { "manifest", "inspect", "--insecure",
      registry.address .. "/private/app:1" }
    assert.equal(0, done.status, done.stderr)
  end)
end)
