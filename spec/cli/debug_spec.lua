--- --debug and --trace: every request, why it is sent again, where logins come from, and no secret; and the variables
--- that have the defaults of common options.

local base64 = require("manifest.core").base64
local block = require "spec.support.block"
local canary = require "spec.support.asserts.canary"
local dkjson = require "dkjson"
local flags = require "manifest.declare.flags"
local ours = require "spec.support.worlds.ours"
local played = require "spec.support.inputs.played_image"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local AMD = { os = "linux", architecture = "amd64" }

--- Attributes of a span by name.
local function attributes_of(span)
  local by_name = {}
  for _, one in ipairs(span.attributes) do
    by_name[one.key] = one.value.stringValue or math.tointeger(tonumber(one.value.intValue))
  end
  return by_name
end

local function spans_of(path)
  local spans = {}
  for line in assert(temp.read(path)):gmatch("[^\n]+") do
    local data = assert(dkjson.decode(line), line)
    local resource = data.resourceSpans[1]
    assert.equal("service.name", resource.resource.attributes[1].key)
    spans[#spans + 1] = resource.scopeSpans[1].spans[1]
  end
  return spans
end

describe("--debug", function()
  local here, from = block.registry()
  block.images(here, { { repository = "app", tag = "1", platform = AMD } })
  local run = ours.new()

  it("shows each request and its answer, before the verb, behind it, and by a variable", function()
    for _, way in ipairs {
      { words = { "--debug", "digest", from("app:1") } }, { words = { "digest", "--debug", from("app:1") } },
      { words = { "-D", "digest", from("app:1") } }, { words = { "digest", from("app:1"), "-D" } },
      { words = { "digest", from("app:1") }, env = { MANIFEST_DEBUG = "1" } },
    } do
      way.words.env = way.env
      local done = run(way.words)
      assert.equal(0, done.status)
      assert.matches("\nmanifest: debug: %-%-> HEAD http://[^\n]*/v2/app/manifests/1\n", done.stderr)
      assert.matches("\nmanifest: debug: <%-%- 200 HEAD http://[^\n]*/v2/app/manifests/1, %d+ ms, sent 0, received 0 b",
        done.stderr)
      assert.matches("\nmanifest: debug: again in 0 ms: HEAD http://[^\n]*: the registry speaks plain HTTP\n",
        done.stderr)
      assert.matches("credentials of [^\n]* none; looked in: ", done.stderr)
      assert.matches("\nmanifest: debug: digest: done in %d+ ms\n$", done.stderr)
      assert.matches("^sha256:%x+\n$", done.stdout)
    end
    assert.equal("", run({ "digest", from("app:1"), "--debug=false", env = { MANIFEST_DEBUG = "1" } }).stderr)
    assert.equal("", run({ "digest", from("app:1"), env = { MANIFEST_DEBUG = "" } }).stderr)
  end)

  it("shows where a redirect leads, why a request is sent again, whose login it is, and no secret", function()
    local PASSWORD, TOKEN, QUERY, PATH = canary.secret("password"), canary.secret("token"), canary.secret("query"),
      canary.secret("path")
    local COOKIE = canary.secret("cookie")
    local allow = { Authorization = "^Bearer " .. TOKEN }
    local image = played.new("amd64")
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { origin = "a", path = "/v2/app/manifests/1", headers = allow, times = 1, answer = { status = 503 } },
      { origin = "a", path = "/v2/app/manifests/1", headers = allow, answer = { status = 307,
        headers = { { "Location", ("${b}/%s?sig=%s"):format(TOKEN, QUERY) } } } },
      { origin = "a", path = "/token", headers = { Authorization = "^Basic " }, answer = {
        status = 200, body = ('{"token":"%s"}'):format(TOKEN) } },
      { origin = "b", answer = { status = 200, body = image.manifest, headers = {
        { "Content-Type", image.media_type }, { "X-Request-ID", "r-7 " .. TOKEN }, { "Server", "" },
        { "Set-Cookie", "session=" .. COOKIE }, { "Warning", '299 - "\27[2J"' } } } },
      { origin = "a", answer = { status = 401, headers = {
        { "WWW-Authenticate", ('Bearer realm="${a}/token?%s=1",service="s"'):format(PATH) } } } },
    } }
    finally(function()
      server:stop()
    end)
    local trace = temp.path("trace")
    local config = ('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address.a, base64.encode("me:" .. PASSWORD))
    local done = ours.new { config = config } { "get", server.address.a .. "/app:1", "--debug", "--trace", trace }
    assert.equal(0, done.status, done.stderr)
    assert.matches("credentials of [%d.:]+ %(app%): from [^\n]*/config%.json\n", done.stderr)
    assert.matches("[%d.:]+ asks for credentials: bearer, tokens from http://[%d.:]+/token\n", done.stderr)
    assert.matches("\nmanifest: debug: %-%-> GET http[^\n]*/token %(token%)\n", done.stderr)
    assert.matches("again in %d+ ms: GET [^\n]*: an answer that may pass %(it answered 503%)\n", done.stderr)
    assert.matches("redirected %(307%) from [^\n]*/v2/app/manifests/1 to http[^\n]*/%*+\n", done.stderr)
    assert.matches("again in 0 ms: GET [^\n]*: credentials are needed %(it answered 401%)\n", done.stderr)
    assert.matches("\nmanifest: debug:     Content%-Type: " .. image.media_type:gsub("%p", "%%%0") .. "\n", done.stderr)
    assert.matches("\nmanifest: debug:     X%-Request%-Id: r%-7 %*+\n", done.stderr)
    assert.matches('\nmanifest: debug:     Warning: 299 %- "\\x1b%[2J"\n', done.stderr)
    assert.is_nil(done.stderr:find("debug:     Server", 1, true))
    local secrets = { PASSWORD, TOKEN, QUERY, PATH, COOKIE, canary.basic("me", PASSWORD), base64.encode(PASSWORD) }
    assert.same({}, canary.found(done.stderr, secrets))
    assert.same({}, canary.found(assert(temp.read(trace)), secrets))
  end)
end)

describe("--trace", function()
  local here, from = block.registry()
  block.images(here, { { repository = "app", tag = "1", platform = AMD } })
  local run = ours.new()

  it("adds a span of the command and of each request, with OpenTelemetry's names", function()
    local trace = temp.path("trace")
    assert.equal(0, run({ "get", from("app:1"), "--trace", trace }).status)
    local spans, command = spans_of(trace), nil
    for _, span in ipairs(spans) do
      command = span.name == "manifest get" and span or command
    end
    assert.same({ 1, { code = 1 } }, { command.kind, command.status })
    assert.is_nil(command.parentSpanId)
    local gets = 0
    for _, span in ipairs(spans) do
      assert.matches("^%x+$", span.traceId)
      assert.same({ 32, 16 }, { #span.traceId, #span.spanId })
      assert.equal(command.traceId, span.traceId)
      assert.is_true(tonumber(span.startTimeUnixNano) <= tonumber(span.endTimeUnixNano))
      assert.is_true(math.abs(tonumber(span.endTimeUnixNano) / 1e9 - os.time()) < 60)
      if span ~= command then
        local has = attributes_of(span)
        assert.same({ 3, command.spanId }, { span.kind, span.parentSpanId })
        assert.equal(span.name, has["http.request.method"])
        assert.matches("^https?://127%.0%.0%.1:%d+/v2/", has["url.full"])
        assert.same({ here.address }, { ("%s:%d"):format(has["server.address"], has["server.port"]) })
        gets = gets + (has["http.response.status_code"] == 200 and has["http.response.body.size"] > 0 and 1 or 0)
        assert.equal(has["http.response.status_code"] == nil, has["error.type"] ~= nil)
      end
    end
    assert.equal(1, gets)
  end)

  it("tells of a failure, adds to what is there, and is part of the trace of TRACEPARENT", function()
    local trace, id, parent = temp.path("trace"), ("0123456789abcdef"):rep(2), "fedcba9876543210"
    local env = { TRACEPARENT = ("00-%s-%s-01"):format(id, parent) }
    assert.equal(1, run({ "get", from("app:absent"), "--trace", trace, env = env }).status)
    local before = #spans_of(trace)
    assert.equal(0, run({ "get", from("app:1"), env = { MANIFEST_TRACE = trace } }).status)
    local spans = spans_of(trace)
    assert.is_true(#spans > before)
    local command = spans[before]
    assert.same({ id, parent, { code = 2 } }, { command.traceId, command.parentSpanId, command.status })
    assert.equal("not_found", attributes_of(command)["error.type"])
    assert.not_equal(id, spans[#spans].traceId)
  end)

  it("is refused before anything is asked when it cannot be written", function()
    here:clear()
    local done = run { "get", from("app:1"), "--trace", temp.folder("x") .. "/absent/trace" }
    assert.equal(1, done.status)
    assert.matches("^cannot write the trace [^\n]*absent/trace: No such file or directory\n", done.stderr)
    assert.same({}, here:requests())
  end)
end)

describe("variables", function()
  local here, from = block.registry()
  block.images(here, { { repository = "app", tag = "1", platform = AMD } })
  local run = ours.new()

  it("have the default of every option for connections and of every command", function()
    local count = 0
    for _, flag in ipairs(flags.of(require("manifest.verb.copy"))) do
      local is_shared = flag.of == "client" or flag.of == "command"
      assert.equal(is_shared and "MANIFEST_" .. flag.name:gsub("-", "_"):upper() or nil, flag.variable)
      count = count + (is_shared and 1 or 0)
    end
    assert.is_true(count > 12)
  end)

  it("are read as the option is: lists by commas, what is given comes first, what is wrong is named", function()
    local env = { MANIFEST_PLAIN_HTTP = "other.example.com," .. here.address }
    local done = run { "digest", from("app:1"), "--debug", env = env }
    assert.equal(0, done.status)
    assert.is_nil(done.stderr:find("https://", 1, true))
    done = run { "digest", from("app:1"), env = { MANIFEST_JOBS = "many" } }
    assert.equal(125, done.status)
    assert.matches('^invalid argument "many" in MANIFEST_JOBS: not a whole number\n', done.stderr)
    assert.equal(0, run({ "digest", from("app:1"), "--jobs", "2", env = { MANIFEST_JOBS = "many" } }).status)
  end)
end)
