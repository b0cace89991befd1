--- What a registry repeats of any secret that it was sent is in no message, header or body that is shown.

local base64 = require("manifest.core").base64
local block = require "spec.support.block"
local dkjson = require "dkjson"
local requests = require "spec.support.worlds.requests"

local stage = block.each(requests.stage)

local PASSWORD = "canaryPassw0rd77"
local TOKEN = "tokentokentokentoken"
local SECRETS = { PASSWORD, TOKEN, base64.encode("me:" .. PASSWORD) }

--- How the registry lets the client in, before it gives its answer.
local SCHEMES = {
  Basic = { { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } } },
  Bearer = {
    { path = "/token", answer = { status = 200, body = ('{"token":"%s"}'):format(TOKEN) } },
    { answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token",service="x"' } } } },
  },
}

--- Asks a registry that lets `me` in and then gives this answer; everything that can be shown of it, as one text.
local function shown(scheme, answer, password)
  local exchanges = { { path = "/v2/x", headers = { Authorization = "." }, answer = answer } }
  table.move(SCHEMES[scheme], 1, #SCHEMES[scheme], #exchanges + 1, exchanges)
  local server, engine = stage(exchanges, { ask = true, insecure = true }, { a = {}, b = {} })
  local response, problem = requests.run(engine, { url = server.urls.a .. "/v2/x", registry = "r", attempts = 1 },
    function()
      return { username = "me", password = password or PASSWORD }
    end)
  response = response or problem.response
  if response then
    response.headers.location = nil -- followed, and in no result or error
  end
  return dkjson.encode({
    problem and { problem.message, problem.hint, problem.host } or {}, response and response.headers or {},
    response and response.repeated or {}, response and response.body or "", response and response.host or "",
    engine:warnings(),
  })
end

local WAYS = {
  ["in the words of an error"] = function(secret)
    return { status = 403, body = dkjson.encode { errors = { { code = "DENIED", message = "you sent " .. secret } } } }
  end,
  ["in the words of an error, as a login"] = function(secret)
    return { status = 403, body = "you are " .. base64.encode("someone:" .. secret) }
  end,
  ["in an HTML page"] = function(secret)
    return { status = 500, body = "<p>" .. secret:gsub(".", function(byte) return ("&#%d;"):format(byte:byte()) end) }
  end,
  ["in a Warning"] = function(secret)
    return { status = 403, headers = { { "Warning", '299 - "' .. secret .. '"' } } }
  end,
  ["in a header of a success"] = function(secret)
    return { status = 200, body = "x", headers = { { "X-You-Are", secret }, { "X-You-Are", secret:upper() } } }
  end,
  ["in the name of an encoding"] = function(secret)
    return { status = 200, body = "x", headers = { { "Content-Encoding", ("x"):rep(20) .. secret } } }
  end,
  ["in a challenge"] = function(secret)
    return { status = 401, headers = { { "WWW-Authenticate", secret .. ' realm="x"' },
      { "WWW-Authenticate", 'Other realm="' .. secret .. '"' } } }
  end,
  ["in the name of a host"] = function(secret)
    return { status = 307, headers = { { "Location", "http://" .. secret:lower() .. ".invalid/" } } }
  end,
}

for scheme in pairs(SCHEMES) do
  for name, answer in pairs(WAYS) do
    it(("a secret is not shown that was sent as %s and comes back %s"):format(scheme, name), function()
      for _, secret in ipairs(SECRETS) do
        local text = shown(scheme, answer(secret))
        if scheme == "Bearer" or secret ~= TOKEN then -- what was never sent may be said
          assert.is_nil(text:lower():find(secret:lower(), 1, true), text)
        end
      end
    end)
  end
end

it("our own words stay whole when a password is one of them", function()
  local text = shown("Basic", { status = 200, headers = { { "Content-Encoding", "answer" } } }, "answer")
  assert.matches("the answer is encoded %(%*%*%*%*%*%*%)", text)
end)

it("a redirect is followed whatever its URL has of the password", function()
  local exchanges = {
    { origin = "b", answer = { status = 200, body = "x" } },
    { headers = { Authorization = "." }, answer = { status = 307, headers = { { "Location", "${b}/127.0.0.1" } } } },
    SCHEMES.Basic[1],
  }
  local server, engine = stage(exchanges, { ask = true, insecure = true }, { a = {}, b = { address = "127.0.0.1" } })
  local response, problem = requests.run(engine, { url = server.urls.a .. "/v2/x", registry = "r", attempts = 1 },
    function()
      return { username = "me", password = "127.0.0.1" }
    end)
  assert(response, problem and problem.message)
  assert.equal("x", response.body)
end)
