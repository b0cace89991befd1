--- docker-registry with a token server that signs for it: the registry itself checks what we bring.

local hash = require("manifest.core").hash
local images = require "spec.support.inputs.images"
local registries = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"
local token_registry = require "spec.support.servers.token_registry"

describe("a registry with a token server", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end
  local server, registry, made

  setup(function()
    local open = registries.start()
    made = images.push(open, { { name = "a", repository = "public/app", tag = "1", layers = 1,
      platform = { os = "linux", architecture = "amd64" } }, { name = "b", repository = "private/app", tag = "1",
        layers = 1,
      platform = { os = "linux", architecture = "arm" } } })
    open:stop()
    server = token_registry.start { folder = open.folder }
    registry = server.registry
  end)

  teardown(function()
    server:stop()
  end)

  local function open(path, credentials, options)
    options = options or {}
    options.credentials = credentials and function()
      return credentials
    end
    local repository, loop, engine = repositories.open(registry.address, path, options, { ask = credentials ~= nil })
    finally(function()
      engine:close()
    end)
    server:forget()
    return repository, loop
  end

  local function asked()
    return server:asked()
  end

  local known = token_registry.writer
  local USER, PASSWORD = known.username, known.password

  it("is read by anybody where that is allowed", function()
    local repository = open("public/app")
    assert.equal(made.a.digest, assert(repository:manifest("1")).digest)
    assert.equal(made.a.config.raw, assert(repository:blob(made.a.config.digest)))
    assert.equal(1, #asked())
    assert.equal("GET", asked()[1].method)
  end)

  it("is read with a password, an identity token, and not with a wrong one", function()
    for _, credentials in ipairs { known, { username = USER, identity_token = "refresh-" .. PASSWORD } } do
      assert.equal(made.b.digest, assert(open("private/app", credentials):manifest("1")).digest)
      assert.equal(1, #asked())
    end
    for _, credentials in ipairs { { username = USER, password = "wrong" }, { username = USER,
      identity_token = "no" } } do
      local _, err = open("private/app", credentials):manifest("1")
      assert.equal("unauthorized", err.code)
      assert.is_true(#asked() <= 2)
    end
  end)

  it("tells those without rights that they lack them", function()
    local _, err = open("private/app"):manifest("1")
    assert.equal("unauthorized", err.code)
    assert.matches("credentials are needed and none were found", err.message)
    assert.is_true(#asked() <= 2)
  end)

  it("is written to with one token for both repositories", function()
    local target, loop = open("private/copy", known, { actions = "pull,push",
      also = { "repository:public/app:pull" } })
    local source = repositories.open(registry.address, "public/app", { loop = loop })
    registry:clear()
    for _, blob in ipairs { made.a.config, made.a.layers[1] } do
      assert(target:copy_blob({ digest = blob.digest, size = blob.size }, source))
    end
    assert(target:put_manifest("1", { raw = made.a.raw, media_type = made.a.media_type }))
    assert.equal(1, #asked())
    assert.matches("repository:private/copy:pull,push", asked()[1].scope, 1, true)
    assert.matches("repository:public/app:pull", asked()[1].scope, 1, true)
    local statuses = {}
    for index, seen in ipairs(registry:requests()) do
      statuses[index] = seen.status
    end
    assert.same({ 401, 201, 201, 201 }, statuses)
  end)

  it("is asked once for a token however many requests want it", function()
    local repository, loop = open("private/app", known)
    local list = {}
    for index = 1, 12 do
      list[index] = index
    end
    assert(loop:all(list, #list, function()
      return repository:manifest("1")
    end))
    assert.equal(1, #asked())
  end)

  it("is asked again for what the token in hand does not cover", function()
    local repository, loop = open("private/app", known)
    assert(repository:manifest("1"))
    local writer = repositories.open(registry.address, "private/app", { loop = loop, actions = "pull,push" })
    local bytes = "x"
    assert(writer:upload("sha256:" .. hash.sum("sha256", bytes), { body = bytes }))
    assert.equal(2, #asked())
  end)
end)
