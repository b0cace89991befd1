--- What a registry says to people in a Warning header, and what is odd about its answers: told once, never acted upon.

local core = require "manifest.core"
local media_type = require "manifest.name.media_type"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local warning = require "manifest.repository.registry.warning"

local BYTES = '{"schemaVersion":2}'

local function stage(headers, body)
  headers[#headers + 1] = { "Content-Type", media_type.oci_manifest }
  local server = scripted.start { exchanges = { { answer = { status = 200, body = body or BYTES,
    headers = headers } } } }
  local repository, loop, engine = repositories.open(server.address.a, "app")
  finally(function()
    engine:close()
    server:stop()
  end)
  return repository, loop.engine, server.address.a
end

describe("a Warning header", function()
  for header, lines in pairs {
    ['299 - "gone soon"'] = { "gone soon" }, ['299 registry.example "a \\"b\\" \\\\ c"'] = { 'a "b" \\ c' },
    ['299 - "x\27[31m\194\155y"'] = { "x\\x1b[31m\\xc2\\x9by" }, ['299 - ""'] = {}, ['299 - "open'] = {},
    ['199 - "x"'] = {}, ["299 - x"] = {}, ["garbage"] = {}, [""] = {},
    ['299 - "' .. ("x"):rep(4096) .. '"'] = {},
  } do
    it(("is read: %q"):format(header:sub(1, 40)), function()
      assert.same(lines, warning.read(header))
    end)
  end

  it("may be there several times, or not at all", function()
    assert.same({ "a", "b" }, warning.read { '299 - "a"', "junk", '299 - "b"' })
    assert.same({}, warning.read(nil))
  end)

  it("is passed on once, with the registry's name", function()
    local repository, engine, address = stage { { "Warning", '299 - "this mirror ends in May"' } }
    for _ = 1, 3 do
      assert(repository:manifest("1"))
    end
    assert.same({ address .. " says: this mirror ends in May" }, engine:warnings())
  end)

  it("is the registry's own, not that of a host which it redirects to", function()
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { origin = "a", answer = { status = 307, headers = { { "Location", "${b}/x" } } } },
      { answer = { status = 200, body = BYTES, headers = { { "Warning", '299 - "buy now"' } } } } } }
    local repository, loop, engine = repositories.open(server.address.a, "app")
    assert(repository:manifest("1"))
    assert.same({}, loop.engine:warnings())
    engine:close()
    server:stop()
  end)
end)

describe("a registry that tells another digest", function()
  local function tells(told)
    local repository, engine = stage { { "Docker-Content-Digest", told } }
    local got = assert(repository:manifest("1"))
    assert.equal("sha256:" .. core.hash.sum("sha256", BYTES), got.digest)
    return engine:warnings()
  end

  it("is not believed, with a warning", function()
    local warnings = tells("sha256:" .. ("0"):rep(64))
    assert.equal(1, #warnings)
    assert.matches("the bytes are believed", warnings[1], 1, true)
  end)

  it("by an algorithm that was not asked for, or in words of no use, is left alone", function()
    assert.same({}, tells("sha512:" .. ("0"):rep(128)))
    assert.same({}, tells("junk"))
    assert.same({}, tells("sha256:" .. core.hash.sum("sha256", BYTES)))
  end)
end)

it("tags that are none are left out with a warning", function()
  local repository, engine = stage({}, '{"tags":["a",null,"sha256:x"]}')
  assert.same({ "a" }, assert(repository:tags()))
  assert.equal(1, #engine:warnings())
end)

it("errors in a form of their own are shown", function()
  for body, shown in pairs { ['{"error":"no such plan"}'] = ": no such plan", ['{"details":"a\\nb"}'] = ": a",
    ['{"message":"m","error":"e"}'] = ": m", ['{"error":1}'] = "", ["[]"] = "", ["{"] = "" } do
    local server = scripted.start { exchanges = { { answer = { status = 400, body = body } } } }
    local repository, _, engine = repositories.open(server.address.a, "app")
    local _, err = repository:manifest("1")
    assert.equal(server.address.a .. " answered 400 to GET manifest 1" .. shown, err.message)
    engine:close()
    server:stop()
  end
end)
