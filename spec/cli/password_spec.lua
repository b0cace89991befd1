--- The password prompt on a real terminal: nothing typed is shown, and the terminal is as it was on every way out.

local block = require "spec.support.block"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"
local terminal = require "spec.support.worlds.terminal"

local PASSWORD = "canary-typed-77"

describe("the password prompt", function()
  if not process.present("python3") then
    pending("needs python3")
    return
  end

  local server = block.scripted { exchanges = {
    { path = "/v2/", headers = { Authorization = "^Basic " }, answer = { status = 200, body = "{}" } },
    { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } } } }

  local function login(steps, ...)
    local world = ours.new()
    return terminal.run(world.command { "login", server.address.a, ... }, steps), world
  end

  it("reads user name and password, and shows the first alone", function()
    local done, world = login { { "Username: ", "me\n" }, { "Password: ", PASSWORD .. "\n" } }
    assert.equal(0, done.status, done.shown)
    assert.matches("Login Succeeded", done.shown)
    assert.is_nil(done.shown:find("canary", 1, true))
    assert.same({ true, false }, done.during)
    assert.is_true(done.echo)
    local sent = server:requests()
    assert.equal("Basic " .. require("manifest.core").base64.encode("me:" .. PASSWORD),
      sent[#sent].header.authorization)
    assert.matches(server.address.a, temp.read(world.folder .. "/config.json"), 1, true)
  end)

  it("sets the terminal back when a signal ends it", function()
    for name, status in pairs { SIGINT = 130, SIGTERM = 143, SIGHUP = 129, SIGQUIT = 131 } do
      local done, world = login({ { "Password: ", "canary-half" }, { "", false, name } }, "-u", "me")
      assert.equal(status, done.status, name .. ": " .. done.shown)
      assert.is_true(done.echo, name)
      assert.is_nil(done.shown:find("canary", 1, true))
      assert.is_nil(temp.read(world.folder .. "/config.json"))
    end
  end)

  it("takes the interrupt key, and the end of input, as no", function()
    local done = login({ { "Password: ", "canary\3" } }, "-u", "me")
    assert.equal(130, done.status, done.shown)
    assert.is_true(done.echo)
    done = login({ { "Password: ", "\4" } }, "-u", "me")
    assert.equal(1, done.status)
    assert.matches("the input ended", done.shown)
    assert.is_true(done.echo)
    done = login({ { "Password: ", "\n" } }, "-u", "me")
    assert.matches("a password is required", done.shown)
    done = login { { "Username: ", "\n" } }
    assert.matches("a user name is required", done.shown)
  end)
end)
