--- The option `credentials`: the caller's own source of passwords, as a function and as a table.

local base64 = require("manifest.core").base64
local block = require "spec.support.block"
local manifest = require "manifest"
local temp = require "spec.support.temp"

local SECRET = "canary-vault-9c"
local DIGEST = "sha256:" .. ("ab"):rep(32)

describe("the option credentials", function()
  local server = block.scripted { exchanges = {
    { headers = { Authorization = "^Basic " .. base64.encode("me:" .. SECRET) },
      answer = { status = 200, headers = { { "Docker-Content-Digest", DIGEST } } } },
    { pattern = "/open/", answer = { status = 200, headers = { { "Docker-Content-Digest", DIGEST } } } },
    { answer = { status = 401, headers = { { "WWW-Authenticate", 'Basic realm="x"' } } } } } }

  --- Asks for a digest with this option; config is the text of config.json.
  local function ask(credentials, path, config)
    local folder = temp.folder("docker")
    if config then
      temp.file(config, folder .. "/config.json")
    end
    local client <close> = manifest.client { config = folder, credentials = credentials }
    return client:digest(("%s/%s:1"):format(server.address.a, path or "team/app"))
  end

  it("is a function of the registry and the repository", function()
    local asked = {}
    assert.equal(DIGEST, ask(function(...)
      asked[#asked + 1] = { ... }
      return { username = "me", password = SECRET }
    end))
    assert.same({ { server.address.a, "team/app" } }, asked)
  end)

  it("hands on to the files when it answers nil", function()
    local config = ('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address.a, base64.encode("me:" .. SECRET))
    assert.equal(DIGEST, ask(function() end, nil, config))
    local nothing, err = ask(function() end)
    assert.is_nil(nothing)
    assert.equal("unauthorized", err.code)
  end)

  it("comes before the files", function()
    local config = ('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address.a, base64.encode("me:wrong"))
    assert.equal(DIGEST, ask(function()
      return { username = "me", password = SECRET }
    end, nil, config))
  end)

  it("fails the verb with nil and an error, and no other entry's secret is used", function()
    local config = ('{"auths":{"%s":{"auth":"%s"}}}'):format(server.address.a, base64.encode("me:" .. SECRET))
    local nothing, err = ask(function()
      return nil, "the vault is\27[31m sealed"
    end, nil, config)
    assert.is_nil(nothing)
    assert.equal("credentials", err.code)
    assert.matches("the vault is\\x1b[31m sealed", err.message, 1, true)
    assert.matches(server.address.a, err.message, 1, true)
  end)

  it("lets what it raises through, and the client goes on", function()
    local sealed, folder = { "sealed" }, temp.folder("docker")
    local broken = true
    local client <close> = manifest.client { config = folder, credentials = function()
      return broken and error(sealed) or { username = "me", password = SECRET }
    end }
    local ok, raised = pcall(client.digest, client, server.address.a .. "/team/app:1")
    assert.is_false(ok)
    assert.equal(sealed, raised)
    broken = false
    assert.equal(DIGEST, client:digest(server.address.a .. "/team/app:1"))
  end)

  it("may not yield, nor use the client that asks it", function()
    local thread = coroutine.create(function()
      return ask(function()
        coroutine.yield("out")
      end)
    end)
    local ok, raised = coroutine.resume(thread)
    assert.is_false(ok)
    assert.matches("a credentials function may not yield", raised, 1, true)
    local client <close> = manifest.client { config = temp.folder("docker"), credentials = function()
      return CLIENT:digest(server.address.a .. "/a/b:1") -- luacheck: ignore CLIENT
    end }
    CLIENT = client -- luacheck: ignore CLIENT
    ok, raised = pcall(client.digest, client, server.address.a .. "/team/app:1")
    CLIENT = nil -- luacheck: ignore CLIENT
    assert.is_false(ok)
    assert.matches("may not use the client that asks it", raised, 1, true)
  end)

  it("is asked once for many requests at once", function()
    local count = 0
    local client <close> = manifest.client { config = temp.folder("docker"), credentials = function()
      count = count + 1
      return { username = "me", password = SECRET }
    end }
    local list = {}
    for index = 1, 12 do
      list[index] = ("%s/team/app:%d"):format(server.address.a, index)
    end
    assert(client:all(list, function(ref)
      return client:digest(ref)
    end))
    assert.equal(1, count)
  end)

  it("refuses answers of another shape without showing them", function()
    local answers = { SECRET, { SECRET, SECRET }, { username = "me" }, { username = "me", pass = SECRET },
      { username = "me", password = 7 }, { username = "me", password = SECRET .. "\0" }, {}, 5, false }
    for _, answer in ipairs(answers) do
      local ok, raised = pcall(ask, function()
        return answer
      end)
      assert.is_false(ok)
      assert.matches("credentials: ", raised, 1, true)
      assert.is_nil(raised:find("canary", 1, true))
    end
  end)

  it("is a table of registries and of paths below them", function()
    local login = { username = "me", password = SECRET }
    local wrong = { username = "me", password = "wrong" }
    for _, entries in ipairs {
      { [server.address.a] = login }, { [server.address.a:upper()] = login },
      { ["https://" .. server.address.a .. "/v2/"] = login },
      { [server.address.a] = wrong, [server.address.a .. "/team"] = login },
      { [server.address.a .. "/team"] = wrong, [server.address.a .. "/team/app"] = login },
    } do
      assert.equal(DIGEST, ask(entries))
    end
    assert.equal("unauthorized", select(2, ask { [server.address.a] = wrong }).code)
    assert.equal("unauthorized", select(2, ask { ["other.example"] = login, [server.address.a .. "/te"] = login }).code)
  end)

  it("knows Docker Hub under all its names", function()
    local vault = require "manifest.credential.vault"
    for _, name in ipairs { "docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/" } do
      assert.equal("x", vault.of_table({ [name] = { username = "x", password = "y" } })("docker.io", "a/b").username)
    end
  end)

  it("checks a table when the client is made, without showing it", function()
    for _, entries in ipairs { { [1] = { username = "a", password = SECRET } }, { h = SECRET }, { h = { SECRET } } } do
      local ok, raised = pcall(function()
        return (manifest.client { credentials = entries })
      end)
      assert.is_false(ok)
      assert.matches("vault_spec.lua", raised)
      assert.matches("credentials: ", raised, 1, true)
      assert.is_nil(raised:find("canary", 1, true))
    end
  end)
end)
