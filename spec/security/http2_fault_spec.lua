--- What an HTTP/2 server may do to a request that one of HTTP/1.1 cannot: refuse its stream, break it alone, or say
--- that a connection takes no more.

local certificates = require "spec.support.inputs.certificates"
local process = require "spec.support.process"
local requests = require "spec.support.worlds.requests"
local temp = require "spec.support.temp"

if not (process.present("python3") and process.present("openssl")) then
  pending("needs python3 and openssl")
  return
end

local authority, certificate, key

setup(function()
  authority = certificates.authority()
  certificate, key = authority:issue("server")
end)

--- Starts a server whose requests meet these actions, one after the other (spec/support/programs/http2_server.py).
---@return table engine
---@return string url
---@return function seen () -> list of {connection, action, size of the body}
local function stage(actions)
  local server = process.start { "python3", "spec/support/programs/http2_server.py", certificate, key,
    table.unpack(actions) }
  local port = assert(process.wait_for(function()
    return server:output():match("^(%d+)\n")
  end), "the server did not start")
  local engine = requests.engine { ca_file = authority.certificate }
  finally(function()
    engine:close()
    server:stop()
  end)
  return engine, ("https://127.0.0.1:%s/v2/"):format(port), function()
    local list = {}
    for connection, action, size in server:output():gmatch("(%d+) %d+ (%a+) (%d+)\n") do
      list[#list + 1] = { connection = connection, action = action, size = tonumber(size) }
    end
    return list
  end
end

local BODY = ("0123456789abcdef"):rep(16384)

describe("an HTTP/2 server that answers with", function()
  for _, fault in ipairs { "refuse", "reset", "half", "goaway", "close" } do
    for method, body in pairs { GET = false, PUT = BODY } do
      it(("%s to %s is asked again"):format(fault, method), function()
        local engine, url, seen = stage { "ok", fault, fault, "ok" }
        for _ = 1, 2 do
          local response, problem = requests.run(engine, { url = url, method = method, body = body or nil })
          assert.equal(200, response and response.status or problem.message)
          assert.equal("ok", response.body)
        end
        local list = seen()
        assert.equal("ok", list[#list].action)
        assert.equal(body and #body or 0, list[#list].size)
      end)
    end

    it(fault .. " for ever is given up", function()
      local engine, url, seen = stage { fault }
      local _, problem = requests.run(engine, { url = url })
      assert.equal("network", problem.code)
      assert.is_true(problem.retryable)
      assert.is_true(#seen() <= 5 * 6) -- one that is refused was not looked at: libcurl sends it again by itself
    end)
  end

  for _, fault in ipairs { "refuse", "goaway", "last", "reset" } do
    it(fault .. " to some of many at once is asked again for those", function()
      local engine, url, seen = stage { "ok", "ok", fault, "ok", fault, "ok" }
      local path, list = temp.file(BODY), {}
      for index = 1, 12 do
        list[index] = index % 2 == 0 and { url = url, method = "PUT", body_file = path } or { url = url }
      end
      for _, outcome in ipairs(requests.all(engine, list)) do
        assert.equal(200, outcome[1] and outcome[1].status or outcome[2].message)
      end
      assert.is_true(#seen() >= 12)
    end)
  end

  it("the last answer of a connection is asked on another", function()
    local engine, url, seen = stage { "last", "ok" }
    for _ = 1, 3 do -- twice where the request is on its way when it is said that the connection takes no more
      assert.equal(200, assert(requests.run(engine, { url = url, attempts = 2 })).status)
    end
    local list = seen()
    assert.is_true(#list >= 3)
    for position, one in ipairs(list) do
      assert.equal(position == 1, one.connection == "1")
    end
  end)
end)
