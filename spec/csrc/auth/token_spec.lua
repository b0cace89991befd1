local auth = require("manifest.testing").auth
local base64 = require("manifest.core").base64

describe("testing.auth.token_response", function()
  local function token(body)
    return (auth.token_response(body) or {}).token
  end

  it("takes access_token before token, and says when they differ", function()
    assert.equal("a", token '{"access_token":"a"}')
    assert.equal("t", token '{"token":"t"}')
    assert.equal("t", token '{"token":"t","access_token":""}')
    assert.equal("t", token '{"token":"t","access_token":null}')
    assert.is_false(auth.token_response('{"token":"t","access_token":"t"}').differ)
    local both = auth.token_response '{"token":"t","access_token":"a"}'
    assert.equal("a", both.token)
    assert.is_true(both.differ)
  end)

  it("keeps a refresh token that is plain, and no other", function()
    assert.equal("r", auth.token_response('{"token":"t","refresh_token":"r"}').refresh_token)
    for _, bad in ipairs { '""', "1", "null", '"a b"', '"a\\nb"' } do
      assert.is_nil(auth.token_response('{"token":"t","refresh_token":' .. bad .. "}").refresh_token)
    end
  end)

  local secret = "canary-5f1c"
  local bad = {
    "", " ", "null", "[]", '"token"', "1", "{}", '{"token":""}', '{"token":null}', '{"token":1}', '{"token":["x"]}',
    '{"token":{}}', '{"Token":"x"}', '{"TOKEN":"x"}', '{"errors":[{"code":"DENIED"}]}', "<html>sign in</html>",
    '{"token":"x"', '{"token":"x"}}', '{"token":"x"} {"token":"y"}', '{"token":"x","token":"y"}',
      '\239\187\191{"token":"x"}',
    '{"token":"a b"}', '{"token":"a\\r\\nX: y"}', '{"token":"a\\u0000b"}', '{"token":"\195\169"}',
      '{"token":"a\\u007f"}',
    '{"token":"\\t"}', '{"token":"' .. ("x"):rep(16385) .. '"}', '{"other":"' .. secret .. '"}',
    '{"access_token":"' .. secret .. ' x"}', '{"refresh_token":"' .. secret .. '"}',
  }
  for _, body in ipairs(bad) do
    it(("rows 17, 18: refuses %q and does not show it"):format(body:sub(1, 40)), function()
      local found, problem = auth.token_response(body)
      assert.is_nil(found)
      assert.equal("unauthorized", problem.code)
      assert.truthy(problem.message:find("token server auth.example.com did not return a token", 1, true))
      assert.equal("auth.example.com", problem.host)
      assert.is_nil((problem.message .. (problem.hint or "")):find(secret, 1, true))
    end)
  end

  it("takes the longest token", function()
    assert.equal(16384, #token('{"token":"' .. ("x"):rep(16384) .. '"}'))
  end)

  local lifetimes = {
    { "", 60 }, { ',"expires_in":300', 300 }, { ',"expires_in":"300"', 300 }, { ',"expires_in":-1', 60 },
    { ',"expires_in":0', 60 }, { ',"expires_in":59', 60 }, { ',"expires_in":1e99', 86400 },
    { ',"expires_in":-1e99', 60 }, { ',"expires_in":100000', 86400 }, { ',"expires_in":null', 60 },
    { ',"expires_in":{}', 60 }, { ',"expires_in":[]', 60 }, { ',"expires_in":true', 60 }, { ',"expires_in":300.9',
      300 },
    { ',"expires_in":"abc"', 60 }, { ',"expires_in":""', 60 }, { ',"expires_in":"-5"', 60 },
    { ',"expires_in":"' .. ("9"):rep(400) .. '"', 86400 }, { ',"expires_in":300,"issued_at":"1970-01-01T00:00:00Z"',
      300 },
    { ',"expires_in":300,"issued_at":"2199-01-01T00:00:00Z"', 300 }, { ',"expires_in":300,"issued_at":7', 300 },
  }
  for _, case in ipairs(lifetimes) do
    it(("rows 19, 20: lives %d s with %s"):format(case[2], case[1]:sub(1, 50)), function()
      assert.equal(case[2], auth.token_response('{"token":"t"' .. case[1] .. "}").lifetime)
    end)
  end

  it("is used until a tenth before its end", function()
    assert.equal(54, auth.token_response('{"token":"t"}').use_for)
    assert.equal(270, auth.token_response('{"token":"t","expires_in":300}').use_for)
  end)
end)

describe("testing.auth.token_request", function()
  local user = { username = "us er", password = "p&w=#1" }
  local scopes = { "repository:a/b:pull,push", "repository:c:pull" }

  it("GET: the realm's own query stays, each scope is its own parameter, all values are encoded", function()
    local request = auth.token_request("get", "https://a/t?own=%2f", "ser&vice=x#y", scopes, user)
    assert.equal("https://a/t?own=%2f&service=ser%26vice%3Dx%23y&scope=repository%3Aa%2Fb%3Apull%2Cpush" ..
      "&scope=repository%3Ac%3Apull&account=us%20er&client_id=manifest", request.url)
    assert.is_nil(request.form)
    assert.is_true(request.basic)
  end)

  it("GET without credentials is anonymous", function()
    local request = auth.token_request("get", "https://a/t", nil, {}, nil)
    assert.same({ url = "https://a/t?client_id=manifest", basic = false }, request)
    assert.equal("https://a/t?service=s&client_id=manifest", auth.token_request("get", "https://a/t?", "s").url)
  end)

  it("POST with a refresh token", function()
    local request = auth.token_request("refresh", "https://a/t?own=1", "s", scopes, { identity_token = "i/d=" })
    assert.equal("https://a/t?own=1", request.url)
    assert.equal("grant_type=refresh_token&service=s&scope=repository%3Aa%2Fb%3Apull%2Cpush%20repository%3Ac%3Apull" ..
      "&client_id=manifest&refresh_token=i%2Fd%3D", request.form)
    assert.is_false(request.basic)
  end)

  it("POST with a password", function()
    local request = auth.token_request("password", "https://a/t", nil, {}, user)
    assert.equal("grant_type=password&client_id=manifest&username=us%20er&password=p%26w%3D%231", request.form)
    assert.is_false(request.basic)
  end)

  it("fails when it would be too long", function()
    local long = {}
    for i = 1, 64 do
      long[i] = "repository:" .. ("a"):rep(1000) .. i .. ":pull"
    end
    assert.equal("too_large", select(2, auth.token_request("get", "https://a/t", nil, long, nil)).code)
  end)
end)

describe("testing.auth.token_flow", function()
  local password = { username = "u", password = "p" }
  local both = { username = "u", password = "p", identity_token = "i" }
  local identity = { identity_token = "i" }

  it("begins with a refresh when there is an identity token, else with a GET", function()
    assert.equal("refresh", auth.token_flow(both))
    assert.equal("refresh", auth.token_flow(identity))
    assert.equal("get", auth.token_flow(password))
    assert.equal("get", auth.token_flow(nil))
  end)

  for _, case in ipairs {
    { both, "refresh", 404, "get" }, { both, "refresh", 405, "get" }, { both, "refresh", 400, "get" },
    { both, "refresh", 401, "get" }, { both, "refresh", 403, "give_up" }, { both, "refresh", 500, "give_up" },
    { identity, "refresh", 404, "give_up" }, { password, "get", 404, "password" }, { password, "get", 405, "password" },
    { password, "get", 401, "give_up" }, { password, "get", 403, "give_up" }, { password, "password", 404, "give_up" },
    { nil, "get", 404, "give_up" },
  } do
    it(("after %s answered %d comes %s"):format(case[2], case[3], case[4]), function()
      assert.equal(case[4], auth.token_flow(case[1], case[2], case[3]))
    end)
  end
end)

describe("testing.auth.basic", function()
  it("is the header's value", function()
    assert.equal("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", auth.basic { username = "Aladdin", password = "open sesame" })
    assert.equal("Basic dTo=", auth.basic { username = "u", password = "" })
  end)
  it("row 25: cannot carry some names and passwords, and does not repeat them", function()
    for _, bad in ipairs { { username = "canary:x", password = "p" }, { username = "u", password = "canary\n" },
      { username = "u\1", password = "canary" }, { username = "", password = "canary" }, { password = "canary" },
        {} } do
      local value, problem = auth.basic(bad)
      assert.is_nil(value)
      assert.equal("credentials", problem.code)
      assert.is_nil(problem.message:find("canary", 1, true))
    end
  end)
end)

describe("testing.auth.identity", function()
  it("row 22: differs whenever the credentials do, and is empty for nobody", function()
    local seen = {}
    for _, credentials in ipairs { { username = "a", password = "b" }, { username = "ab", password = "" },
      { username = "a", password = "c" }, { identity_token = "b" }, { registry_token = "b" },
      { username = "a", password = "b", identity_token = "b" } } do
      local identity = auth.identity(credentials)
      assert.equal(64, #identity)
      assert.is_nil(seen[identity])
      seen[identity] = true
      assert.equal(identity, auth.identity(credentials))
    end
    assert.equal("", auth.identity {})
    assert.equal("", auth.identity { username = "a" })
  end)
end)

describe("testing.auth.token_granted", function()
  local function token(claims)
    local encoded = base64.encode(claims):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" })
    return ("e30.%s.c2lnbmF0dXJl"):format(encoded)
  end
  local function granted(access)
    return auth.token_granted(token(('{"iss":"x","access":%s}'):format(access)))
  end

  it("reads what a JSON Web Token is good for", function()
    assert.equal("repository:a/b:pull,push", granted '[{"type":"repository","name":"a/b","actions":["push","pull"]}]')
    assert.equal("registry:catalog:* repository:a:pull", granted([=[[
      {"type":"repository","class":"","name":"a","actions":["pull"],"parameters":{"pull_limit":"100"}},
      {"type":"registry","name":"catalog","actions":["*"]}]]=]))
    assert.equal("repository:host:5000/a:pull",
      granted '[{"type":"repository","name":"host:5000/a","actions":["pull"]}]')
    for blanks = 0, 2 do -- letters of base64 that URLs have otherwise, wherever they fall
      local name = (" "):rep(blanks) .. '"a?>~?>~?>~"'
      assert.equal("repository:a?>~?>~?>~:pull",
        granted('[{"type":"repository","actions":["pull"],"name":' .. name .. "}]"))
    end
  end)

  it("says that it is good for nothing", function()
    for _, access in ipairs { "[]", "null", '[{"type":"repository","name":"a","actions":[]}]', "[1, null, {}]" } do
      assert.equal("", granted(access))
    end
  end)

  it("knows nothing of any other token", function()
    local claims = '{"access":[]}'
    for _, other in ipairs {
      "", ".", "..", "...", "opaque", "a.b.c", "e30.e30", token "{}", token "[]", token "x", token '{"access":{}}',
      token '{"access":"repository:a:pull"}', token '{"access":[],"access":[]}', token(claims):gsub("%.[^.]*$", ""),
      "e30." .. ("A"):rep(16385) .. ".x",
    } do
      assert.is_nil(auth.token_granted(other), other)
    end
  end)
end)
