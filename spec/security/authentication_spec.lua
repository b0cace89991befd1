--- Authentication through real requests: what a registry may say, and what is sent where because of it.

local canary = require "spec.support.canary"
local certificates = require "spec.support.certificates"
local internet = require "spec.support.internet"
local process = require "spec.support.process"
local requests = require "spec.support.requests"
local scripted = require "spec.support.scripted"
local temp = require "spec.support.temp"

local TOKEN = '{"token":"%s","expires_in":300}'

--- Starts a registry that wants an Authorization of the form GRANTED (a pattern; default: any) and else answers 401
--- with the header lines of CHALLENGES; `${a}` is its own address. options: token (extra exchanges), user, password,
--- identity, registry_token, ask, settings.
local function stage(challenges, options)
  options = options or {}
  local made = { user = canary.secret("user"), password = canary.secret("password"), token = canary.secret("token") }
  local headers = {}
  for index, line in ipairs(challenges) do
    headers[index] = { "WWW-Authenticate", line }
  end
  local exchanges = {}
  for _, exchange in ipairs(options.exchanges and options.exchanges(made) or {}) do
    exchanges[#exchanges + 1] = exchange
  end
  exchanges[#exchanges + 1] = { path = "/token", answer = { status = 200, body = TOKEN:format(made.token) } }
  exchanges[#exchanges + 1] = { headers = { Authorization = options.granted or "." },
    answer = { status = 200, body = "ok" } }
  exchanges[#exchanges + 1] = { answer = { status = 401, headers = headers,
    body = '{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}' } }
  made.server = scripted.start { origins = options.origins or { a = {}, b = {} }, exchanges = exchanges }
  made.basic = canary.basic(made.user, made.password)
  local folder = temp.folder("config")
  local entry = options.entry and options.entry(made) or ('{"auth":"%s"}'):format(made.basic)
  if options.anonymous then
    temp.file("{}", folder .. "/config.json")
  else
    temp.file(('{"auths":{"%s":%s}}'):format(made.server.address.a, entry), folder .. "/config.json")
  end
  local settings = { config_folder = folder, ask = options.ask }
  for name, value in pairs(options.settings or {}) do
    settings[name] = value
  end
  made.engine = requests.engine(settings)
  made.secrets = { made.user, made.password, made.token, made.basic }
  finally(function()
    made.engine:close()
    made.server:stop()
  end)
  function made.request(more)
    local request = { url = made.server.urls.a .. "/v2/app/manifests/1", registry = made.server.address.a,
      repository = "app", scopes = { "repository:app:pull" }, timeout = 10 }
    for name, value in pairs(more or {}) do
      request[name] = value
    end
    return request
  end
  function made.get(more, answer)
    local response, problem = requests.run(made.engine, made.request(more), answer)
    assert.same({}, canary.found(canary.text_of(problem) .. canary.text_of(made.engine:warnings()), made.secrets))
    for _, seen in ipairs(made.server:requests("b")) do
      assert.same({}, canary.found(canary.text_of(seen), made.secrets))
    end
    return response, problem
  end
  --- The requests on paths that match.
  function made.seen(pattern)
    local list = {}
    for _, seen in ipairs(made.server:requests()) do
      if seen.target:find(pattern) then
        list[#list + 1] = seen
      end
    end
    return list
  end
  return made
end

--- Runs a script in a process of its own, where variables can be set.
local function run_script(script, env)
  return process.run { "lua5.4", "-e", "package.path='lua/?.lua;./?.lua;'..package.path package.cpath='"
    .. (os.getenv("MANIFEST_BUILD") or "build") .. "/?.so;'..package.cpath", temp.file(script), preload = true,
    env = env }
end

local REALM = "${a}/token"
local BEARER = ('Bearer realm="%s",service="s"'):format(REALM)

describe("a challenge", function()
  --- Rows P1 to P25: with a user and password at hand each ends in a token (or Basic) at the right place.
  local cases = {
    { "P1 several lines", { 'Basic realm="x"', BEARER }, "bearer" },
    { "P1 a bad line beside a good one", { 'Bearer realm="unterminated', BEARER }, "bearer" },
    { "P2 Bearer and Basic in one line", { BEARER .. ', Basic realm="x"' }, "bearer" },
    { "P3 Basic and Bearer in one line", { 'Basic realm="x", ' .. BEARER }, "bearer" },
    { "P4 upper case", { 'BEARER realm="${a}/token",service="s"' }, "bearer" },
    { "P4 upper case Basic", { "BASIC" }, "basic" },
    { "P5 parameters in upper case", { 'Bearer Realm="${a}/token",SERVICE="s"' }, "bearer" },
    { "P6 a comma inside quotes", { BEARER .. ',scope="repository:app:pull,push"' }, "bearer" },
    { "P7 two scopes in one", { BEARER .. ',scope="repository:app:pull repository:b:pull"' }, "bearer" },
    { "P8 scope twice", { BEARER .. ',scope="repository:app:pull",scope="repository:b:pull"' }, "bearer" },
    { "P8 realm twice", { BEARER .. ',realm="${b}/token"', 'Basic realm="x"' }, "basic" },
    { "P9 a realm without quotes", { "Bearer realm=${a}/token,service=s" }, "bearer" },
    { "P10 Basic realm=/", { "Basic realm=/" }, "basic" },
    { "P11 blanks around =", { 'Bearer realm = "${a}/token" , service = s' }, "bearer" },
    { "P12 an empty value", { 'Bearer realm="${a}/token",empty="",service="s"' }, "bearer" },
    { "P13 an escaped quote", { 'Bearer realm="${a}/token",service="s",x="a\\"b"' }, "bearer" },
    { "P14 an escaped letter", { 'Bearer rea\\lm="x"', 'Bearer realm="${a}/to\\ken",service="s"' }, "bearer" },
    { "P15 an escaped n", { 'Bearer realm="${a}/toke\\n",service="s"' }, "bearer" },
    { "P16 no comma", { 'Bearer realm="${a}/token" service="s"' }, "bearer" },
    { "P17 empty elements", { 'Bearer realm="${a}/token",,service="s"' }, "bearer" },
    { "P18 a leading comma", { ' , Bearer realm="${a}/token",service="s"' }, "bearer" },
    { "P19 an open quote", { 'Bearer realm="${a}/token', 'Basic realm="x"' }, "basic" },
    { "P20 Negotiate with data", { "Negotiate YIIBAQ==, " .. BEARER }, "bearer" },
    { "P21 Negotiate", { "Negotiate, " .. BEARER }, "bearer" },
    { "P22 single quotes", { "Bearer realm='${a}/token'", 'Basic realm="x"' }, "basic" },
    { "P24 tabs and a comma at the end", { 'Bearer\trealm="${a}/token",\tservice="s",' }, "bearer" },
    { "P25 a relative realm", { 'Bearer realm="/token",service="s"' }, "bearer" },
    { "P27 very many parameters", { BEARER .. (",x=1"):rep(500) }, "bearer" },
    { "9 no realm", { "Bearer service=s", 'Basic realm="x"' }, "basic" },
  }
  for _, realm in ipairs { "http://u:p@${b}/token", "${b}/token#x", "file:///etc/passwd", "ftp://a/token",
    "gopher://a/",
    "javascript:alert(1)", "http://a b/", "http:\\\\a/", "" } do
    cases[#cases + 1] = { "7 and 8 realm " .. realm, { ('Bearer realm="%s",service="s"'):format(realm),
      'Basic realm="x"' }, "basic" }
  end
  for _, case in ipairs(cases) do
    it(case[1] .. " leads to " .. case[3], function()
      local made = stage(case[2])
      local response, problem = made.get()
      assert.equal("ok", response and response.body or problem.message)
      local sent = made.seen("^/v2/")
      local wanted = case[3] == "basic" and "Basic " .. made.basic or "Bearer " .. made.token
      assert.equal(wanted, sent[#sent].header.authorization)
      for _, seen in ipairs(made.seen("^/token")) do
        assert.equal("GET", seen.method)
        assert.equal("Basic " .. made.basic, seen.header.authorization)
        assert.matches("service=s", seen.target, 1, true)
        assert.matches("scope=repository%3Aapp%3Apull", seen.target, 1, true)
      end
      assert.equal(case[3] == "basic" and 0 or 1, #made.seen("^/token"))
    end)
  end

  it("P26 that is missing is an error that says so", function()
    local made = stage({}, { anonymous = true })
    local _, problem = made.get()
    assert.equal("unauthorized", problem.code)
    assert.equal(401, problem.status)
    assert.matches("looked in", problem.hint)
  end)

  it("P26 that is missing leads to Basic over https, and to nothing over http", function()
    local authority = certificates.authority()
    local certificate, key = authority:issue("server")
    local made = stage({}, { granted = "^Basic ", settings = { ca_file = authority.certificate },
      origins = { a = { tls = { certificate = certificate, key = key } }, b = {} } })
    assert.equal(200, assert(made.get()).status)
    local sent = made.seen("^/v2/")
    assert.equal(2, #sent)
    assert.equal("Basic " .. made.basic, sent[2].header.authorization)
    made = stage({}, { granted = "^Basic " })
    local _, problem = made.get()
    assert.equal("unauthorized", problem.code)
    for _, seen in ipairs(made.server:requests()) do
      assert.is_nil(seen.header.authorization)
    end
  end)

  it("P26 that is missing now is taken from what was said before", function()
    local made = stage({}, { exchanges = function()
      return { { path = "/v2/", times = 1, answer = { status = 401, headers = { { "WWW-Authenticate", BEARER } } } } }
    end })
    assert(made.get { url = made.server.urls.a .. "/v2/" })
    assert.equal(200, assert(made.get()).status)
  end)

  it("of 403 is none", function()
    local made = stage({}, { exchanges = function()
      return { { pattern = "^/v2/", answer = { status = 403, headers = { { "WWW-Authenticate", BEARER } } } } }
    end })
    assert.equal(403, assert(made.get()).status)
    assert.equal(1, #made.server:requests())
  end)

  it("with a value that would add parameters is encoded", function()
    local made = stage { ('Bearer realm="%s?keep=1",service="a&scope=x#y z"'):format(REALM) }
    assert(made.get())
    local target = made.seen("^/token")[1].target
    assert.matches("keep=1", target, 1, true)
    assert.matches("service=a%26scope%3Dx%23y%20z", target, 1, true)
  end)
end)

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

  it("that the token server does not give now are an error of its own, soon when it asks for a long wait", function()
    for _, case in ipairs { { 503, "network", 3 }, { 429, "rate_limited", 3 }, { 429, "rate_limited", 1, "3600" },
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
    local made = stage({ BEARER }, { exchanges = function(it)
      return { { path = "/token", answer = { status = 307, headers = { { "Location", "/token2" } } } },
        { path = "/token2", answer = { status = 200, body = TOKEN:format(it.token) } } }
    end })
    assert(made.get())
    assert.equal("Basic " .. made.basic, made.seen("^/token2")[1].header.authorization)
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

describe("a realm", function()
  it("on another host gets no password", function()
    local made = stage({ 'Bearer realm="${b}/token",service="s"' },
      { origins = { a = {}, b = { address = "127.0.0.2" } } })
    local response, problem = made.get()
    assert.is_nil(response)
    assert.equal("untrusted_realm", problem.code)
    assert.matches(made.server.address.a, problem.message, 1, true)
    assert.matches(made.server.address.b, problem.message, 1, true)
    assert.matches("auth_hosts", problem.hint)
    assert.equal(0, #made.server:requests("b"))
  end)

  it("on another host may be asked without credentials", function()
    local made = stage({ 'Bearer realm="${b}/token",service="s"' }, { anonymous = true })
    assert(made.get())
    assert.equal(1, #made.server:requests("b"))
  end)

  it("on another host gets them when the user says so", function()
    local server = scripted.start { origins = { a = {}, b = { address = "127.0.0.2" } }, exchanges = {
      { path = "/token", answer = { status = 200, body = TOKEN:format("t") } },
      { headers = { Authorization = "Bearer t" }, answer = { status = 200 } },
      { answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${b}/token"' } } } } } }
    local engine = requests.engine { ask = true, auth_hosts = { server.address.a .. "=" .. server.address.b } }
    local response = requests.run(engine, { url = server.urls.a .. "/v2/", registry = "r", scopes = {} }, function()
      return { username = "u", password = "p" }
    end)
    assert.equal(200, response and response.status)
    assert.equal("Basic " .. canary.basic("u", "p"), server:requests("b")[1].header.authorization)
    engine:close()
    server:stop()
  end)

  for _, place in ipairs { "http://169.254.169.254/t", "http://[fd00:ec2::254]/t", "http://100.100.100.200/t",
    "http://0x7f.2/t", "http://2130706434/t", "http://10.0.0.1/t", "http://[::ffff:169.254.169.254]/t" } do
    it(("such as %s gets nothing"):format(place), function()
      local made = stage { ('Bearer realm="%s",service="s"'):format(place) }
      local _, problem = made.get { timeout = 3 }
      assert.is_truthy(({ untrusted_realm = true, redirect = true, unauthorized = true })[problem.code], problem.code)
    end)
  end
end)

--- The name says nothing of where it leads: the address does, when the connection is opened. The registry is reached by
--- way of a proxy, so it counts as a public one; its token server is not, and the addresses of its name are ours.
describe("a token server whose name resolves to an address inside", function()
  local ADDRESSES = { "127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1", "100.100.100.200", "[::1]",
    "[fd00:ec2::254]" }

  local function ask(direct)
    local net = internet.start { hosts = { registry = "registry.example.com", auth = "auth.example.com" }, exchanges = {
      { origin = "auth", answer = { status = 200, body = TOKEN:format("given") } },
      { origin = "registry", headers = { Authorization = "^Bearer given$" }, answer = { status = 200 } },
      { answer = { status = 401, headers = {
        { "WWW-Authenticate", 'Bearer realm="https://auth.example.com/token"' } } } },
    } }
    finally(function()
      net:stop()
    end)
    local config = temp.folder("config")
    temp.file(('{"auths":{"registry.example.com":{"auth":"%s"}}}'):format(canary.basic("u", "p")),
      config .. "/config.json")
    local done = run_script(([[
      local requests = require "spec.support.requests"
      for address in ("%s"):gmatch("%%S+") do
        local engine = requests.engine { config_folder = %q, resolve = { "auth.example.com:443:" .. address } }
        local response, problem = requests.run(engine, { url = "https://registry.example.com/v2/app/manifests/1",
          registry = "registry.example.com", repository = "app", scopes = { "repository:app:pull" }, timeout = 10,
          attempts = 1 })
        print(response and response.status or problem.code)
      end]]):format(table.concat(ADDRESSES, " "), config), { HTTPS_PROXY = net.env.HTTPS_PROXY,
        SSL_CERT_FILE = net.env.SSL_CERT_FILE, NO_PROXY = direct and "auth.example.com" or "" })
    return done, net
  end

  it("is not connected to", function()
    local done, net = ask(true)
    assert.equal(("redirect\n"):rep(#ADDRESSES), done.stdout, done.stderr)
    assert.same({}, net:requests("auth"))
  end)

  it("is left to a proxy that connects for us", function()
    local done, net = ask(false)
    assert.equal(("200\n"):rep(#ADDRESSES), done.stdout, done.stderr)
    assert.equal(#ADDRESSES, #net:requests("auth"))
  end)
end)

describe("credentials", function()
  it("of a helper are asked for once and sent", function()
    local user, password = canary.secret("user"), canary.secret("password")
    local folder = temp.folder("helper")
    local record = temp.path("asked")
    temp.file(('#!/bin/sh\ncat >> %s\necho >> %s\necho \'{"ServerURL":"x","Username":"%s","Secret":"%s"}\'\n'):format(
      record, record, user, password), folder .. "/docker-credential-spec")
    os.execute("chmod 755 " .. folder .. "/docker-credential-spec")
    local made = stage({ BEARER }, { anonymous = true })
    local config = temp.folder("config")
    temp.file('{"credsStore":"spec"}', config .. "/config.json")
    -- The helper is found on the PATH of this process, so the request runs in one that has it there.
    local script = ([[
      local requests = require "spec.support.requests"
      local engine = requests.engine { config_folder = %q }
      local list = {}
      for index = 1, 4 do
        list[index] = { url = %q, registry = %q, scopes = { "repository:app:pull" } }
      end
      for _, outcome in ipairs(requests.all(engine, list)) do
        print(outcome[1] and outcome[1].status or outcome[2].message)
      end]]):format(config, made.server.urls.a .. "/v2/app/manifests/1", made.server.address.a)
    local done = run_script(script, { PATH = folder .. ":" .. os.getenv("PATH") })
    assert.equal("200\n200\n200\n200\n", done.stdout, done.stderr)
    assert.equal("Basic " .. canary.basic(user, password), made.seen("^/token")[1].header.authorization)
    assert.equal(made.server.address.a, temp.read(record):match("[^\n]*"))
    local _, times = temp.read(record):gsub("\n", "")
    assert.equal(1, times)
  end)

  it("of the caller come first; none from it means those of the files", function()
    local made = stage({ 'Basic realm="x"' }, { ask = true })
    assert(made.get(nil, function()
      return nil
    end))
    local sent = made.seen("^/v2/")
    assert.equal("Basic " .. made.basic, sent[#sent].header.authorization)
  end)

  it("with a colon in the user name cannot be expressed", function()
    local made = stage({ 'Basic realm="x"' }, { ask = true })
    local response, problem = made.get(nil, function()
      return { username = "a:b", password = "c" }
    end)
    assert.is_nil(response)
    assert.is_string(problem.code)
  end)

  it("are all that is taken from config.json: HttpHeaders are not sent", function()
    local folder, secret = temp.folder("config"), canary.secret("header")
    temp.file(('{"HttpHeaders":{"X-Meta":"%s","Authorization":"Basic %s","Host":"%s","X":"a\\r\\nY: %s"},"auths":{}}')
      :format(secret, secret, secret, secret), folder .. "/config.json")
    local made = stage({ BEARER }, { settings = { config_folder = folder } })
    assert(made.get())
    for _, seen in ipairs(made.server:requests()) do
      assert.same({}, canary.found(canary.text_of(seen), { secret }))
      assert.equal(made.server.address.a, seen.header.host)
      assert.is_nil(seen.header["x-meta"])
    end
  end)

  it("are not sent to a registry that does not ask", function()
    local made = stage({}, { exchanges = function()
      return { { answer = { status = 200 } } }
    end })
    assert(made.get())
    assert.is_nil(made.server:requests()[1].header.authorization)
  end)

  it("are not sent at all without a registry's name", function()
    local made = stage { 'Basic realm="x"' }
    local request = made.request()
    request.registry = nil
    assert.equal(401, assert(requests.run(made.engine, request)).status)
  end)
end)
