--- A finalizer of the host's may run wherever Lua allocates, also in the middle of one of our calls: what it closes or
--- edits there is what the call works on.

local block = require "spec.support.block"
local collector = require "spec.support.collector"
local core = require "manifest.core"
local requests = require "spec.support.worlds.requests"

local ROUNDS = 25

local server = block.scripted { exchanges = {
  { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } } } }

local function start(engine, repository)
  return assert(engine:start({ method = "GET", url = server.urls.a .. "/v2/", attempts = 1,
    registry = server.address.a, repository = repository }))
end

--- Makes every allocation collect all garbage; the function that it returns ends that. The hook goes meanwhile: that of
--- the hostile collector chooses another mode in the middle of a round.
local function collecting()
  local hook, mask, count = debug.gethook()
  local is_hostile = type(hook) == "function" -- that of ./dev coverage is in C, and may stay
  if is_hostile then
    debug.sethook()
  end
  local mode = collector.incremental(true)
  collectgarbage()
  return function()
    collector.incremental(false)
    collectgarbage(mode)
    if is_hostile then
      debug.sethook(hook, mask, count)
    end
  end
end

--- Calls round(soon) again and again: soon(fn) makes every allocation collect until the round is over, and fn run at
--- the next one, in the next round at the one after that, and so on.
local function at_each_allocation(round)
  local function soon(count, fn)
    setmetatable({}, { __gc = function()
      if count > 1 then
        soon(count - 1, fn)
      else
        fn()
      end
    end })
  end
  local function restore() end
  local _ <close> = setmetatable({}, { __close = function()
    restore()
  end })
  for count = 1, ROUNDS do
    round(function(fn)
      restore = collecting()
      soon(count, fn)
    end)
    restore()
  end
end

--- Calls use(thing) while a finalizer closes it: it works, or it raises that the thing is closed, which must come to
--- pass at least once.
local function close_in(open, use)
  local met = 0
  at_each_allocation(function(soon)
    local thing, given = open()
    local inside = false
    soon(function()
      met = met + (inside and 1 or 0)
      thing:close()
    end)
    inside = true
    local ok, message = pcall(use, thing, given)
    inside = false
    assert.is_true(ok or message:find("closed", 1, true) ~= nil, message)
  end)
  assert.is_true(met > 0)
end

describe("a finalizer that runs in the middle of a call", function()
  it("may close the decompressor that is read", function()
    close_in(function()
      return core.decompressor("gzip"):feed("\x1f\x8b\x08\0\0\0\0\0\2\3K\xce\xcf+I\xcd+\1\0\xa90\xc5\xfe\7\0\0\0")
    end, function(decompressor)
      assert.equal("content", decompressor:read(100000))
    end)
  end)

  it("may close the engine whose warnings are read", function()
    close_in(function()
      local engine = requests.engine()
      for number = 1, 10 do
        engine:warn("warning " .. number)
      end
      return engine
    end, function(engine)
      engine:warnings()
    end)
  end)

  it("may close the engine of the answer that is read", function()
    close_in(function()
      local engine = requests.engine()
      local exchange = assert(engine:start({ method = "GET", url = "http://127.0.0.1:1/", attempts = 1 }))
      repeat
        local finished = assert(engine:step(1))
      until finished[1]
      return engine, exchange
    end, function(_, exchange)
      local _, problem = exchange:result()
      assert.equal("network", problem.code)
    end)
  end)

  it("may close the engine that asks for credentials", function()
    close_in(function()
      local engine, started = requests.engine({ ask = true }), {}
      for number = 1, 3 do
        started[number] = start(engine, "a" .. number)
      end
      return engine, started
    end, function(engine)
      local _, asked
      repeat
        _, asked = assert(engine:step(1))
      until asked
    end)
  end)

  it("may forget the logins that are asked for", function()
    at_each_allocation(function(soon)
      local engine <close> = requests.engine({ ask = true })
      for number = 1, 3 do
        start(engine, "a" .. number)
      end
      soon(function()
        engine:forget_logins()
      end)
      local _, asked
      repeat
        _, asked = assert(engine:step(1))
      until asked
      for _, login in ipairs(asked) do
        assert.equal(server.address.a, login.registry)
        assert.matches("^a[123]$", login.repository)
      end
    end)
  end)

  it("may close the engine that is warned", function()
    close_in(function()
      return requests.engine()
    end, function(engine)
      engine:warn(12345) -- a number becomes a text
    end)
  end)

  it("may edit the object that is written as JSON", function()
    local edits = { function(object)
      for number = 1, 60 do
        object["more" .. number] = number
      end
    end, function(object)
      for key in next, object do
        object[key] = nil
      end
    end }
    for _, edit in ipairs(edits) do
      local met = 0
      at_each_allocation(function(soon)
        local object = { one = 1, two = 2, three = 3 }
        local inside = false
        soon(function()
          met = met + (inside and 1 or 0)
          edit(object)
        end)
        inside = true
        local ok, message = pcall(core.json.encode, object)
        inside = false
        assert.is_true(ok or message == "a nil cannot be written as JSON", message)
      end)
      assert.is_true(met > 0)
    end
  end)
end)

describe("a metamethod of what a call reads", function()
  --- A table that closes the engine when it is asked for this field.
  local function closing(engine, field, values)
    return setmetatable(values, { __index = function(_, name)
      if name == field then
        engine:close()
      end
    end })
  end

  it("may close the engine that starts a request", function()
    local engine = requests.engine()
    assert.error_matches(function()
      engine:start(closing(engine, "attempts", { method = "GET", url = "http://127.0.0.1:1/" }))
    end, "attempt to use a closed engine")
  end)

  it("may close the engine that is answered", function()
    local engine = requests.engine({ ask = true })
    local exchange <close> = start(engine)
    local _, asked
    repeat
      _, asked = assert(engine:step(1))
    until asked
    engine:answer(asked[1].registry, nil, closing(engine, "registry_token", {}))
    assert.error_matches(function()
      engine:warnings()
    end, "attempt to use a closed engine")
    assert.error_matches(function()
      exchange:moved()
    end, "attempt to use a closed exchange")
  end)

  it("may close the pipe that a request reads from", function()
    local engine = requests.engine()
    local pipe = core.pipe(65536)
    local exchange = assert(engine:start(setmetatable({ method = "PUT", url = "http://127.0.0.1:1/", attempts = 1,
      body_pipe = pipe }, { __index = function(_, name)
        if name == "sink_pipe" then
          pipe:close()
        end
      end })))
    exchange:close()
  end)
end)
