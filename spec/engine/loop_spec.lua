--- Tasks over the engine: order, bounds, first errors, and nothing left behind.

local error_of = require("manifest.base.error")
local block = require "spec.support.block"
local repositories = require "spec.support.worlds.repositories"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"

local server = block.scripted { exchanges = {
  { path = "/hang", answer = { sleep = 60 } }, { path = "/slow", answer = { { sleep = 0.1 }, { status = 200 } } },
  { path = "/error", answer = { status = 500 } }, { answer = { status = 200, body = "x" } },
} }

local function get(loop, path)
  return loop:request({ method = "GET", url = server.urls.a .. path, timeout = 60, attempts = 1 })
end

local function fresh(settings, credentials)
  local loop, engine = repositories.loop(settings, credentials)
  finally(function()
    engine:close()
  end)
  return loop, engine
end

local function is_clean(loop)
  assert.is_nil(next(loop.tasks))
  assert.is_nil(next(loop.waiting))
  assert.is_nil(next(loop.finished))
  assert.same({}, loop.ready)
end

describe("a loop", function()
  it("sends a request outside any task", function()
    local loop = fresh()
    assert.equal("x", assert(get(loop, "/")).body)
    is_clean(loop)
  end)

  it("keeps the list's order whatever ends first", function()
    local loop = fresh()
    local results = assert(loop:all({ "/slow", "/a", "/b" }, 3, function(path)
      local response, err = get(loop, path)
      return response and path, err
    end))
    assert.same({ "/slow", "/a", "/b" }, results)
    is_clean(loop)
  end)

  it("runs no more than so many at a time", function()
    local loop = fresh()
    local running, most = 0, 0
    assert(loop:all({ 1, 2, 3, 4, 5, 6, 7 }, 3, function()
      running = running + 1
      most = math.max(most, running)
      assert(get(loop, "/slow"))
      running = running - 1
      return true
    end))
    assert.equal(3, most)
  end)

  it("gives the first error in the list's order and cancels what is behind it", function()
    local loop = fresh()
    local started = {}
    local results, err, index = loop:all({ "/slow", "first", "second", "/hang" }, 4, function(item)
      started[#started + 1] = item
      if item:sub(1, 1) == "/" then
        return get(loop, item)
      end
      if item == "first" then
        get(loop, "/slow") -- later than the second
      end
      return nil, item
    end)
    assert.is_nil(results)
    assert.equal("first", err)
    assert.equal(2, index)
    is_clean(loop)
  end)

  it("does not start what is behind an error", function()
    local loop = fresh()
    local started = 0
    assert.is_nil((loop:all({ 1, 2, 3, 4, 5 }, 1, function(item)
      started = started + 1
      return item < 2 and item or nil, "stop"
    end)))
    assert.equal(2, started)
  end)

  it("collects results and errors on request", function()
    local loop = fresh()
    local results, errors = loop:all({ 1, 2, 3 }, 2, function(item)
      get(loop, "/")
      return item ~= 2 and item or nil, "two"
    end, true)
    assert.equal(1, results[1])
    assert.is_nil(results[2])
    assert.equal(3, results[3])
    assert.same({ [2] = "two" }, errors)
  end)

  it("counts a failure that a task raises as one that it returns", function()
    local loop = fresh()
    local first, second = error_of.new({ code = "io", message = "1" }), error_of.new({ code = "io", message = "2" })
    local function act(item)
      if item == 1 then
        get(loop, "/slow") -- later than the second
      end
      error(item == 1 and first or second, 0)
    end
    assert.same({ n = 3, nil, first, 1 }, table.pack(loop:all({ 1, 2 }, 2, act)))
    assert.same({ n = 2, {}, { first, second } }, table.pack(loop:all({ 1, 2 }, 2, act, true)))
    local interrupt = error_of.new({ code = "canceled", message = "m" })
    local ok, raised = pcall(loop.all, loop, { 1 }, 1, function() error(interrupt, 0) end, true)
    assert.is_false(ok)
    assert.equal(interrupt, raised)
    is_clean(loop)
  end)

  it("takes neither value nor error for success", function()
    local loop, done = fresh(), 0
    assert.same({}, (loop:all({ 1, 2 }, 1, function()
      done = done + 1
    end)))
    assert.equal(2, done)
  end)

  it("takes false for a result", function()
    local loop = fresh()
    assert.same({ false, true }, (loop:all({ false, true }, 2, function(item)
      return item
    end)))
  end)

  it("does nothing for an empty list", function()
    local loop = fresh()
    assert.same({}, (loop:all({}, 4, error)))
  end)

  it("runs lists inside tasks", function()
    local loop = fresh()
    local results = assert(loop:all({ 1, 2, 3 }, 2, function(item)
      local inner = assert(loop:all({ "a", "b" }, 2, function(name)
        assert(get(loop, "/" .. name))
        return name .. item
      end))
      return table.concat(inner, " ")
    end))
    assert.same({ "a1 b1", "a2 b2", "a3 b3" }, results)
    is_clean(loop)
  end)

  it("passes on what a task raises, with its traceback, and ends the others", function()
    local loop = fresh()
    local ok, err = pcall(loop.all, loop, { 1, 2 }, 2, function(item)
      if item == 2 then
        error("broken by spec")
      end
      return get(loop, "/hang")
    end)
    assert.is_false(ok)
    assert.matches("broken by spec", err)
    assert.matches("loop_spec", err)
    is_clean(loop)
    local object = setmetatable({}, { __tostring = function() return "object" end })
    ok, err = pcall(loop.all, loop, { 1 }, 1, function()
      error(object)
    end)
    assert.is_false(ok)
    assert.equal(object, err)
  end)

  it("refuses a task that yields", function()
    local loop = fresh()
    local ok, err = pcall(loop.all, loop, { 1 }, 1, function()
      coroutine.yield("mine")
      return true
    end)
    assert.is_false(ok)
    assert.matches("may not yield", err)
    is_clean(loop)
  end)

  it("lets a task use coroutines of its own", function()
    local loop = fresh()
    local results = assert(loop:all({ 1, 2 }, 2, function(item)
      local generate = coroutine.wrap(function()
        for index = 1, 2 do
          coroutine.yield(item * 10 + index)
        end
      end)
      assert(get(loop, "/"))
      return generate() + generate()
    end))
    assert.same({ 23, 43 }, results)
  end)

  it("sends requests from a coroutine inside a task", function()
    local loop = fresh()
    local results = assert(loop:all({ 1, 2 }, 2, function()
      local status
      coroutine.wrap(function()
        status = assert(get(loop, "/slow")).status
      end)()
      return status
    end))
    assert.same({ 200, 200 }, results)
    is_clean(loop)
  end)

  it("closes what a cancelled task holds", function()
    local loop = fresh()
    local closed = false
    pcall(loop.all, loop, { 1, 2 }, 2, function(item)
      if item == 2 then
        get(loop, "/")
        error("stop")
      end
      local guard <close> = setmetatable({}, { __close = function() -- luacheck: ignore guard
        closed = true
      end })
      return get(loop, "/hang")
    end)
    assert.is_true(closed)
    is_clean(loop)
  end)

  it("leaves nothing behind when it is interrupted", function()
    local loop, engine = fresh()
    local count = 0
    local task = coroutine.create(function()
      return get(loop, "/hang")
    end)
    debug.sethook(task, function()
      count = count + 1
      if count > 150 then
        debug.sethook()
        error("interrupted!")
      end
    end, "", 1)
    local ok, err = coroutine.resume(task)
    assert.is_false(ok)
    assert.matches("interrupted!", tostring(err))
    is_clean(loop)
    assert.same({}, (engine:step(0.05)))
    assert.equal("x", assert(get(loop, "/")).body)
  end)

  it("asks the caller's own vault, which may not ask back", function()
    local loop
    loop = fresh({ ask = true }, function()
      return get(loop, "/")
    end)
    local challenged = scripted.start { exchanges = { { answer = { status = 401,
      headers = { { "WWW-Authenticate", "Basic" } } } } } }
    local ok, err = pcall(loop.request, loop, { method = "GET", url = challenged.urls.a, registry = "r", timeout = 60 })
    challenged:stop()
    assert.is_false(ok)
    assert.matches("may not use the client", err)
    is_clean(loop)
    assert.equal("x", assert(get(loop, "/")).body)
  end)

  it("passes on what the vault raises", function()
    local loop = fresh({ ask = true }, function()
      error("vault is locked")
    end)
    local challenged = scripted.start { exchanges = { { answer = { status = 401,
      headers = { { "WWW-Authenticate", "Basic" } } } } } }
    local ok, err = pcall(loop.all, loop, { 1 }, 1, function()
      return loop:request({ method = "GET", url = challenged.urls.a, registry = "r", timeout = 60 })
    end)
    challenged:stop()
    assert.is_false(ok)
    assert.matches("vault is locked", err)
    is_clean(loop)
  end)

  it("turns problems of the core into errors", function()
    local loop = fresh()
    local _, err = loop:request({ method = "GET", url = "ftp://a/b" })
    assert.equal("invalid_argument", err.code)
    assert.equal("manifest.error", getmetatable(err).__name)
  end)
end)

it("an engine is collected with its loop", function()
  local weak = setmetatable({}, { __mode = "v" })
  do
    local engine = requests.engine()
    weak[1] = require("manifest.engine.loop").new(engine)
    weak[2] = engine
  end
  collectgarbage()
  collectgarbage()
  assert.is_nil(weak[1])
  assert.is_nil(weak[2])
end)

describe("turns to stream", function()
  it("are not lost with a task that is canceled while it is its turn", function()
    local loop = fresh { connections = 2 }
    local function stream()
      local turn <close> = loop:stream() -- luacheck: ignore turn
      loop:sleep(0.01)
      return true
    end
    local results, errors = loop:all({ 1, 2 }, 2, function(item)
      if item == 2 then
        return stream()
      end
      return loop:all({ 1, 2, 3 }, 3, function(part)
        if part == 1 then
          stream()
          return nil, "broken"
        end
        return stream()
      end)
    end, true)
    assert.equal("broken", errors[1])
    assert.is_true(results[2])
  end)
end)
