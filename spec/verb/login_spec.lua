--- What login and logout change for the client that does them; spec/cli/login_spec.lua has the rest.

local helper_program = require "spec.support.inputs.helper_program"
local manifest = require "manifest"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local SCRIPT = [[
local manifest = require "manifest"
local registry, folder = ...
local client <close> = manifest.client { config = folder }
local function try()
  print(select(2, client:digest(registry .. "/app:1")).code)
end
try()
assert(client:login { registry = registry, username = "me", password = "secret" })
try()
assert(client:logout(registry))
try()
]]

describe("a client uses what it logged in with, though it had found none before, until it logs out:", function()
  local server

  setup(function()
    server = registry.start { users = { me = "secret" } }
  end)

  teardown(function()
    server:stop()
  end)

  for case, config in pairs { ["a file"] = "{}", ["a helper"] = '{"credsStore":"spec"}' } do
    it("kept by " .. case, function()
      local folder = temp.folder("config")
      temp.file(config, folder .. "/config.json")
      local done = process.run { "lua5.4", temp.file(SCRIPT), server.address, folder, preload = true,
        env = { PATH = helper_program.new("spec").path, LUA_PATH = package.path, LUA_CPATH = package.cpath } }
      assert.equal("unauthorized\nnot_found\nunauthorized\n", done.stdout, done.stderr)
    end)
  end
end)

describe("a login that is refused", function()
  for status, hint in pairs { [404] = "is no registry", [405] = "is no registry", [403] = "this account may use the",
    [500] = "try again later" } do
    it(("says what to do about %d"):format(status), function()
      local server = scripted.start { exchanges = { { answer = { status = status } } } }
      local folder = temp.folder("config")
      local client <close> = manifest.client { config = folder }
      local _, err = client:login { registry = server.address.a, username = "me", password = "secret" }
      server:stop()
      assert.equal(status, err.status)
      assert.matches(hint, err.hint, 1, true)
      assert.is_nil(temp.read(folder .. "/config.json"))
    end)
  end
end)
