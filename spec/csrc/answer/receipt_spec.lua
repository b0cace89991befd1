--- Answers' bodies: continued after a break, checked, bounded; into memory, a file or a pipe.

local block = require "spec.support.block"
local core = require "manifest.core"
local requests = require "spec.support.worlds.requests"
local temp = require "spec.support.temp"

local function digest_of(bytes)
  return "sha256:" .. core.hash.sum("sha256", bytes)
end

local stage = block.each(requests.stage)

local BODY = ("0123456789abcdef"):rep(20000) -- 320 KB

--- An answer with the first part of BODY, cut off.
local function cut(at)
  return { { status = 200, body = BODY:sub(1, at), length = #BODY }, { close = true } }
end

--- The rest of BODY as a proper 206.
local function rest(from, to, shown, length)
  to = to or #BODY
  return { status = 206, body = BODY:sub(from + 1, to), length = length,
    headers = { { "Content-Range", shown or ("bytes %d-%d/%d"):format(from, to - 1, #BODY) } } }
end

--- Fetches BODY into memory, a file, one without a name, and through a pipe into a PUT; returns what arrived, or
--- nil and the problem.
local ways = {}

function ways.memory(engine, server)
  local response, problem = requests.run(engine, { url = server.urls.a .. "/blob", digest = digest_of(BODY) })
  return response and response.body, problem
end

function ways.file(engine, server)
  local path = temp.path("sink")
  local response, problem = requests.run(engine, { url = server.urls.a .. "/blob", digest = digest_of(BODY),
    sink_file = path })
  if not response then
    assert.is_nil(temp.read(path), "a file that failed must not stay")
  end
  return response and temp.read(path), problem
end

function ways.scratch(engine, server)
  local folder = temp.folder("scratch")
  local file <close> = assert(core.file.scratch(folder))
  assert.same({}, core.file.list(folder))
  local response, problem = requests.run(engine, { url = server.urls.a .. "/blob", digest = digest_of(BODY),
    sink_scratch = file })
  file:seek("set")
  return response and file:read("a"), problem
end

function ways.pipe(engine, server)
  local pipe = core.pipe(64 * 1024, #BODY)
  local outcomes = requests.all(engine, {
    { url = server.urls.a .. "/blob", digest = digest_of(BODY), sink_pipe = pipe },
    { url = server.urls.a .. "/target", method = "PUT", body_pipe = pipe, attempts = 1 },
  })
  for _, seen in ipairs(server:requests()) do
    if seen.method == "PUT" and outcomes[1][1] then
      return seen.body, outcomes[2][2]
    end
    assert(seen.method ~= "PUT" or #seen.body < #BODY, "bytes that failed must not be sent whole")
  end
  return nil, outcomes[1][2]
end

--- Is it BODY? Said without printing it.
local function is_body(got, problem)
  assert.equal(BODY == got and "the body" or nil, got and "the body" or problem and problem.message)
end

local TARGET = { path = "/target", answer = { status = 201 } }

for name, fetch in pairs(ways) do
  describe("a body into " .. name, function()
    it("arrives whole", function()
      local server, engine = stage { { path = "/blob", answer = { status = 200, body = BODY } }, TARGET }
      is_body(fetch(engine, server))
    end)

    it("goes on by Range where it broke off, however often it gets further", function()
      local server, engine = stage {
        { path = "/blob", headers = { Range = "^bytes=300000-$" }, answer = rest(300000) },
        { path = "/blob", headers = { Range = "^bytes=150000-$" }, times = 1,
          answer = { rest(150000, 300000, ("bytes 150000-%d/*"):format(#BODY - 1), #BODY - 150000),
            { close = true } } },
        { path = "/blob", times = 1, answer = cut(150000) }, TARGET,
      }
      local got, problem = fetch(engine, server)
      is_body(got, problem)
      local asked = {}
      for _, seen in ipairs(server:requests()) do
        asked[#asked + 1] = seen.method == "GET" and (seen.header.range or "all") or nil
      end
      assert.equal("all", asked[1])
      assert.matches("^bytes=%d+%-$", asked[2])
    end)

    it("asks for the rest of a part that ends before the whole does", function()
      local server, engine = stage {
        { path = "/blob", headers = { Range = "^bytes=310000-$" }, answer = rest(310000) },
        { path = "/blob", headers = { Range = "^bytes=200000-$" }, answer = rest(200000, 310000) },
        { path = "/blob", headers = { Range = "^bytes=100000-$" }, answer = rest(100000, 200000) },
        { path = "/blob", times = 1, answer = cut(100000) }, TARGET,
      }
      local got, problem = fetch(engine, server)
      is_body(got, problem)
    end)

    it("ends when the parts bring next to nothing", function()
      local exchanges = { { path = "/blob", times = 1, answer = cut(100000) }, TARGET }
      for from = 100000, 100050, 10 do
        table.insert(exchanges, 1, { path = "/blob", headers = { Range = ("^bytes=%d-$"):format(from) },
          answer = rest(from, from + 10) })
      end
      local server, engine = stage(exchanges)
      local got, problem = fetch(engine, server)
      assert.is_nil(got)
      assert.is_true(problem.code == "network" or problem.code == "canceled", problem.code)
      assert.is_true(#server:requests() <= 6)
    end)

    it("skips what it has when the server ignores Range", function()
      local server, engine = stage {
        { path = "/blob", times = 2, answer = cut(100000) }, { path = "/blob", answer = { status = 200, body = BODY } },
        TARGET,
      }
      local got, problem = fetch(engine, server)
      is_body(got, problem)
    end)

    for _, shown in ipairs { "bytes 0-319999/320000", "bytes 5-9/320000", "bytes */320000", "garbage", "",
      "bytes 100000-/320000", "bytes -1-5/*", "bytes 99999999999999999999-99999999999999999999/*" } do
      it(("asks for the whole once more when a part is shown as %q"):format(shown), function()
        local server, engine = stage {
          { path = "/blob", headers = { Range = "." }, answer = rest(100000, #BODY, shown) },
          { path = "/blob", times = 1, answer = cut(100000) },
          { path = "/blob", answer = { status = 200, body = BODY } }, TARGET,
        }
        local got, problem = fetch(engine, server)
        is_body(got, problem)
      end)
    end

    it("asks for the whole when the server calls the range out of bounds", function()
      local server, engine = stage {
        { path = "/blob", headers = { Range = "." }, answer = { status = 416 } },
        { path = "/blob", times = 1, answer = cut(100000) },
        { path = "/blob", answer = { status = 200, body = BODY } }, TARGET,
      }
      local got, problem = fetch(engine, server)
      is_body(got, problem)
    end)

    it("ends when the server never serves it whole", function()
      local server, engine = stage { { path = "/blob", answer = {
        { status = 200, body = BODY:sub(1, 100), length = #BODY },
        { reset = true } } }, TARGET }
      local got, problem = fetch(engine, server)
      assert.is_nil(got)
      assert.equal("network", problem.code)
      assert.is_true(#server:requests() <= 6)
    end)

    it("is an error when it is a part nobody asked for", function()
      local server, engine = stage { { path = "/blob", answer = rest(0) }, TARGET }
      local got, problem = fetch(engine, server)
      assert.is_nil(got)
      assert.equal("network", problem.code)
    end)

    it("that hashes wrong is an error", function()
      local server, engine = stage { { path = "/blob", answer = { status = 200, body = BODY:gsub("0", "1") } }, TARGET }
      local got, problem = fetch(engine, server)
      assert.is_nil(got)
      assert.equal("digest_mismatch", problem.code)
      assert.matches(digest_of(BODY), problem.message, 1, true)
    end)

    it("that is encoded is refused, not decoded", function()
      local server, engine = stage { { path = "/blob", answer = { status = 200, body = BODY:gsub("0", "1"),
        headers = { { "Content-Encoding", "gzip" } } } }, TARGET }
      local got, problem = fetch(engine, server)
      assert.is_nil(got)
      assert.equal("unsupported", problem.code)
    end)

    it("is what it hashes to, whatever the header says of an encoding", function()
      for _, encoding in ipairs { "identity", "gzip", "aws-chunked", "UTF-8", "x" } do
        local server, engine = stage { { path = "/blob", answer = { status = 200, body = BODY,
          headers = { { "Content-Encoding", encoding } } } }, TARGET }
        is_body(fetch(engine, server))
      end
    end)
  end)
end

for _, name in ipairs { "memory", "file", "scratch" } do
  it(("a body into %s that hashes wrong is fetched once more"):format(name), function()
    local server, engine = stage { { path = "/blob", times = 1, answer = { status = 200, body = BODY:gsub("0", "1") } },
      { path = "/blob", answer = { status = 200, body = BODY } } }
    local got, problem = ways[name](engine, server)
    is_body(got, problem)
    assert.equal(2, #server:requests())
    assert.is_nil(server:requests()[2].header.range)
  end)
end

it("a body without a known digest starts again: it may be another document by now", function()
  local server, engine = stage { { times = 1,
      answer = { { status = 200, body = "old ol", length = 20 }, { reset = true } } },
    { answer = { status = 200, body = "new" } } }
  local response = assert(requests.run(engine, { url = server.urls.a .. "/manifest" }))
  assert.equal("new", response.body)
  assert.is_nil(server:requests()[2].header.range)
end)

it("a body that breaks after each megabyte arrives, with no try of its verb's taken", function()
  local size, part = 5 * 1024 * 1024, 1200000
  local whole = ("x"):rep(size)
  local exchanges = {}
  for from = 0, size - 1, part do
    local last = from + part >= size
    exchanges[#exchanges + 1] = { times = 1, headers = from > 0 and { Range = "^bytes=" } or nil, answer = {
      { status = from > 0 and 206 or 200, body = "x", ["repeat"] = math.min(part, size - from),
        length = size - from, headers = from > 0 and { { "Content-Range",
          ("bytes %d-%d/%d"):format(from, size - 1, size) } } or nil },
      last and { sleep = 0 } or { half_close = true }, not last and { close = true } or nil } }
  end
  local server, engine = stage(exchanges)
  local path = temp.path("sink")
  local response, problem = requests.run(engine, { url = server.urls.a .. "/blob", digest = digest_of(whole),
    sink_file = path, retries = core.allowance(0) })
  assert(response, problem and problem.message)
  assert.equal(size, response.received)
  assert.equal(#exchanges, #server:requests())
end)

it("a body in a dozen parts of a size that the server chooses arrives", function()
  local part = 1100000
  local size = 12 * part
  local exchanges = { { times = 1, answer = { { status = 200, body = "x", ["repeat"] = part, length = size },
    { close = true } } } }
  for from = part, size - 1, part do
    exchanges[#exchanges + 1] = { headers = { Range = ("^bytes=%d-$"):format(from) }, answer = { status = 206,
      body = "x", ["repeat"] = part, headers = { { "Content-Range", ("bytes %d-%d/%d"):format(from, from + part - 1,
        size) } } } }
  end
  local server, engine = stage(exchanges)
  local response, problem = requests.run(engine, { url = server.urls.a .. "/blob", discard = true,
    digest = digest_of(("x"):rep(size)), retries = core.allowance(1) })
  assert(response, problem and problem.message)
  assert.equal(size, response.received)
  assert.equal(12, #server:requests())
end)

describe("limits", function()
  it("end a body that is larger than the caller takes, told or not", function()
    for _, answer in ipairs {
      { status = 200, body = ("x"):rep(2000) }, { status = 200, body = ("x"):rep(2000), chunked = true },
      { { status = 200, body = "x", chunked = true, open = true }, { endless = ("x"):rep(4096) } },
      { { raw = "HTTP/1.1 200 OK\r\n\r\n" }, { endless = ("x"):rep(4096), chunked = false } },
      { status = 200, body = ("x"):rep(2000), length = 1 << 40 },
    } do
      local server, engine = stage { { answer = answer } }
      for count, into in ipairs { {}, { sink_file = temp.path("sink") }, { discard = true } } do
        into.url, into.limit = server.urls.a .. "/", 1000
        local _, problem = requests.run(engine, into)
        assert.equal("too_large", problem.code)
        assert.equal(count, #server:requests())
      end
    end
  end)

  it("let a body of just the limit pass", function()
    local server, engine = stage { { answer = { status = 200, body = ("x"):rep(1000) } } }
    assert.equal(1000, #assert(requests.run(engine, { url = server.urls.a .. "/", limit = 1000 })).body)
  end)

  it("keep the start of an endless error and go on", function()
    local server, engine = stage { { answer = { { status = 404, body = "x", chunked = true, open = true },
      { endless = ("x"):rep(4096) } } } }
    local response = assert(requests.run(engine, { url = server.urls.a .. "/" }))
    assert.equal(404, response.status)
    assert.equal(65536, #response.body)
  end)

  it("end endless headers, interim answers and one over-long line", function()
    for _, answer in ipairs {
      { { raw = "HTTP/1.1 200 OK\r\n" }, { endless = "X-A: " .. ("y"):rep(1000) .. "\r\n", chunked = false } },
      { { endless = "HTTP/1.1 100 Continue\r\n\r\n", chunked = false } },
      { { raw = "HTTP/1.1 200 OK\r\nX: " }, { endless = ("y"):rep(1000), chunked = false } },
    } do
      local server, engine = stage { { answer = answer } }
      local _, problem = requests.run(engine, { url = server.urls.a .. "/", attempts = 1 })
      local code = problem.code
      assert.is_truthy(code == "too_large" or code == "network" or code == "memory", code)
    end
  end)
end)

describe("a body that waits for an upload", function()
  --- A download that waits, all of its rest in libcurl's hands, for an upload that does not begin: its server is mute.
  local function waiting()
    local bytes = ("x"):rep(64 * 1024 + 100)
    local server, engine = stage({ { answer = { status = 200, body = bytes } } }, {}, { a = {}, b = { mute = true } })
    local pipe = core.pipe(64 * 1024, #bytes)
    local download = assert(engine:start({ method = "GET", url = server.urls.a .. "/", sink_pipe = pipe,
      digest = digest_of(bytes), timeout = 60 }))
    local upload = assert(engine:start({ method = "PUT", url = server.urls.b:gsub("http:", "https:"), body_pipe = pipe,
      attempts = 1, timeout = 60 }))
    for _ = 1, 5 do
      assert.same({}, assert(engine:step(0.1)))
    end
    return engine, download, upload
  end

  it("is canceled with it", function()
    local engine, download, upload = waiting()
    upload:close()
    repeat
      local finished = assert(engine:step(1))
    until finished[1]
    local _, problem = download:result()
    assert.equal("canceled", problem.code)
    assert.equal("the upload that these bytes were for has ended", problem.message)
  end)
end)

describe("a part of a body", function()
  local FIRST, LENGTH = 1000, 50000
  local PART = BODY:sub(FIRST + 1, FIRST + LENGTH)

  local function part(engine, server, more)
    local request = { url = server.urls.a .. "/blob", range_offset = FIRST, range_length = LENGTH }
    for name, value in pairs(more or {}) do
      request[name] = value
    end
    return requests.run(engine, request)
  end

  --- What a server may answer, and what each request must ask for.
  local CASES = {
    ["comes as it was asked for"] = { { rest(FIRST, FIRST + LENGTH) }, { "bytes=1000-50999" } },
    ["comes of a server that knows no ranges"] = { { { status = 200, body = BODY } }, { "bytes=1000-50999" } },
    ["goes on where it broke off"] = {
      { { rest(FIRST, FIRST + 700, nil, LENGTH), { close = true } }, rest(FIRST + 700, FIRST + LENGTH) },
      { "bytes=1000-50999", "bytes=1700-50999" } },
    ["goes on where the server ended it"] = { { rest(FIRST, FIRST + 700), rest(FIRST + 700, FIRST + LENGTH) },
      { "bytes=1000-50999", "bytes=1700-50999" } },
    ["is cut out of the whole where another one comes"] = { { rest(0, 900), { status = 200, body = BODY } },
      { "bytes=1000-50999", false } },
    ["is cut out of the whole where the range is refused"] = { { { status = 416 }, { status = 200, body = BODY } },
      { "bytes=1000-50999", false } },
  }
  for what, case in pairs(CASES) do
    it(what, function()
      local exchanges = {}
      for index, answer in ipairs(case[1]) do
        exchanges[index] = { times = 1, answer = answer }
      end
      local server, engine = stage(exchanges)
      local response, problem = part(engine, server)
      assert.is_true(PART == (response and response.body), problem and problem.message)
      local asked = {}
      for index, seen in ipairs(server:requests()) do
        asked[index] = seen.header.range or false
      end
      assert.same(case[2], asked)
    end)
  end

  it("that begins at the first byte is a part too", function()
    local server, engine = stage { { answer = rest(0, 10) } }
    local response = assert(part(engine, server, { range_offset = 0, range_length = 10 }))
    assert.equal(BODY:sub(1, 10), response.body)
    assert.equal("bytes=0-9", server:requests()[1].header.range)
  end)

  it("goes through a pipe", function()
    local server, engine = stage { { method = "GET", answer = rest(FIRST, FIRST + LENGTH) },
      { answer = { status = 202 } } }
    local pipe = core.pipe(32768, LENGTH)
    local outcomes = requests.all(engine, {
      { url = server.urls.a .. "/blob", range_offset = FIRST, range_length = LENGTH, sink_pipe = pipe },
      { url = server.urls.a .. "/u", method = "PATCH", body_pipe = pipe, attempts = 1 },
    })
    assert.equal(202, outcomes[2][1] and outcomes[2][1].status or outcomes[2][2].message)
    assert.is_true(server:requests()[2].body == PART)
  end)
end)
