--- Authentication through real requests: what a registry may say, and what is sent where because of it.

local canary = require "spec.support.asserts.canary"
local certificates = require "spec.support.inputs.certificates"
local challenger = require "spec.support.servers.challenger"
local helper_program = require "spec.support.inputs.helper_program"
local internet = require "spec.support.servers.internet"
local process = require "spec.support.process"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local function stage(challenges, options)
  local made = challenger.start(challenges, options)
  finally(made.stop)
  return made
end

--- Runs a script in a process of its own, where variables can be set.
local function run_script(script, env)
  return process.run { "lua5.4", "-e", "package.path='lua/?.lua;./?.lua;'..package.path package.cpath='"
    .. (os.getenv("MANIFEST_BUILD") or "build") .. "/?.so;'..package.cpath", temp.file(script), preload = true,
    env = env }
end

local TOKEN = '{"token":"%s","expires_in":300}'
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

  it("whose token is created (201) is believed, and one that gives none is not", function()
    for body, status in pairs { [TOKEN:format("t")] = 200, [""] = false } do
      local server = scripted.start { exchanges = { { path = "/token", answer = { status = 201, body = body } },
        { headers = { Authorization = "Bearer t" }, answer = { status = 200 } },
        { answer = { status = 401, headers = { { "WWW-Authenticate", 'Bearer realm="${a}/token"' } } } } } }
      local engine = requests.engine()
      local response, problem = requests.run(engine, { url = server.urls.a .. "/v2/", registry = "r", scopes = {} })
      assert.equal(status, response and response.status or false)
      assert.equal(not status and "unauthorized" or nil, problem and problem.code)
      engine:close()
      server:stop()
    end
  end)

  for _, place in ipairs { "http://169.254.169.254/t", "http://[fd00:ec2::254]/t", "http://100.100.100.200/t",
    "http://0x7f.2/t", "http://2130706434/t", "http://10.0.0.1/t", "http://[::ffff:169.254.169.254]/t" } do
    it(("such as %s gets nothing"):format(place), function()
      local made = stage { ('Bearer realm="%s",service="s"'):format(place) }
      local _, problem = made.get()
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
      local requests = require "spec.support.worlds.requests"
      for address in ("%s"):gmatch("%%S+") do
        local engine = requests.engine { config_folder = %q, resolve = { "auth.example.com:443:" .. address } }
        local response, problem = requests.run(engine, { url = "https://registry.example.com/v2/app/manifests/1",
          registry = "registry.example.com", repository = "app", scopes = { "repository:app:pull" },
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
  --- Asks for 30 repositories at once, twice, in a process that has the helper on its PATH and with `config`. Returns
  --- what the 60 requests came to, and the lines that the helper was asked with.
  local function ask_for_many(made, body, config)
    local record, folder = temp.path("asked"), temp.folder("config")
    local helper = helper_program.new("spec", ("cat >> %s\necho >> %s\n%s\n"):format(record, record, body))
    temp.file(config, folder .. "/config.json")
    local script = ([[
      local requests = require "spec.support.worlds.requests"
      local engine = requests.engine { config_folder = %q }
      for _ = 1, 2 do
        local list = {}
        for index = 1, 30 do
          list[index] = { url = %q, registry = %q, repository = "app" .. index, scopes = { "repository:app:pull" } }
        end
        for _, outcome in ipairs(requests.all(engine, list)) do
          print(outcome[1] and outcome[1].status or outcome[2].message)
        end
      end]]):format(folder, made.server.urls.a .. "/v2/app/manifests/1", made.server.address.a)
    local done = run_script(script, { PATH = helper.path })
    assert.equal(0, done.status, done.stderr)
    return done.stdout, temp.read(record)
  end

  local ANSWER = [[echo '{"ServerURL":"x","Username":"%s","Secret":"%s"}']]

  it("of a helper are asked for once for all repositories of a registry, and sent", function()
    local user, password = canary.secret("user"), canary.secret("password")
    local made = stage({ BEARER }, { anonymous = true })
    local outcome, asked = ask_for_many(made, ANSWER:format(user, password), '{"credsStore":"spec"}')
    assert.equal(("200\n"):rep(60), outcome)
    assert.equal("Basic " .. canary.basic(user, password), made.seen("^/token")[1].header.authorization)
    assert.equal(made.server.address.a .. "\n", asked)
  end)

  it("of a helper that fails or lacks them are none, for all repositories, and it is asked once", function()
    local made = stage({ BEARER }, { anonymous = true })
    local outcome, asked = ask_for_many(made, "echo no luck; exit 1", '{"credsStore":"spec"}')
    assert.equal(("200\n"):rep(60), outcome)
    assert.equal(made.server.address.a .. "\n", asked)
    outcome, asked = ask_for_many(made, "echo credentials not found in native keychain", '{"credsStore":"spec"}')
    assert.equal(("200\n"):rep(60), outcome)
    assert.equal(made.server.address.a .. "\n", asked)
  end)

  it("of one repository go before what a helper said for the others", function()
    local made = stage({ 'Basic realm="x"' }, { anonymous = true })
    local address, own = made.server.address.a, canary.basic("own", "scoped")
    local config = ('{"credsStore":"spec","auths":{"%s/app7":{"auth":"%s"}}}'):format(address, own)
    local outcome, asked = ask_for_many(made, ANSWER:format("all", "stored"), config)
    local sent = {}
    for _, seen in ipairs(made.seen("^/v2/")) do
      local value = seen.header.authorization or "none"
      sent[value] = (sent[value] or 0) + 1
    end
    assert.equal(("200\n"):rep(60), outcome)
    assert.equal(2, sent["Basic " .. own])
    assert.equal(58, sent["Basic " .. canary.basic("all", "stored")])
    assert.equal(address .. "\n", asked)
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
