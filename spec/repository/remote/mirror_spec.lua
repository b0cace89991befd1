--- Reading from mirrors before the registry.

local media_type = require "manifest.name.media_type"
local repositories = require "spec.support.repositories"
local scripted = require "spec.support.scripted"
local small_manifest = require "spec.support.small_manifest"

local BYTES, DIGEST, manifest_answer = small_manifest.bytes, small_manifest.digest, small_manifest.answer

describe("mirrors", function()
  local function with_mirrors(exchanges, options)
    local server = scripted.start { origins = { a = {}, b = {}, c = {} }, exchanges = exchanges }
    options = options or {}
    options.mirrors = { [server.address.a] = { server.address.b, server.address.c .. "/proxy" } }
    local repository, _, engine = repositories.open(server.address.a, "app", options)
    finally(function()
      engine:close()
      server:stop()
    end)
    return server, repository
  end

  it("are read from in order, before the registry", function()
    local server, repository = with_mirrors { { origin = "b", answer = { status = 503 } },
      { origin = "c", path = "/v2/proxy/app/manifests/t", answer = manifest_answer() } }
    assert.equal(DIGEST, assert(repository:manifest("t")).digest)
    assert.equal(0, #server:requests("a"))
    assert.is_true(#server:requests("b") <= 2)
  end)

  it("are passed over whatever they answer", function()
    for _, answer in ipairs { { status = 404 }, { status = 401 }, { { reset = true } },
      manifest_answer { body = "lie" } } do
      local _, repository = with_mirrors { { origin = "a", answer = manifest_answer() }, { answer = answer } }
      assert.equal(DIGEST, assert(repository:manifest(DIGEST)).digest)
    end
  end)

  it("are told of once when they fail, and not when they lack what is asked for", function()
    local server, repository = with_mirrors { { origin = "a", answer = manifest_answer() },
      { origin = "b", answer = { reset = true } }, { answer = { status = 404 } } }
    for _ = 1, 2 do
      assert(repository:manifest(DIGEST))
    end
    local lines = repository.loop.engine:warnings()
    assert.equal(1, #lines)
    assert.matches("the mirror " .. server.address.b .. " was passed over: ", lines[1], 1, true)
  end)

  it("are not written to, nor read for a verb that writes", function()
    local server, repository = with_mirrors({ { answer = manifest_answer { status = 201 } } },
      { actions = "pull,push" })
    assert(repository:put_manifest("t", BYTES, media_type.oci_manifest))
    assert.equal(0, #server:requests("b") + #server:requests("c"))
  end)

  it("get credentials of their own alone", function()
    local asked = {}
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { headers = { Authorization = "." }, answer = manifest_answer() },
      { answer = { status = 401, headers = { { "WWW-Authenticate", "Basic" } } } } } }
    local repository, _, engine = repositories.open(server.address.a, "app", {
      mirrors = { [server.address.a] = { server.address.b } },
      credentials = function(registry)
        asked[#asked + 1] = registry
        return { username = "of", password = registry }
      end,
    }, { ask = true })
    assert(repository:manifest("t"))
    engine:close()
    server:stop()
    assert.same({ server.address.b }, asked)
  end)

  it("are an option of a client, checked when it is made", function()
    local manifest = require "manifest"
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { path = "/v2/proxy/app/manifests/t", answer = manifest_answer() } } }
    local client <close> = manifest.client { mirrors = { [server.address.a] = { server.address.b .. "/proxy" } } }
    assert.equal(DIGEST, (assert(client:digest(server.address.a .. "/app:t"))))
    assert.equal(0, #server:requests("a"))
    server:stop()
    for _, mirrors in ipairs { { "docker.io" }, { ["docker.io"] = "m" }, { ["docker.io"] = { 1 } },
      { ["docker.io"] = { "" } }, { ["docker.io"] = { "https://m" } }, { ["docker.io"] = { "/m" } },
      { ["index.docker.io"] = { "m" } }, { ["https://docker.io"] = { "m" } } } do
      assert.has_error(function()
        manifest.client { mirrors = mirrors }
      end)
    end
  end)
end)
