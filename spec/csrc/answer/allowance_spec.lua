--- Retries that requests share: a registry that goes down is not asked five times as much by each.

local core = require "manifest.core"
local manifest = require "manifest"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local function serve(exchanges)
  local server = scripted.start { exchanges = exchanges }
  finally(function()
    server:stop()
  end)
  return server
end

local function many(server, count, retries, path)
  local list = {}
  for index = 1, count do
    list[index] = { url = server.urls.a .. (path or "/down"), retries = retries }
  end
  return list
end

describe("requests that share an allowance", function()
  local DOWN = { path = "/down", answer = { status = 503, headers = { { "Retry-After", "0" } } } }
  local engine

  before_each(function()
    engine = requests.engine()
  end)

  after_each(function()
    engine:close()
  end)

  it("make no more retries together, and give the last answer back", function()
    local server = serve { DOWN }
    for _, outcome in ipairs(requests.all(engine, many(server, 30, core.allowance(7)))) do
      assert.equal(503, outcome[1].status)
    end
    assert.equal(30 + 7, #server:requests())
  end)

  it("make as many as each may when they share none", function()
    local server = serve { DOWN }
    requests.all(engine, many(server, 4))
    assert.equal(4 * 5, #server:requests())
  end)

  it("count broken connections and bodies that hash wrong too", function()
    local server = serve { { path = "/broken", answer = { { reset = true } } },
      { path = "/wrong", answer = { status = 200, body = "wrong" } } }
    local none = core.allowance(0)
    local broken = requests.all(engine, many(server, 3, none, "/broken"))
    assert.equal("network", broken[1][2].code)
    local wrong = many(server, 1, none, "/wrong")
    wrong[1].digest = "sha256:" .. core.hash.sum("sha256", "right")
    assert.equal("digest_mismatch", requests.all(engine, wrong)[1][2].code)
    assert.equal(4, #server:requests())
  end)

  it("get one back for five answers, up to what they had", function()
    local server = serve { DOWN, { answer = { status = 404 } } }
    local retries = core.allowance(2)
    assert.is_true(retries:take())
    assert.is_true(retries:take())
    assert.is_false(retries:take())
    requests.all(engine, many(server, 4, retries, "/up"))
    assert.is_false(retries:take())
    requests.all(engine, many(server, 1, retries, "/up"))
    assert.is_true(retries:take())
    requests.all(engine, many(server, 50, retries, "/up"))
    local before = #server:requests()
    requests.all(engine, many(server, 10, retries))
    assert.equal(before + 10 + 2, #server:requests())
  end)

  -- Of every tenth request, not of every tenth answer: one that met five of those in a row would be given up.
  it("survive a mishap of every tenth", function()
    local exchanges = {}
    for index = 10, 500, 10 do
      exchanges[#exchanges + 1] = { path = "/" .. index, times = 1, answer = { status = 503 } }
    end
    exchanges[#exchanges + 1] = { answer = { status = 200 } }
    local server, list = serve(exchanges), {}
    local retries = core.allowance(20)
    for index = 1, 500 do
      list[index] = many(server, 1, retries, "/" .. index)[1]
    end
    for index, outcome in ipairs(requests.all(engine, list)) do
      assert.equal(200, outcome[1] and outcome[1].status, "request " .. index)
    end
  end)

  it("are refused another thing in its place", function()
    assert.error_matches(function()
      engine:start { method = "GET", url = "http://127.0.0.1:1/", retries = core.scopes {} }
    end, "manifest.allowance expected")
  end)
end)

it("each call of a verb has an allowance of its own", function()
  local kinds, entries = manifest.media_type, {}
  for index = 1, 60 do
    entries[index] = ('{"mediaType":"%s","size":1,"digest":"sha256:%064x","platform":{"os":"linux",'
      .. '"architecture":"a%d"}}'):format(kinds.oci_manifest, index, index)
  end
  local body = ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(kinds.oci_index,
    table.concat(entries, ","))
  local server = serve { { path = "/v2/app/manifests/1", answer = { status = 200, body = body,
    headers = { { "Content-Type", kinds.oci_index } } } },
    { answer = { status = 503, headers = { { "Retry-After", "0" } } } } }
  local client <close> = manifest.client { config = temp.folder("config"), jobs = 60 }
  local before = 0
  for _ = 1, 2 do
    local done, err = client:verify(server.address.a .. "/app:1")
    local asked = #server:requests() - before
    before = before + asked
    assert.is_truthy(done or err)
    assert.is_true(asked > 2 and asked <= 1 + 60 + 20 + 60, asked) -- 20 retries, and as many as jobs
  end
end)
