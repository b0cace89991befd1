--- The life of engines, exchanges and pipes: whatever is dropped, closed twice or used too late.

local block = require "spec.support.block"
local core = require "manifest.core"
local helper_program = require "spec.support.inputs.helper_program"
local lfs = require "lfs"
local process = require "spec.support.process"
local requests = require "spec.support.worlds.requests"
local temp = require "spec.support.temp"

local server = block.scripted { origins = { a = {}, mute = { mute = true } }, exchanges = {
  { path = "/hang", answer = { sleep = 60 } }, { path = "/slow", answer = { { sleep = 0.2 }, { status = 200 } } },
  { path = "/trickle", answer = { { raw = "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" },
    { trickle = ("x"):rep(9999), each = 0.05 } } },
  { path = "/head", answer = { { raw = "HTTP/1.1 200 OK\r\n" }, { trickle = ("X: y\r\n"):rep(999), each = 0.05 } } },
  { path = "/login", headers = { Authorization = "^Basic " }, answer = { status = 200 } },
  { path = "/login", answer = { status = 401, headers = { { "WWW-Authenticate", "Basic" } } } },
  { path = "/busy", times = 1, answer = { status = 429 } }, { answer = { status = 200, body = "x" } },
} }

local function request(path, more)
  local made = { method = "GET", url = server.urls.a .. path, timeout = 60 }
  for name, value in pairs(more or {}) do
    made[name] = value
  end
  return made
end

describe("an engine", function()
  it("is closed twice and refuses to be used after", function()
    local engine = requests.engine()
    engine:close()
    engine:close()
    for _, use in ipairs { "start", "step", "answer", "warnings" } do
      assert.has_error(function()
        engine[use](engine, {})
      end)
    end
  end)

  it("takes one body and one sink for a request, and keeps nothing of a second", function()
    local engine, folder = requests.engine(), temp.folder("sink")
    for what, two in pairs { body = { body = "x", body_file = temp.file("y") }, sink = { sink_file = folder .. "/file",
      discard = true } } do
      assert.error_matches(function()
        engine:start(request("/", two))
      end, "a request has more than one " .. what)
    end
    collectgarbage()
    assert.is_nil(lfs.attributes(folder .. "/file"))
  end)

  it("waits though nobody has taken the result of what ended before", function()
    local engine <close> = requests.engine()
    assert(engine:start(request("/x")))
    assert(engine:start(request("/hang")))
    repeat
      local finished = assert(engine:step(1))
    until finished[1]
    local before = core.clock()
    for _ = 1, 10 do
      assert.same({}, assert(engine:step(0.1)))
    end
    assert.is_true(core.clock() - before >= 0.5, "it came back at once") -- some events may end a step early
  end)

  it("sends first what came first", function()
    local engine <close> = requests.engine()
    assert(requests.run(engine, request("/busy"))) -- one at once from here on
    local before, list, sent = #server:requests(), {}, {}
    for index = 1, 5 do
      list[index] = request("/" .. index)
    end
    requests.all(engine, list)
    for index, seen in ipairs(table.move(server:requests(), before + 1, before + 5, 1, {})) do
      sent[index] = seen.target
    end
    assert.same({ "/1", "/2", "/3", "/4", "/5" }, sent)
  end)

  it("that is closed ends its exchanges", function()
    local engine = requests.engine()
    local exchange = assert(engine:start(request("/hang")))
    assert(engine:step(0.05))
    engine:close()
    assert.error_matches(function()
      exchange:result()
    end, "attempt to use a closed exchange")
    exchange:close()
  end)

  it("and its exchanges may be collected in any order", function()
    for _ = 1, 20 do
      local engine = requests.engine()
      local exchanges = {} -- luacheck: ignore
      for index = 1, 4 do
        exchanges[index] = assert(engine:start(request(index % 2 == 0 and "/hang" or "/x")))
      end
      engine:step(0.01)
      local kept = math.random() < 0.5 and engine or exchanges
      engine, exchanges = nil, nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
      assert.is_truthy(kept)
    end
  end)

  it("keeps what is under way although nobody else holds it", function()
    local engine = requests.engine()
    assert(engine:start(request("/slow")))
    collectgarbage()
    collectgarbage()
    local finished
    repeat
      finished = assert(engine:step(1))
    until #finished > 0
    assert.equal(200, assert(finished[1]:result()).status)
    engine:close()
  end)

  it("forgets what was closed", function()
    local engine = requests.engine()
    local weak = setmetatable({}, { __mode = "k" })
    for _ = 1, 10 do
      local exchange = assert(engine:start(request("/hang")))
      weak[exchange] = true
      exchange:close()
      exchange:close()
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(weak))
    engine:close()
  end)

  it("gives a result once", function()
    local engine = requests.engine()
    local exchange = assert(engine:start(request("/slow")))
    assert.has_error(function()
      exchange:result()
    end)
    repeat
      local finished = assert(engine:step(1))
    until #finished > 0
    assert.equal(200, assert(exchange:result()).status)
    assert.has_error(function()
      exchange:result()
    end)
    engine:close()
  end)

  it("may be closed while others of the process go on", function()
    local one, other = requests.engine(), requests.engine()
    assert(one:start(request("/hang")))
    local outcome
    one:step(0.01)
    one:close()
    outcome = assert(requests.run(other, request("/x")))
    assert.equal(200, outcome.status)
    other:close()
  end)

  for _, case in ipairs {
    { insecure = 1 }, { connect_timeout = 0 }, { connect_timeout = -1 }, { stall_timeout = 0 / 0 }, { backoff = "1" },
    { connections = 0 }, { connections = 1.5 }, { ca_file = "a\0b" }, { user_agent = 5 }, { auth_hosts = { "a\0=b" } },
    { insecure_hosts = { {} } }, { resolve = { "a\0" } }, { certificate_roots = { "/x\0y" } }, { config_folder = "\0" },
    { client_certificate = "a\0" }, { client_key = true },
  } do
    it(("refuses the setting %s"):format(next(case)), function()
      assert.has_error(function()
        core.engine(case)
      end)
    end)
  end
end)

describe("a request table", function()
  local bad = {
    { method = "GET\0" }, { url = "http://a/\0" }, { url = 5 }, { base = "x\0" }, { registry = "\0" },
    { repository = "a\0b" }, { digest = "sha256:\0" }, { headers = { A = "b\0c" } }, { headers = { ["A\0"] = "b" } },
    { headers = { A = "b\r\nC: d" } }, { headers = { ["A b"] = "c" } }, { headers = { A = 1 } }, { headers = { "x" } },
    { headers = 1 }, { scopes = { "a\0" } }, { scopes = { {} } }, { scopes = 1 }, { body = {} },
      { body_file = "/x\0y" },
    { sink_file = "/x\0y" }, { limit = -1 }, { limit = 1.5 }, { limit = "5" }, { timeout = 0 }, { timeout = -1 },
    { timeout = 0 / 0 }, { timeout = "1" }, { attempts = 0 }, { attempts = 1000 }, { body_pipe = {} },
    { sink_pipe = "x" }, { body_offset = "x", body_file = "/dev/null" },
    { body_offset = -1, body_file = "/dev/null" }, { body_offset = math.mininteger, body_file = "/dev/null" },
    { body_length = -2, body_file = "/dev/null" }, { sink_scratch = "x" }, { sink_scratch = 1, discard = true },
  }
  for index, fields in ipairs(bad) do
    it(("number %d is refused and leaves nothing behind"):format(index), function()
      local engine = requests.engine()
      local made = request("/x", { body = nil, headers = { A = "b" }, scopes = { "repository:a:pull" } })
      for name, value in pairs(fields) do
        made[name] = value
      end
      assert.has_error(function()
        engine:start(made)
      end)
      engine:close()
    end)
  end

  for name, url in pairs { file = "file:///etc/passwd", ftp = "ftp://a/b", userinfo = "http://u:p@a/b", empty = "",
    text = "not a url", port = "http://a:0/", crlf = "http://a/b\r\nX: y", space = "http://a/b c" } do
    it("with a URL of another kind (" .. name .. ") is an error", function()
      local engine = requests.engine()
      local _, problem = engine:start({ method = "GET", url = url })
      assert.equal("invalid_argument", problem.code)
      assert.is_nil(problem.message:find("u:p", 1, true))
      engine:close()
    end)
  end

  it("with a file that cannot be opened is an error", function()
    local engine = requests.engine()
    for _, fields in ipairs { { body_file = "/nowhere/x" }, { body_file = "/dev" }, { sink_file = "/nowhere/x" },
      { sink_file = temp.file("there") } } do
      local exchange, problem = engine:start(request("/x", fields))
      assert.is_nil(exchange)
      assert.equal("io", problem.code)
    end
    engine:close()
  end)

  it("with a digest of an unknown algorithm is an error", function()
    local engine = requests.engine()
    local _, problem = engine:start(request("/x", { digest = "md5:abc" }))
    assert.equal("unsupported", problem.code)
    engine:close()
  end)
end)

describe("a pipe", function()
  it("has one end each", function()
    local engine = requests.engine()
    local pipe = core.pipe(65536, 10)
    assert(engine:start(request("/hang", { sink_pipe = pipe })))
    assert.has_error(function()
      engine:start(request("/hang", { sink_pipe = pipe }))
    end)
    pipe:close()
    pipe:close()
    assert.has_error(function()
      engine:start(request("/hang", { method = "PUT", body_pipe = pipe }))
    end)
    engine:close()
  end)

  it("of no use is refused", function()
    for _, capacity in ipairs { 0, -1, 1000, 1 << 40 } do
      assert.has_error(function()
        core.pipe(capacity, 1)
      end)
    end
  end)

  it("ends its reader when its writer is dropped", function()
    local engine = requests.engine()
    local pipe = core.pipe(65536, 10)
    local writer = assert(engine:start(request("/hang", { sink_pipe = pipe })))
    local reader = assert(engine:start(request("/x", { method = "PUT", body_pipe = pipe })))
    engine:step(0.05)
    writer:close()
    local finished
    repeat
      finished = assert(engine:step(1))
    until #finished > 0
    assert.equal(reader, finished[1])
    local _, problem = reader:result()
    assert.equal("canceled", problem.code)
    engine:close()
  end)
end)

describe("a deadline", function()
  for _, path in ipairs { "/hang", "/trickle", "/head" } do
    it("ends an answer that hangs: " .. path, function()
      local engine = requests.engine()
      local _, problem = requests.run(engine, request(path, { timeout = 0.3 }))
      assert.equal("timeout", problem.code)
      engine:close()
    end)
  end

  it("of connecting ends a TLS greeting that is not answered", function()
    local silent = process.start { "python3", "-u", "-c", "import socket, time\n"
      .. "s = socket.create_server(('127.0.0.1', 0))\nprint(s.getsockname()[1])\ntime.sleep(60)" }
    local port = process.wait_for(function()
      return silent:output():match("%d+")
    end)
    local engine = requests.engine { connect_timeout = 0.2 }
    local _, problem = requests.run(engine, { url = ("https://127.0.0.1:%s/"):format(port), attempts = 2 })
    silent:stop()
    assert.equal("timeout", problem.code)
    assert.is_true(problem.retryable)
    engine:close()
  end)

  it("of a stall ends what does not move", function()
    local engine = requests.engine { stall_timeout = 1 }
    local _, problem = requests.run(engine, request("/hang", { attempts = 1 }))
    assert.equal("timeout", problem.code)
    assert.is_true(problem.retryable)
    engine:close()
  end)
end)

describe("after a fork", function()
  --- Runs a script that may fork(), with requests, engine and the server's url; what it prints.
  local function forking(script, env)
    local library = process.lua_library()
    if not library then
      pending("needs Lua as a shared library")
      return
    end
    local whole = ([[
      package.path = "lua/?.lua;./?.lua;" .. package.path
      package.cpath = "%s/?.so;" .. package.cpath
      local requests = require "spec.support.worlds.requests"
      local url, engine = %q
      local function in_child(fn)
        local child = fork()
        if child == 0 then
          fn()
          os.exit(0, true)
        end
        wait(child)
      end
      %s]]):format(os.getenv("MANIFEST_BUILD") or "build", server.urls.a, script)
    local done = process.run { "python3", "spec/support/programs/forking_lua.py", library, temp.file(whole),
      preload = true, env = env }
    assert.equal("", done.stderr)
    return done.stdout
  end

  it("the child may not go on with the parent's engine, and does not end its connections", function()
    assert.equal("nil\tunsupported\n200\n", forking [[
      engine = requests.engine()
      assert(requests.run(engine, { url = url .. "/x" }))
      assert(engine:start({ method = "GET", url = url .. "/hang" }))
      assert(engine:step(0.05))
      in_child(function()
        local ok, problem = engine:step(0)
        print(ok, problem.code)
        engine:close()
      end)
      print(assert(requests.run(engine, { url = url .. "/x" })).status)]])
  end)

  it("the child leaves the file that a download fills", function()
    local path = temp.path("partial")
    assert.equal("there\nthere\ngone\n", forking(([[
      local function look()
        local file <close> = io.open(%q)
        print(file and "there" or "gone")
      end
      engine = requests.engine()
      local exchange = assert(engine:start({ method = "GET", url = url .. "/hang", sink_file = %q }))
      in_child(function()
        exchange:close()
        engine:close()
        look()
      end)
      look()
      exchange:close()
      look()]]):format(path, path)))
  end)

  it("the child leaves the credential helper that is asked", function()
    local gate = temp.path("gate")
    local helper = helper_program.new("spec", ([[
      while [ ! -e %s ]; do sleep 0.02; done
      echo '{"Username":"me","Secret":"secret"}']]):format(gate))
    local config = temp.folder("config")
    temp.file('{"credsStore":"spec"}', config .. "/config.json")
    assert.equal("200\n", forking(([[
      engine = requests.engine({ config_folder = %q })
      local exchange = assert(engine:start({ method = "GET", url = url .. "/login", registry = "r", timeout = 60 }))
      for _ = 1, 5 do
        engine:step(0.1)
      end
      in_child(function()
        engine:close()
      end)
      assert(io.open(%q, "w")):close()
      repeat
        local finished = assert(engine:step(1))
      until finished[1]
      local response, problem = exchange:result()
      print(response and response.status or problem.message)]]):format(config, gate), { PATH = helper.path }))
  end)
end)
