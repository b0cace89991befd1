--- Every secret in play is a word of its own. Registries, token servers and storage do all they can to be sent one that
--- is not theirs; afterwards no record, output, file or argument holds a word where it may not be.

local base64 = require("manifest.core").base64
local dkjson = require "dkjson"
local helper_program = require "spec.support.inputs.helper_program"
local internet = require "spec.support.servers.internet"
local ours = require "spec.support.worlds.ours"
local played = require "spec.support.inputs.played_image"
local process = require "spec.support.process"
local sample = require "spec.support.sample"
local temp = require "spec.support.temp"

if not (process.present("python3") and process.present("openssl")) then
  pending("needs python3 and openssl")
  return
end

local HOME = "registry.example.com"
-- A word of this run alone, which no path or name of the specs has by chance.
local RUN = temp.folder("run"):gsub("%W", "")
local PASSWORD, TOKEN, TYPED = RUN .. "-password", RUN .. "-token", RUN .. "-typed"
local HUB, PROXY, OTHER, IDENTITY = RUN .. "-hub", RUN .. "-proxy", RUN .. "-other", RUN .. "-identity"
local IMAGE = played.new("amd64", { "https://evil.example.net/layer", "http://plain.example.net/layer" })
local HOSTS = { home = HOME, evil = "evil.example.net", sub = "sub." .. HOME, up = "example.com",
  plain = { name = "plain.example.net", plain = true } }

--- Everything a secret could be written as.
local function spellings(secret)
  return { secret, base64.encode("me:" .. secret), base64.encode("x:" .. secret), base64.encode("proxy:" .. secret),
    base64.encode(secret) }
end

local WORDS = { [PASSWORD] = 1, [TOKEN] = 1, [HUB] = 1, [PROXY] = 1, [OTHER] = 1, [TYPED] = 1,
  [IDENTITY] = 1 }

local function assert_clean(text, what, allowed)
  for secret in pairs(WORDS) do
    for _, spelling in ipairs(spellings(secret)) do
      assert.is_true((allowed and allowed[secret]) or not text:find(spelling, 1, true), what .. " holds " .. secret)
    end
  end
end

local function config(identity)
  return dkjson.encode { auths = {
    [HOME] = { auth = base64.encode("me:" .. (identity and "" or PASSWORD)), identitytoken = identity },
    ["https://index.docker.io/v1/"] = { auth = base64.encode("x:" .. HUB) },
    ["other.example.org"] = { auth = base64.encode("x:" .. OTHER) },
  } }
end

--- All files below a folder as one text, but for those in `except`.
local function text_below(folder, except)
  local parts = {}
  for path in process.run({ "find", folder, "-type", "f" }).stdout:gmatch("[^\n]+") do
    if not except[path] then
      parts[#parts + 1] = path .. "\n" .. (temp.read(path) or "")
    end
  end
  return table.concat(parts, "\n")
end

local EVIL_401 = { answer = { status = 401, headers = {
  { "WWW-Authenticate", 'Bearer realm="https://evil.example.net/token",service="' .. HOME .. '"' },
  { "WWW-Authenticate", 'Basic realm="evil"' } } } }

local BEARER = { Authorization = "^Bearer " .. TOKEN }

--- The registry as it should be; what is in front of it makes it hostile.
local function kind_registry()
  local list = played.pull(IMAGE, "app", { origin = "home", allow = BEARER.Authorization })
  list[#list + 1] = { origin = "home", path = "/token", headers = { Authorization = "^Basic " }, answer = {
    status = 200, body = ('{"token":"%s"}'):format(TOKEN) } }
  list[#list + 1] = { origin = "home", path = "/token", method = "POST", answer = {
    status = 200, body = ('{"access_token":"%s"}'):format(TOKEN) } }
  list[#list + 1] = { origin = "home", path = "/v2/app/tags/list", headers = BEARER, answer = {
    status = 200, body = '{"tags":["1"]}' } }
  list[#list + 1] = { origin = "home", method = "POST", headers = BEARER, answer = { status = 202,
    headers = { { "Location", "/upload" } } } }
  list[#list + 1] = { origin = "home", method = "PUT", headers = BEARER, answer = { status = 201 } }
  list[#list + 1] = { origin = "home", path = "/v2/", headers = BEARER, answer = { status = 200 } }
  list[#list + 1] = { origin = "home", answer = { status = 401, headers = {
    { "WWW-Authenticate", ('Bearer realm="https://%s/token",service="x"'):format(HOME) } } } }
  for _, origin in ipairs { "evil", "sub", "up", "plain" } do
    list[#list + 1] = { origin = origin, answer = EVIL_401.answer }
  end
  return list
end

--- One exchange that leads requests of this kind astray.
local function astray(pattern, method, status, location)
  return { origin = "home", pattern = pattern, method = method, headers = BEARER,
    answer = { status = status, headers = { { "Location", location } } } }
end

local function realm(url, scheme)
  return { origin = "home", answer = { status = 401, headers = {
    { "WWW-Authenticate", ('%s realm="%s",service="x"'):format(scheme or "Bearer", url) } } } }
end

local function token_answer(body)
  return { origin = "home", path = "/token", answer = { status = 200, body = body } }
end

local CASES = {
  ["a registry that behaves"] = {},
  ["a realm elsewhere"] = { realm "https://evil.example.net/token" },
  ["a realm of a lookalike"] = { realm "https://registry.example.com.evil.example.net/token" },
  ["a realm with a user in it"] = { realm "https://registry.example.com@evil.example.net/token" },
  ["a realm with a backslash"] = { realm "https://evil.example.net\\@registry.example.com/token" },
  ["a realm in plain HTTP"] = { realm "http://registry.example.com/token" },
  ["a realm in plain HTTP elsewhere"] = { realm "http://plain.example.net/token" },
  ["a realm at a loopback address"] = { realm "https://127.0.0.1:1/token" },
  ["a realm at the metadata address"] = { realm "http://169.254.169.254/latest" },
  ["Basic of somebody else's realm, and Bearer of evil"] = { realm "https://evil.example.net/token",
    realm("evil", "Basic") },
  ["a token server that redirects away"] = { { origin = "home", path = "/token", answer = { status = 307,
    headers = { { "Location", "https://evil.example.net/token" } } } } },
  ["a token server that answers with other secrets"] = {
    token_answer(('{"refresh_token":"%s","token":""}'):format(OTHER)) },
  ["a token that breaks the header"] = { token_answer('{"token":"x\\r\\nX-Evil: ' .. OTHER .. '"}') },
  ["a token server with a page"] = { token_answer("<html>" .. OTHER) },
}

--- With an identity token, which is sent in a form.
local IDENTITY_CASES = {
  ["an identity token where all is well"] = {},
  ["an identity token and a realm elsewhere"] = { realm "https://evil.example.net/token" },
  ["an identity token and a token server that redirects away"] = { { origin = "home", path = "/token",
    answer = { status = 307, headers = { { "Location", "https://evil.example.net/token" } } } } },
}
for name, exchanges in pairs(IDENTITY_CASES) do
  CASES[name] = exchanges
end

--- An answer that says to people what was sent, wherever it can.
local function repeating(status, words)
  return { status = status, headers = { { "Warning", ('299 - "%s"'):format(words) }, { "RateLimit-Limit", words },
    { "Content-Type", "application/json" }, { "Retry-After", "9999" }, { "WWW-Authenticate", "Bearer x=" .. words } },
    body = ('{"errors":[{"code":"DENIED","message":"%s","detail":"%s"}]}'):format(words, words) }
end

--- As some write every character, and many those that mean something in JSON or HTML.
local function escaped(words)
  return (words:gsub(".", function(char)
    return ("\\u%04X"):format(char:byte())
  end))
end

for _, status in ipairs { 403, 429 } do
  local login = base64.encode("me:" .. PASSWORD)
  CASES[("a token is repeated with %d"):format(status)] = {
    { origin = "home", headers = BEARER, answer = repeating(status, "Bearer " .. TOKEN) } }
  CASES[("a token is repeated with %d in JSON's escapes"):format(status)] = {
    { origin = "home", headers = BEARER, answer = repeating(status, escaped("Bearer " .. TOKEN)) } }
  CASES[("a login is repeated with %d"):format(status)] = {
    { origin = "home", headers = { Authorization = "^Basic " .. login },
      answer = repeating(status, ("Basic %s, the password %s"):format(login, PASSWORD)) }, realm("x", "Basic") }
  CASES[("a token server repeats a login with %d"):format(status)] = {
    { origin = "home", path = "/token", headers = { Authorization = "^Basic " .. login },
      answer = repeating(status, PASSWORD) } }
end

for _, target in ipairs { "https://evil.example.net", "https://sub." .. HOME, "https://example.com",
  "http://plain.example.net", "http://" .. HOME, "https://" .. HOME .. ":8443", "https://169.254.169.254",
  "https://10.0.0.1", "https://localhost." } do
  for _, status in ipairs(target:find("evil", 1, true) and { 301, 303, 307 } or { 307 }) do
    local to = target .. "/x"
    CASES[("manifests at %s (%d)"):format(target, status)] = { astray("/manifests/", "GET", status, to),
      astray("/manifests/", "HEAD", status, to) }
    CASES[("blobs at %s (%d)"):format(target, status)] = { astray("/blobs/sha256", "GET", status, to) }
    CASES[("stores at %s (%d)"):format(target, status)] = { astray("/manifests/", "PUT", status, to),
      astray("/blobs/uploads", "POST", status, to) }
  end
  CASES["pages go on at " .. target] = { { origin = "home", path = "/v2/app/tags/list", headers = BEARER,
    answer = { status = 200, body = '{"tags":["1"]}', headers = { { "Link", "<" .. target .. "/x>; rel=next" } } } } }
  CASES["uploads go on at " .. target] = { astray("/blobs/uploads", "POST", 202, target .. "/upload?state=1") }
end

describe("no secret goes astray", function()
  local watch

  setup(function()
    watch = process.start { "python3", "spec/support/programs/watch_arguments.py", RUN .. "-",
      stdout = temp.path("watch") }
    assert(process.wait_for(function()
      return watch:output():find("watching", 1, true)
    end))
  end)

  teardown(function()
    watch:stop()
  end)

  --- What each origin may have seen, and that the proxy was asked for no place inside a network.
  local function assert_records(net, wants_basic)
    local places = net:connections()
    assert.is_true(#places > 0)
    for _, place in ipairs(places) do
      assert.matches("%.example%.%a+:%d+$", "." .. place)
    end
    for _, request in ipairs(net:requests()) do
      local allowed = {}
      if request.origin == "home" then
        allowed[TYPED] = true
        allowed[PASSWORD] = wants_basic or (request.target or ""):find("^/token") ~= nil
        allowed[TOKEN] = true
        allowed[IDENTITY] = (request.target or ""):find("^/token") ~= nil
      end
      assert_clean(dkjson.encode(request), request.origin .. " " .. (request.target or ""), allowed)
      assert.is_true(request.origin == "home" or not (request.header or {}).authorization,
        request.origin .. " got an Authorization")
    end
  end

  local names = {}
  for name in pairs(CASES) do
    names[#names + 1] = name
  end
  table.sort(names)

  for position = 1, #names, sample.step do
    local name = names[position]
    it(name, function()
      local exchanges = {}
      table.move(CASES[name], 1, #CASES[name], 1, exchanges)
      local kind = kind_registry()
      table.move(kind, 1, #kind, #exchanges + 1, exchanges)
      local net = internet.start { hosts = HOSTS, exchanges = exchanges }
      finally(function()
        net:stop()
      end)
      local scratch = temp.folder("scratch")
      local helper = helper_program.new "spec"
      local world = ours.new { config = config(IDENTITY_CASES[name] and IDENTITY), env = {
        DOCKER_AUTH_CONFIG = ('{"auths":{"other.example.org":{"auth":"%s","x":'):format(OTHER),
        HTTPS_PROXY = net.env.HTTPS_PROXY:gsub("//", "//proxy:" .. PROXY .. "@"), HTTP_PROXY = "http://127.0.0.1:1",
        SSL_CERT_FILE = net.env.SSL_CERT_FILE, TMPDIR = scratch, PATH = helper.path } }
      local outputs, statuses = {}, {}
      for index, arguments in ipairs {
        { "inspect", HOME .. "/app:1" },
        { "create", HOME .. "/list:1", HOME .. "/app:1" },
        { "push", HOME .. "/list:1" },
        { "tags", HOME .. "/app" },
        { "copy", HOME .. "/app:1", ("oci:%s:1"):format(temp.path("layout")) },
        { "login", "-u", "me", "--password-stdin", HOME, input = TYPED },
        { "logout", "other.example.org" },
      } do
        local done = world(arguments)
        outputs[#outputs + 1] = done.stdout .. done.stderr
        statuses[index] = done.status
      end
      if not next(CASES[name]) then
        assert.same({ 0, 0, 0, 0, 0, 0, 0 }, statuses, table.concat(outputs, "\n"))
      end
      assert_clean(table.concat(outputs, "\n"), "the output")
      assert_clean(text_below(world.folder, { [world.folder .. "/config.json"] = true }), "a file of the store")
      assert_clean(text_below(scratch, {}), "a temporary file")
      assert_records(net, name:find("^a login is") ~= nil)
      assert.equal("watching\n", watch:output())
    end)
  end

  it("though the helper program is given one", function()
    local net = internet.start { hosts = HOSTS, exchanges = kind_registry() }
    finally(function()
      net:stop()
    end)
    local helper = helper_program.new "spec"
    local world = ours.new { config = '{"credsStore":"spec"}', env = { HTTPS_PROXY = net.env.HTTPS_PROXY,
      SSL_CERT_FILE = net.env.SSL_CERT_FILE, PATH = helper.path } }
    local done = world { "login", "-u", "me", "--password-stdin", HOME, input = TYPED }
    assert.equal(0, done.status, done.stderr)
    assert_clean(done.stdout .. done.stderr, "the output")
    assert_clean(text_below(world.folder, {}), "a file")
    assert.matches(TYPED, text_below(helper.store, {}), 1, true)
    assert.equal("watching\n", watch:output())
  end)

  it("and the watch on arguments does see what there is to see", function()
    local shown = process.start { "sh", "-c", ("sleep 100; : %s-control"):format(RUN) }
    finally(function()
      shown:stop()
    end)
    assert(process.wait_for(function()
      return watch:output():find(RUN .. "-control", 1, true)
    end))
  end)
end)
