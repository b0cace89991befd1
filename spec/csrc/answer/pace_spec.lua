--- A host that says 429, "too many requests": it is held for all, asked by fewer at once, and trusted again slowly.

local block = require "spec.support.block"
local core = require "manifest.core"
local requests = require "spec.support.worlds.requests"
local temp = require "spec.support.temp"

local stage = block.each(requests.stage)

local OK = { answer = { status = 200, body = "ok" } }

local function refusals(times, headers)
  return { times = times, answer = { status = 429, headers = headers } }
end

local function get(engine, server, more)
  local request = { url = server.urls.a .. "/x" }
  for name, value in pairs(more or {}) do
    request[name] = value
  end
  return requests.run(engine, request)
end

local function list_of(count, url)
  local list = {}
  for index = 1, count do
    list[index] = { url = ("%s/%d"):format(url, index) }
  end
  return list
end

--- Starts requests and works until the server has got COUNT in all; gives how many it has got a little later, and how
--- many are open.
local function start_until(engine, server, list, count)
  local open = #list
  for _, request in ipairs(list) do
    request.method, request.timeout = "GET", 60
    assert(engine:start(request))
  end
  local deadline = core.clock() + 60
  while #server:requests() < count and core.clock() < deadline do
    open = open - #assert(engine:step(0.05))
  end
  for _ = 1, 10 do
    open = open - #assert(engine:step(0.02))
  end
  return #server:requests(), open
end

describe("a 429", function()
  it("counts neither among the tries of a request nor among those of its verb", function()
    local server, engine = stage { refusals(12), OK }
    local response = assert(get(engine, server, { retries = core.allowance(0) }))
    assert.equal(200, response.status)
    assert.equal(13, response.attempts)
    server, engine = stage { { answer = { status = 500 } } }
    assert.equal(500, assert(get(engine, server, { retries = core.allowance(0) })).status)
    assert.equal(1, #server:requests())
  end)

  it("counts where the request says how often it may be sent", function()
    local server, engine = stage { refusals(12), OK }
    assert.equal(429, assert(get(engine, server, { attempts = 2 })).status)
    assert.equal(2, #server:requests())
  end)

  it("lets the body be sent again", function()
    local server, engine = stage { refusals(7), OK }
    assert(get(engine, server, { method = "PUT", body = "body" }))
    assert.equal(8, #server:requests())
    assert.equal("body", server:requests()[8].body)
  end)

  it("is given back when the request's time would be over", function()
    local server, engine = stage { refusals() }
    assert.equal(429, assert(get(engine, server, { timeout = 1 })).status)
    server, engine = stage { refusals(nil, { { "Retry-After", "50" } }) }
    assert.equal(429, assert(get(engine, server, { timeout = 20 })).status)
    assert.equal(1, #server:requests())
  end)

  it("of a quota that is used up for more than a minute is given back at once", function()
    for remaining, sent in pairs { ["0;w=21600"] = 1, ["0;w=1"] = 2, ["5;w=21600"] = 2, ["0;w=x"] = 2 } do
      local server, engine = stage { refusals(1, { { "RateLimit-Remaining", remaining } }), OK }
      assert.equal(sent == 1 and 429 or 200, assert(get(engine, server)).status)
      assert.equal(sent, #server:requests())
    end
  end)

  it("says whether it may pass soon", function()
    local server, engine = stage { refusals() }
    assert.is_true(assert(get(engine, server, { attempts = 1 })).held)
    server, engine = stage { refusals(nil, { { "Retry-After", "3600" } }) }
    assert.is_false(assert(get(engine, server)).held)
    server, engine = stage { { answer = { status = 500 } } }
    assert.is_false(assert(get(engine, server, { attempts = 1 })).held)
  end)
end)

describe("a host that said 429", function()
  it("is held for every request, another host is not", function()
    local server, engine = stage({
      { origin = "a", answer = { status = 429, headers = { { "Retry-After", "40" } } } }, OK },
      nil, { a = {}, b = { address = "127.0.0.2" } })
    assert.equal(429, assert(get(engine, server, { attempts = 1 })).status)
    local response, problem = get(engine, server, { timeout = 1 })
    assert.is_nil(response)
    assert.equal("rate_limited", problem.code)
    assert.matches(server.address.a .. ": too many requests (429)", problem.message, 1, true)
    assert.equal(1, #server:requests())
    assert.equal(200, assert(get(engine, server, { url = server.urls.b .. "/x" })).status)
  end)

  it("is asked by half as many at once, and by as many again after many answers", function()
    local gate = temp.path("gate")
    local server, engine = stage({ refusals(8, { { "Retry-After", "1" } }),
      { path = "/free", answer = { status = 200 } },
      { answer = { { gate = gate }, { status = 200, body = "ok" } } } }, { connections = 8 })
    local seen, open = start_until(engine, server, list_of(8, server.urls.a), 12)
    assert.equal(12, seen)
    temp.file("", gate)
    while open > 0 do
      open = open - #assert(engine:step(0.05))
    end
    for _ = 1, 150 do
      assert(get(engine, server, { url = server.urls.a .. "/free" }))
    end
    assert(os.remove(gate))
    local before = #server:requests()
    assert.equal(before + 8, (start_until(engine, server, list_of(8, server.urls.a), before + 8)))
    temp.file("", gate)
  end)

  it("lets nobody overtake who waits", function()
    local gate = temp.path("gate")
    local server, engine = stage { refusals(1), { path = "/held", answer = { { gate = gate }, { status = 200 } } }, OK }
    assert(get(engine, server)) -- one at once from here on
    local open = 0
    for _, name in ipairs { "/held", "/1", "/2", "/3" } do
      assert(engine:start { method = "GET", url = server.urls.a .. name, timeout = 60 })
      open = open + 1 - #assert(engine:step(0.02))
    end
    temp.file("", gate)
    while open > 0 do
      open = open - #assert(engine:step(0.05))
    end
    local served = {}
    for index, seen in ipairs(server:requests()) do
      served[index] = seen.target
    end
    assert.same({ "/x", "/x", "/held", "/1", "/2", "/3" }, served)
  end)

  it("lets both ends of a stream through, which wait for each other", function()
    local server, engine = stage { refusals(6),
      { method = "GET", answer = { status = 200, body = "x", ["repeat"] = 300000 } },
      { method = "PUT", answer = { status = 201 } } }
    assert(get(engine, server))
    local pipe = core.pipe(32768, 300000)
    local outcomes = requests.all(engine, {
      { url = server.urls.a .. "/from", sink_pipe = pipe, bulk = true },
      { url = server.urls.a .. "/to", method = "PUT", body_pipe = pipe, bulk = true, after_body = true, attempts = 1 },
    })
    assert.equal(200, outcomes[1][1] and outcomes[1][1].status or outcomes[1][2].message)
    assert.equal(201, outcomes[2][1] and outcomes[2][1].status or outcomes[2][2].message)
  end)
end)
