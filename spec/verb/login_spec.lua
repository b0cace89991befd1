--- What login and logout change for the client that does them; spec/cli/login_spec.lua has the rest.

local helper_program = require "spec.support.inputs.helper_program"
local process = require "spec.support.process"
local registry = require "spec.support.servers.registry"
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
