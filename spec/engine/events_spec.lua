--- What a client's on_event is told, what it may do, and that a secret is in none of it.

local base64 = require("manifest.core").base64
local block = require "spec.support.block"
local counting = require("manifest.engine.events").counting
local canary = require "spec.support.asserts.canary"
local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local played = require "spec.support.inputs.played_image"
local port = require "spec.support.servers.port"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local AMD = { os = "linux", architecture = "amd64" }

--- A client that keeps what it is told.
---@return table client
---@return table[] events
local function listening(options)
  local events = {}
  options = options or {}
  options.config = options.config or temp.folder("config")
  options.on_event = options.on_event or function(event)
    events[#events + 1] = event
  end
  local client = manifest.client(options)
  finally(function()
    client:close()
  end)
  return client, events
end

local function of(events, name)
  local found = {}
  for _, event in ipairs(events) do
    if event.event == name then
      found[#found + 1] = event
    end
  end
  return found
end

describe("events of real registries", function()
  local here, from = block.registry()
  local _, to = block.registry()
  local LAYER = ("x"):rep(3 << 20)
  local made = block.images(here, { { repository = "app", tag = "1", platform = AMD, layers = { LAYER, "small" } } })

  it("tell of a copy from its begin to its end: verb, requests, blobs", function()
    local client, events = listening()
    assert(client:copy(from("app:1"), to("app:1")))
    assert.equal("verb_begun", events[1].event)
    assert.equal("copy", events[1].verb)
    local last = events[#events]
    assert.same({ "verb_done", "copy", true }, { last.event, last.verb, last.ok })
    local planned = of(events, "blobs_planned")[1]
    assert.equal(3, planned.blobs)
    assert.equal(3, #of(events, "blob_begun"))
    local done, bytes = of(events, "blob_done"), 0
    for _, blob in ipairs(done) do
      assert.is_true(blob.ok)
      assert.equal(blob.size, blob.bytes)
      assert.equal(from("app"), blob.source)
      assert.equal(to("app"), blob.target)
      bytes = bytes + blob.bytes
    end
    assert.equal(planned.bytes, bytes)
    assert.is_true(#done == 3 and planned.bytes > #LAYER)
  end)

  it("tell of every request once that it is sent and once how it was answered", function()
    local client, events = listening()
    assert(client:copy(from("app:1"), to("requests:1")))
    local sent, answered = of(events, "request"), of(events, "response")
    assert.is_true(#sent > 8)
    assert.equal(#sent, #answered)
    local by_number, bytes = {}, 0
    for _, event in ipairs(answered) do
      by_number[event.request] = by_number[event.request] or {}
      table.insert(by_number[event.request], event)
      assert.is_true(event.seconds >= 0)
      assert.is_true(event.status ~= nil or event.reason ~= nil)
      bytes = bytes + event.sent
    end
    assert.is_true(bytes > #LAYER)
    for _, event in ipairs(sent) do
      assert.truthy(by_number[event.request])
      assert.is_truthy(event.purpose == "probe" or event.attempt >= 1)
      assert.truthy(event.url:find("^https?://"))
    end
  end)

  it("count requests for a listener of the command's own", function()
    local function listen(reference, counts)
      local events = {}
      local function note(event)
        events[#events + 1] = event
      end
      counting[note] = counts
      assert(listening({ on_event = note }):copy(from("app:1"), to(reference)))
      return events
    end
    local all, few = listen("all:1"), listen("few:1", true)
    local count = 0
    for _, event in ipairs(of(few, "requests")) do
      count = count + event.count
    end
    assert.equal(#of(all, "request"), count)
    assert.same({ 0, 0, 3 }, { #of(few, "request"), #of(few, "response"), #of(few, "blob_done") })
    assert.equal(0, #of(all, "requests"))
  end)

  it("tell nothing of a second copy but requests, and that blobs were there", function()
    local client, events = listening()
    assert(client:copy(from("app:1"), to("app:twice")))
    assert(client:copy(from("app:1"), to("app:twice2")))
    local second = {}
    for index = 1, #events do
      if events[index].event == "verb_begun" then
        second = {}
      end
      second[#second + 1] = events[index]
    end
    for _, blob in ipairs(of(second, "blob_done")) do
      assert.equal(0, blob.bytes)
    end
    assert.same({}, of(second, "blob_moved"))
  end)

  it("tell how far a blob is, also into a layout", function()
    local client, events = listening()
    local folder = temp.folder("layout") .. "/l"
    assert(client:copy(from("app:1"), "oci:" .. folder .. ":1"))
    local begun = of(events, "blob_begun")
    assert.equal(3, #begun)
    for _, blob in ipairs(of(events, "blob_moved")) do
      assert.is_true(blob.bytes > 0 and blob.bytes <= blob.size)
    end
    for _, blob in ipairs(of(events, "blob_done")) do
      assert.equal("oci:" .. folder, blob.target)
      assert.equal(blob.size, blob.bytes)
    end
  end)

  it("tell of a failure by its code", function()
    local client, events = listening()
    fails("not_found", client:copy(from("app:absent"), to("app:x")))
    local last = events[#events]
    assert.same({ "verb_done", false, "not_found" }, { last.event, last.ok, last.code })
  end)

  it("hand on what the listener raises, as it is, and the client goes on", function()
    for _, wanted in ipairs { "verb_begun", "response", "blob_begun", "blob_done" } do
      local mine, armed = { "mine" }, true
      local client = listening { on_event = function(event)
        if armed and event.event == wanted then
          error(mine, 0)
        end
      end }
      local ok, raised = pcall(client.copy, client, from("app:1"), to("app:raise-" .. wanted))
      assert.is_false(ok)
      assert.equal(mine, raised)
      armed = false
      assert(client:copy(from("app:1"), to("app:raise-" .. wanted)))
    end
  end)

  it("end a verb by cancel(), as Ctrl-C does; the next goes on", function()
    for _, wanted in ipairs { "verb_begun", "request", "blob_begun" } do
      local client, armed, codes = nil, true, {}
      client = listening { on_event = function(event)
        codes[#codes + 1] = event.event == "verb_done" and event.code or nil
        if armed and event.event == wanted then
          client:cancel()
        end
      end }
      fails("canceled", client:copy(from("app:1"), to("cancel/" .. wanted .. ":1")))
      assert.same({ "canceled" }, codes)
      armed = false
      assert(client:copy(from("app:1"), to("cancel/" .. wanted .. ":1")))
      client:cancel() -- nothing is under way
      assert(client:inspect(from("app:1")))
    end
  end)

  it("refuse a listener that uses the client", function()
    local client, raised
    client = listening { on_event = function()
      raised = raised or select(2, pcall(client.inspect, client, from("app:1")))
    end }
    assert(client:inspect(from("app:1")))
    assert.truthy(raised:find("may not use the client", 1, true))
    assert.truthy(made[1].digest)
  end)

  it("come of no function that nobody gave", function()
    local client = manifest.client { config = temp.folder("config") }
    finally(function()
      client:close()
    end)
    assert(client:inspect(from("app:1")))
    assert.is_nil(client.control.teller)
    assert.equal(0, client.control.running)
  end)
end)

describe("events of odd registries", function()
  local PASSWORD, TOKEN, QUERY = canary.secret("password"), canary.secret("token"), canary.secret("query")
  local image = played.new("amd64")

  local function server_with(exchanges)
    local scripted = require "spec.support.servers.scripted"
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = exchanges }
    finally(function()
      server:stop()
    end)
    return server
  end

  local function config_for(address)
    local folder = temp.folder("config")
    temp.file(('{"auths":{"%s":{"auth":"%s"}}}'):format(address, base64.encode("me:" .. PASSWORD)),
      folder .. "/config.json")
    return folder
  end

  it("tell why a request is sent again, and how long is waited", function()
    local list = played.pull(image, "app", {})
    table.insert(list, 1, { method = "GET", path = "/v2/app/manifests/1", times = 1, answer = { status = 503 } })
    table.insert(list, 2, { method = "GET", path = "/v2/app/manifests/1", times = 1, answer = { status = 429,
      headers = { { "Retry-After", "1" } } } })
    local server = server_with(list)
    local client, events = listening()
    client:get(server.address.a .. "/app:1")
    local retries = {}
    for _, event in ipairs(of(events, "retry")) do
      if event.status then
        retries[#retries + 1] = event
      end
    end
    assert.same({ 503, 429 }, { retries[1].status, retries[2].status })
    assert.is_true(retries[2].seconds > 0.5 and retries[2].seconds <= 1.1)
    assert.truthy(retries[1].reason)
  end)

  --- An address of this machine that is not loopback; nil where it has none.
  local function own_address()
    local found = process.run { "python3", "-c", [[
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("192.0.2.1", 9))
print(s.getsockname()[0])]] }.stdout:match("^(%S+)\n$")
    return found and not found:find("^127%.") and found or nil
  end

  it("tell that a connection that is refused is tried again, and not on this machine's loopback address", function()
    local address = own_address()
    local hosts = { ["127.0.0.1"] = 0, [address or "127.0.0.1"] = address and 4 or 0 }
    for host, times in pairs(hosts) do
      local client, events = listening()
      fails("network", client:digest(("%s:%d/app:1"):format(host, port.free())))
      assert.equal(times, #of(events, "retry"))
    end
  end)

  it("tell of a redirect, of the login's place and of the token server, and no secret", function()
    local allow = "^Bearer " .. TOKEN
    local list = {
      { origin = "a", path = "/v2/app/manifests/1", headers = { Authorization = allow }, answer = { status = 307,
        headers = { { "Location", "${b}/elsewhere?sig=" .. QUERY .. "#" .. QUERY } } } },
      { origin = "a", path = "/token", headers = { Authorization = "^Basic " }, answer = {
        status = 200, body = ('{"token":"%s"}'):format(TOKEN) } },
      { origin = "b", path = "/elsewhere", answer = { status = 404, body = TOKEN .. PASSWORD } },
      { origin = "a", answer = { status = 401, headers = {
        { "WWW-Authenticate", 'Bearer realm="${a}/token",service="s"' } } } },
    }
    local server = server_with(list)
    local folder = config_for(server.address.a)
    local client, events = listening { config = folder }
    client:get(server.address.a .. "/app:1")
    local login = of(events, "login")[1]
    assert.equal(server.address.a, login.registry)
    assert.equal(folder .. "/config.json", login.source)
    local redirect = of(events, "redirect")[1]
    assert.equal(server.urls.b .. "/elsewhere", redirect.target)
    assert.equal(307, redirect.status)
    local purposes = {}
    for _, event in ipairs(of(events, "request")) do
      purposes[event.purpose or "own"] = true
    end
    assert.is_true(purposes.token and purposes.own)
    assert.same({}, canary.found(canary.text_of(events),
      { PASSWORD, TOKEN, QUERY, canary.basic("me", PASSWORD), base64.encode(PASSWORD) }))
  end)

  it("tell where a login was looked for in vain, or that the caller gave it", function()
    local server = server_with { { answer = { status = 401, headers = { { "WWW-Authenticate", "Basic" } } } } }
    local client, events = listening()
    fails("unauthorized", client:get(server.address.a .. "/app:1"))
    local login = of(events, "login")[1]
    assert.is_nil(login.source)
    assert.truthy(login.reason:find("config.json", 1, true))
    client, events = listening { credentials = { [server.address.a] = { username = "u", password = PASSWORD } } }
    fails("unauthorized", client:get(server.address.a .. "/app:1"))
    assert.equal("the option 'credentials'", of(events, "login")[1].source)
    assert.same({}, canary.found(canary.text_of(events), { PASSWORD, canary.basic("u", PASSWORD) }))
  end)

  it("tell how a registry asks for credentials, and what a token says that it is good for", function()
    local claims = base64.encode('{"access":[{"type":"repository","name":"app","actions":["pull"]}]}'):gsub("=", "")
    local token = ("e30.%s.%s"):format(claims, TOKEN)
    local server = server_with {
      { path = "/token", answer = { status = 200, body = ('{"token":"%s"}'):format(token) } },
      { answer = { status = 401, headers = { { "WWW-Authenticate",
        ('Bearer realm="${a}/token?%s",service="s", Basic realm="x"'):format(QUERY) } } } },
    }
    local client, events = listening()
    fails("unauthorized", client:get(server.address.a .. "/app:1"))
    local challenge = of(events, "challenge")[1]
    assert.same({ server.address.a, "app", "bearer, basic", server.urls.a .. "/token" },
      { challenge.registry, challenge.repository, challenge.offers, challenge.url })
    local granted = {}
    for _, event in ipairs(of(events, "response")) do
      granted[#granted + 1] = event.granted
      assert.equal(server.address.a, event.address)
      assert.equal(event.status and "HTTP/1.1", event.protocol)
    end
    assert.equal("repository:app:pull", granted[1])
    assert.same({}, canary.found(canary.text_of(events), { TOKEN, QUERY, token }))
  end)

  it("tell by which proxy a request goes, without its password", function()
    local server = server_with { { answer = { status = 502 } } }
    local env = ours.variables()
    env.http_proxy = ("http://u:%s@%s"):format(PASSWORD, server.address.a)
    local done = process.run { "lua5.4", "-e", [[
      local client = require("manifest").client { plain_http = { "registry.example" }, config = "/nowhere",
        on_event = function(event) print(event.event, event.proxy, event.address) end }
      client:ratelimit("registry.example/app:1")]], env = env, preload = true }
    assert.matches(("response\thttp://%s\t%s\n"):format(server.address.a, server.address.a), done.stdout, 1, true)
    assert.same({}, canary.found(done.stdout .. done.stderr, { PASSWORD }))
  end)
end)
