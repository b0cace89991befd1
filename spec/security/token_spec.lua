--- Tokens through real requests: when they are fetched, how, and how long they are used.

local canary = require "spec.support.asserts.canary"
local challenger = require "spec.support.servers.challenger"
local requests = require "spec.support.worlds.requests"

local function stage(challenges, options)
  local made = challenger.start(challenges, options)
  finally(made.stop)
  return made
end

local TOKEN = '{"token":"%s","expires_in":300}'
local REALM = "${a}/token"
local BEARER = ('Bearer realm="%s",service="s"'):format(REALM)

describe("tokens", function()
  it("are fetched once for requests at the same time, and used again", function()
    local made = stage { BEARER }
    local list = {}
    for index = 1, 8 do
      list[index] = made.request()
    end
    for _, outcome in ipairs(requests.all(made.engine, list)) do
      assert.equal(200, outcome[1] and outcome[1].status)
    end
    assert(made.get())
    assert.equal(1, #made.seen("^/token"))
    assert.equal(9 + 1, #made.seen("^/v2/"))
  end)

  it("are asked for anonymously without credentials", function()
    local made = stage({ BEARER }, { anonymous = true })
    assert(made.get())
    local asked = made.seen("^/token")[1]
    assert.is_nil(asked.header.authorization)
    assert.not_matches("account", asked.target, 1, true)
  end)

  it("are not shared between two users of one token server", function()
    local made = stage({ BEARER }, { ask = true })
    local users = { x = "one", y = "two" }
    for name, user in pairs(users) do
      assert(made.get({ registry = made.server.address.a, repository = name, scopes = { "repository:app:pull" } },
        function(login)
          assert.equal(name, login.repository)
          return { username = user, password = "p" .. user }
        end))
    end
    local asked = made.seen("^/token")
    assert.equal(2, #asked)
    assert.are_not.equal(asked[1].header.authorization, asked[2].header.authorization)
  end)

  it("of one scope do not serve another", function()
    local made = stage { BEARER }
    assert(made.get())
    assert(made.get { scopes = { "repository:other:pull" } })
    assert.equal(2, #made.seen("^/token"))
  end)

  it("for two repositories are asked for in one", function()
    local made = stage { BEARER }
    assert(made.get { scopes = { "repository:app:pull,push", "repository:from:pull" } })
    local target = made.seen("^/token")[1].target
    assert.matches("scope=repository%3Aapp%3Apull%2Cpush", target, 1, true)
    assert.matches("scope=repository%3Afrom%3Apull", target, 1, true)
  end)

  it("that were refused are fetched anew with what the registry demands, once", function()
    local made = stage({ BEARER .. ',scope="repository:app:delete",error="insufficient_scope"' },
      { granted = "^never" })
    local response, problem = made.get()
    assert.is_nil(response)
    assert.equal("denied", problem.code)
    assert.matches("the account may not do this in app", problem.message, 1, true)
    assert.is_true(#made.seen("^/token") <= 2)
    assert.is_true(#made.seen("^/v2/") <= 3)
    assert.matches("delete", made.seen("^/token")[1].target)
  end)

  it("are not fetched for ever when the registry demands more each time", function()
    local made = stage({ BEARER }, { granted = "^never", exchanges = function()
      local list = {}
      for index = 1, 6 do
        list[index] = { pattern = "^/v2/", times = 1, answer = { status = 401, headers = { { "WWW-Authenticate",
          ('%s,scope="repository:app:pull,more%d"'):format(BEARER, index) } } } }
      end
      return list
    end })
    local _, problem = made.get()
    assert.equal("unauthorized", problem.code)
    assert.equal(3, #made.seen("^/v2/"))
    local asked = made.seen("^/token")
    assert.equal(2, #asked)
    assert.matches("more2", asked[2].target, 1, true)
  end)

  it("are narrowed when the token server refuses the whole", function()
    local made = stage({ BEARER .. ',scope="repository:app:pull"' }, { exchanges = function()
      return { { path = "/token", pattern = "from", answer = { status = 401 } } }
    end })
    assert(made.get { scopes = { "repository:app:pull", "repository:from:pull" } })
    assert.is_nil(made.seen("^/token")[2].target:find("from", 1, true))
  end)

  it("of two names that differ are told of once, without showing them", function()
    local made = stage({ BEARER }, { exchanges = function(it)
      return { { path = "/token", answer = { status = 200,
        body = ('{"access_token":"%s","token":"%s-plain","expires_in":300}'):format(it.token, it.token) } } }
    end })
    assert(made.get())
    assert(made.get { scopes = { "repository:other:pull" } })
    assert.equal(2, #made.seen("^/token"))
    local warnings = made.engine:warnings()
    assert.equal(1, #warnings)
    assert.matches(made.server.address.a .. " gave two tokens that differ", warnings[1], 1, true)
    assert.same({}, canary.found(warnings[1], made.secrets))
    local sent = made.seen("^/v2/")
    assert.equal("Bearer " .. made.token, sent[#sent].header.authorization)
  end)

  it("expire", function()
    local made = stage({ BEARER }, { exchanges = function(it)
      local body = ('{"access_token":"%s","expires_in":1}'):format(it.token)
      return { { path = "/token", answer = { status = 200, body = body } } }
    end })
    assert(made.get())
    assert(made.get())
    assert.equal(1, #made.seen("^/token")) -- clamped to a minute
  end)

  for name, body in pairs {
    array = "[]", text = '"token"', empty = "", html = "<html>login</html>", errors = '{"errors":[{"code":"X"}]}',
    truncated = '{"token":"abc', number = '{"token":1}', blank = '{"token":""}', crlf = '{"token":"a\\r\\nX: y"}',
    space = '{"token":"a b"}', eight_bit = '{"token":"\xc3\xa9"}', long = '{"token":"' .. ("x"):rep(20000) .. '"}',
    nul = '{"token":"a\\u0000b"}',
  } do
    it("from an answer that is no token (" .. name .. ") are none", function()
      local made = stage({ BEARER }, { exchanges = function()
        return { { path = "/token", answer = { status = 200, body = body } } }
      end })
      local _, problem = made.get()
      assert.equal("unauthorized", problem.code)
      assert.matches("did not return a token", problem.message)
    end)
  end

  it("from an endless answer are none", function()
    local made = stage({ BEARER }, { exchanges = function()
      return { { path = "/token", answer = { { status = 200, body = "{", chunked = true, open = true },
        { endless = (" "):rep(4096) } } } }
    end })
    local _, problem = made.get()
    assert.equal("too_large", problem.code)
  end)

  for _, expires in ipairs { "-1", "0", "1e99", '"300"', "null", "{}", '"x"' } do
    it("with expires_in " .. expires .. " are good for a while", function()
      local made = stage({ BEARER }, { exchanges = function(it)
        return { { path = "/token", answer = { status = 200,
          body = ('{"token":"%s","expires_in":%s,"issued_at":"1970-01-01T00:00:00Z"}'):format(it.token, expires) } } }
      end })
      assert(made.get())
      assert(made.get())
      assert.equal(1, #made.seen("^/token"))
    end)
  end

  it("are refused in the token server's words, of which no secret is shown", function()
    for body, words in pairs {
      ['{"details":"incorrect username or password"}'] = "incorrect username or password",
      ['{"errors":[{"code":"DENIED","message":"the account is locked"}]}'] = "the account is locked",
      ['{"message":"two\\nlines"}'] = "two lines",
      ['{"error":"invalid_grant","error_description":"expired"}'] = "expired",
      ['{"details":["x"],"errors":[],"message":7}'] = false, ["<html>"] = false, [""] = false,
    } do
      local made = stage({ BEARER }, { exchanges = function()
        return { { path = "/token", answer = { status = 401, body = body } } }
      end })
      local _, problem = made.get()
      local wanted = ("answered 401: unauthorized%s"):format(words and ": " .. words or "")
      assert.equal(wanted, problem.message:match("answered .*$"), body)
    end
    for status, words in pairs { [401] = "Unauthorized", [403] = "access is denied" } do -- who says it is not repeated
      local made = stage({ BEARER }, { exchanges = function()
        return { { path = "/token", answer = { status = status, body = ('{"message":"%s"}'):format(words) } } }
      end })
      local _, problem = made.get()
      assert.equal(("answered %d: %s"):format(status, words), problem.message:match("answered .*$"))
    end
    local made = stage({ BEARER }, { exchanges = function(it)
      return { { path = "/token", answer = { status = 403,
        body = ('{"details":"no %s; %s"}'):format(it.password, ("\195\164"):rep(200)) } } }
    end })
    local _, problem = made.get() -- which looks for the secrets
    assert.equal("denied", problem.code)
    assert.matches("answered 403: denied: no %*+; ", problem.message)
    assert.is_truthy(utf8.len(problem.message))
  end)

  it("are fetched again when the token server hiccups, and not for ever", function()
    local made = stage({ BEARER }, { exchanges = function()
      return { { path = "/token", times = 2, answer = { status = 503 } } }
    end })
    assert(made.get())
    made = stage({ BEARER }, { exchanges = function()
      return { { path = "/token", answer = { { reset = true } } } }
    end })
    local _, problem = made.get()
    assert.equal("network", problem.code)
    assert.is_true(#made.seen("^/token") <= 4) -- three, and one that libcurl sends again on a fresh connection
  end)

  it("are not blamed when the registry offers only what nobody here knows", function()
    local made = stage({ "Digest realm=x,nonce=y", "Negotiate" })
    local _, problem = made.get()
    assert.equal("unauthorized", problem.code)
    assert.matches("no way to authenticate that is known here (it offers: digest, negotiate)", problem.message, 1, true)
    assert.equal(1, #made.seen("."))
  end)

  it("are not blamed when what the registry offers can be no challenge", function()
    local made = stage({ 'Bearer realm="https://a b/",service="s"' })
    local _, problem = made.get()
    assert.equal("unauthorized", problem.code)
    assert.matches("no way to authenticate that is known here (its 401 does not say how to log in)", problem.message, 1,
      true)
    assert.equal(1, #made.seen("."))
  end)

  it("that the token server does not give now are an error of its own, soon when it asks for a long wait", function()
    for _, case in ipairs { { 503, "network", 3 }, { 429, "rate_limited", 10 }, { 429, "rate_limited", 1, "3600" },
      { 503, "network", 3, "0" }, { 403, "denied", 2 } } do
      local headers = case[4] and { { "Retry-After", case[4] } } or nil
      local made = stage({ BEARER }, { exchanges = function()
        return { { path = "/token", answer = { status = case[1], headers = headers } } }
      end })
      local _, problem = made.get()
      assert.equal(case[2], problem.code)
      assert.equal(case[1], problem.status)
      assert.equal(case[1] ~= 403, problem.retryable or false)
      assert.equal(case[3], #made.seen("^/token"))
    end
  end)

  it("follow redirects on the token server's own origin alone", function()
    local made
    for _, scheme in ipairs { "http:", "https:" } do -- asked over TLS, it turns out to speak plain HTTP
      made = stage({ BEARER }, { exchanges = function(it)
        return { { path = "/token", answer = { status = 307, headers = { { "Location", "/token2" } } } },
          { path = "/token2", answer = { status = 200, body = TOKEN:format(it.token) } } }
      end })
      assert(made.get { url = (made.request().url:gsub("^http:", scheme)) })
      assert.equal("Basic " .. made.basic, made.seen("^/token2")[1].header.authorization)
    end
    for _, location in ipairs { "${b}/token", "/token" } do
      made = stage({ BEARER }, { exchanges = function()
        return { { path = "/token", answer = { status = 302, headers = { { "Location", location } } } } }
      end })
      local _, problem = made.get()
      assert.equal("redirect", problem.code)
      assert.equal(0, #made.server:requests("b"))
      assert.is_true(#made.seen("^/token") <= 4)
    end
  end)

  it("by identity token are asked for with POST", function()
    local identity = canary.secret("identity")
    local made = stage({ BEARER }, { entry = function()
      return ('{"auth":"%s","identitytoken":"%s"}'):format(canary.basic("00000000-0000-0000-0000-000000000000", ""),
        identity)
    end })
    assert(made.get())
    local asked = made.seen("^/token")[1]
    assert.equal("POST", asked.method)
    assert.matches("grant_type=refresh_token", asked.body, 1, true)
    assert.matches("refresh_token=" .. identity, asked.body, 1, true)
    assert.is_nil(asked.header.authorization)
    assert.is_nil(asked.target:find(identity, 1, true))
  end)

  for _, status in ipairs { 404, 405 } do
    it(("by GET that answers %d are asked for with POST"):format(status), function()
      local made = stage({ BEARER }, { exchanges = function()
        return { { path = "/token", method = "GET", answer = { status = status } } }
      end })
      assert(made.get())
      local asked = made.seen("^/token")[2]
      assert.equal("POST", asked.method)
      assert.matches("grant_type=password", asked.body, 1, true)
      assert.matches("password=" .. made.password, asked.body, 1, true)
    end)
  end

  it("of the registry's own kind are sent as they are", function()
    local registry_token = canary.secret("registrytoken")
    local made = stage({ BEARER }, { entry = function()
      return ('{"registrytoken":"%s"}'):format(registry_token)
    end })
    assert(made.get())
    assert.equal(0, #made.seen("^/token"))
    local sent = made.seen("^/v2/")
    assert.equal("Bearer " .. registry_token, sent[#sent].header.authorization)
  end)

  it("that are refused end in an error that tells the registry's words and the places", function()
    local made = stage({ BEARER }, { granted = "^never" })
    local _, problem = made.get()
    assert.equal("unauthorized", problem.code)
    assert.matches("not accepted", problem.message)
    assert.matches("UNAUTHORIZED", problem.response.body)
    assert.is_true(#made.seen("^/token") <= 2)
  end)
end)
