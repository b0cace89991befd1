--- The option --timeout: how long a command waits for one request.

local ours = require "spec.support.worlds.ours"
local scripted = require "spec.support.servers.scripted"

describe("--timeout", function()
  local function run(answer, words)
    local server = scripted.start { exchanges = { { answer = answer } } }
    finally(function()
      server:stop()
    end)
    words[#words + 1] = server.address.a .. "/app:1"
    return ours.new()(words), server
  end

  it("ends a request that gets no answer", function()
    local done, server = run({ { sleep = 30 }, { status = 200 } }, { "get", "--timeout", "1" })
    assert.equal(1, done.status)
    assert.matches(server.address.a .. ": not done in 1 seconds", done.stderr, 1, true)
  end)

  it("ends a body that flows too slowly", function()
    local done = run({ { status = 200, body = "{", length = 100 }, { sleep = 30 } }, { "get", "--timeout=1" })
    assert.equal(1, done.status)
    assert.matches("not done in 1 seconds", done.stderr, 1, true)
  end)

  it("must be a number of seconds", function()
    for _, value in ipairs { "0", "-1", "x", "1.5" } do
      local done = ours.new() { "get", "--timeout=" .. value, "registry.example/app:1" }
      assert.equal(125, done.status, done.stderr)
    end
  end)
end)
