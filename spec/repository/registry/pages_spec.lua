--- Lists page by page: where they end, and where they must be ended.

local caught = require("manifest.base.failure").caught
local pages = require "manifest.repository.registry.pages"
local repositories = require "spec.support.worlds.repositories"

local REQUEST = { path = "/list", accept = "application/json", what = "GET list" }

describe("pages", function()
  --- Reads a list of a scripted registry; returns the outcome, how many pages were taken, and the server.
  local function read(exchanges, most, more)
    local server, repository, _, stop = repositories.stage(exchanges)
    finally(stop)
    local taken, request = 0, more or {}
    for name, value in pairs(REQUEST) do
      request[name] = value
    end
    local done, err = caught(pages.each, repository, request, function()
      return function()
        taken = taken + 1
        return taken ~= most
      end
    end)
    return done, err, taken, server
  end

  local function page(link)
    return { status = 200, body = "{}", headers = link and { { "Link", ('<%s>; rel="next"'):format(link) } } }
  end

  for name, link in pairs {
    ["as a path"] = "/v2/app/list", ["as a whole URL"] = "${a}/v2/app/list", ["as an empty query"] = "list",
    ["with dots"] = "/v2/other/../app/list",
  } do
    it("that name themselves as the next one, " .. name .. ", are read once", function()
      local _, err, taken = read { { answer = page(link) } }
      assert.equal("too_large", err.code)
      assert.matches("read before", err.message, 1, true)
      assert.matches("operator", err.hint)
      assert.is_true(taken <= 2)
    end)
  end

  it("that lead back to an earlier one end there", function()
    local _, err, taken = read { { target = "/v2/app/list", answer = page("?2") },
      { target = "/v2/app/list?2", answer = page("?3") }, { target = "/v2/app/list?3", answer = page("?2") } }
    assert.equal("too_large", err.code)
    assert.equal(3, taken)
  end)

  it("that never end are an error", function()
    local number = 0
    local endless = {
      endpoints = { { domain = "registry.example.com" } }, domain = "registry.example.com",
      send = function(_, request)
        number = number + 1
        return { status = 200, body = "{}", host = "registry.example.com",
          url = request.url or "https://registry.example.com/v2/app/list",
          headers = { link = ("<?%d>; rel=next"):format(number) }, repeated = {} }
      end,
    }
    local done, err = caught(pages.each, endless, REQUEST, function()
      return function()
        return true
      end
    end)
    assert.is_nil(done)
    assert.equal("too_large", err.code)
    assert.equal("registry.example.com", err.host)
    assert.equal(10000, number)
  end)

  it("are read no further than is wanted", function()
    local done, _, taken, server = read({ { target = "/v2/app/list", answer = page("?2") },
      { answer = page("?3") } }, 2)
    assert.is_true(done)
    assert.equal(2, taken)
    assert.equal(2, #server:requests())
  end)

  it("that are not offered are told from those that fail", function()
    local function absent(response)
      return response.status == 404
    end
    assert.is_false((read({ { answer = { status = 404 } } }, nil, { absent = absent })))
    local done, err = read({ { answer = { status = 403 } } }, nil, { absent = absent })
    assert.is_nil(done)
    assert.equal("denied", err.code)
  end)

  it("are asked for at the address of the first one where that of the Link header leads nowhere", function()
    for _, status in ipairs { 400, 403, 404 } do
      local done, err, taken, server = read { { pattern = "^/repository/", answer = { status = status } },
        { target = "/v2/app/list", answer = page("/repository/docker/v2/app/list?last=b") },
        { target = "/v2/app/list?last=b", answer = page() } }
      assert.is_true(done, err and err.message)
      assert.equal(2, taken)
      assert.equal(3, #server:requests())
    end
    local done, err = read { { target = "/v2/app/list", answer = page("/elsewhere?2") }, { answer = { status = 500 } } }
    assert.is_nil(done)
    assert.equal(500, err.status)
  end)

  it("of which a later one fails are an error", function()
    local done, err, taken = read { { target = "/v2/app/list", answer = page("?2") }, { answer = { status = 404 } } }
    assert.is_nil(done)
    assert.equal("not_found", err.code)
    assert.equal(1, taken)
  end)

  it("of more values than are read are too large, which is said", function()
    local body = '{"list":[' .. ("0,"):rep(250000) .. "0]}"
    local done, err = read { { answer = { status = 200, body = body } } }
    assert.is_nil(done)
    assert.equal("too_large", err.code)
    assert.matches("with too much at once: the JSON text has more than 250000 values$", err.message)
  end)
end)
