--- The module as its users meet it: what is loaded when, and the life of a client.

local block = require("spec.support.block")
local images = require("spec.support.inputs.images")
local process = require("spec.support.process")
local registry = require("spec.support.servers.registry")
local temp = require("spec.support.temp")
local ours = require("spec.support.worlds.ours")

--- Runs Lua in a process of its own and returns its output.
local function lua(code, env)
  local all = ours.variables()
  for name, value in pairs(env or {}) do
    all[name] = value
  end
  local done = process.run({ "lua5.4", "-e", code, env = all, clean = true, preload = true, cwd = ours.root })
  assert.equal(0, done.status, done.stderr)
  return done.stdout
end

describe("the module", function()
  it("loads neither the C core nor a verb before one is used", function()
    local loaded = lua([[
      local manifest = require "manifest"
      for name in pairs(package.loaded) do
        if name:find("^manifest") then io.write(name, " ") end
      end]])
    assert.not_matches("core", loaded)
    assert.not_matches("%.verb%.", loaded)
    assert.not_matches("client", loaded)
  end)

  it("has the parts that compute without a client", function()
    local manifest = require("manifest")
    assert.equal("docker.io/library/alpine", tostring(manifest.reference.parse("alpine")))
    assert.equal("linux/arm/v7", manifest.platform.format(manifest.platform.parse("linux/arm/v7")))
    assert.is_true(manifest.platform.match({ os = "linux", architecture = "arm", variant = "v7" },
      { os = "linux", architecture = "arm", variant = "v6" }))
    assert.equal("sha256:" .. "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      manifest.digest.of("abc"))
    assert.is_nil(manifest.nonsense)
  end)

  it("has every verb on a default client", function()
    local manifest = require("manifest")
    for _, entry in ipairs(require("manifest.verb.catalogue")) do
      assert.truthy(manifest[entry.method], entry.method)
    end
    assert.equal(manifest.client({}).index, manifest.client({}).index_create)
    local code = [[
      local manifest = require "manifest"
      for _, call in ipairs {
        function() return manifest.push("a/b") end, function() return manifest.rm("a/b") end,
        function() return manifest.digest("BAD ref") end } do
        local value, err = call()
        print(value, err.code, err)
      end]]
    assert.equal("nil\tnot_found\tpush docker.io/a/b:latest: No such manifest: docker.io/a/b:latest; there is no "
      .. "local list of that name: begin one with 'manifest create'\n"
      .. "nil\tnot_found\trm docker.io/a/b:latest: No such manifest: docker.io/a/b:latest; there is no local list of "
      .. "that name; a pushed list stays in its registry\n", lua(code, { DOCKER_CONFIG = temp.folder("config") })
      :match("^(.-\n.-\n)"))
  end)
end)

describe("a client", function()
  local client_of = require("manifest").client

  it("names the option nearest to an unknown one", function()
    assert.error_matches(function() client_of({ insecur = true }) end, "did you mean 'insecure'")
    assert.error_matches(function() client_of({ jobs = "8" }) end, "option 'jobs'")
    assert.error_matches(function() client_of({}):all({ 1 }, tostring, { jobs = 0 }) end, "at least 1")
    assert.has_error(function() client_of("x") end)
  end)

  it("refuses values that cannot be meant, before anything is asked", function()
    for name, value in pairs { jobs = 0, connections = -1, timeout = 0, connect_timeout = 0, stall_timeout = 0,
      manifest_limit = 0, client_key = "key.pem", user_agent = "a\nX-Header: b", auth_hosts = { "r.example" } } do
      local ok, message = pcall(function() client_of({ [name] = value }) end)
      assert.is_false(ok)
      assert.matches("client_spec.lua:%d+: client: option '" .. name, message)
    end
  end)

  it("blames the line of the caller", function()
    local ok, message = pcall(function() client_of({ insecur = true }) end)
    assert.is_false(ok)
    assert.matches("client_spec.lua:%d+:", message)
  end)

  it("cannot be used once closed, and closes twice", function()
    local client = client_of({ config = temp.folder("config") })
    client:close()
    client:close()
    assert.equal("manifest.client (closed)", tostring(client))
    assert.error_matches(function() client:rm("a") end, "closed client")
  end)

  it("closes at the end of its block and when it is collected", function()
    local kept
    do
      local client <close> = client_of({ config = temp.folder("config") })
      kept = client
    end
    assert.is_true(kept.closed)
    client_of({ config = temp.folder("config") })
    collectgarbage()
  end)

  describe("runs a function over a list", function()
    local server = block.scripted { exchanges = { { answer = { status = 200, headers = {
      { "Docker-Content-Digest", "sha256:" .. ("ab"):rep(32) } } } } } }

    it("in order, and no more at once than it may, though each waits for an answer", function()
      local client <close> = client_of({ config = temp.folder("config"), jobs = 2 })
      local function most_of(options)
        local running, most = 0, 0
        local results = assert(client:all({ 3, 1, 2, 5, 4 }, function(item, index)
          running = running + 1
          most = math.max(most, running)
          assert(client:digest(server.address.a .. "/app:" .. item))
          running = running - 1
          return item * 10 + index
        end, options))
        assert.same({ 31, 12, 23, 54, 45 }, results)
        return most
      end
      assert.equal(2, most_of())
      assert.equal(1, most_of({ jobs = 1 }))
      assert.equal(5, most_of({ jobs = 8 }))
    end)

    it("up to the first error, or with all of them", function()
      local client <close> = client_of({ config = temp.folder("config") })
      local none, err = client:all({ 1, 2 }, function(item) return nil, "bad " .. item end)
      assert.is_nil(none)
      assert.equal("bad 1", err)
      local some, errors = client:all({ 1, 2 }, function(item)
        if item == 1 then
          return nil, "bad"
        end
        return item
      end, { collect = true })
      assert.same({ nil, 2 }, some)
      assert.same({ "bad" }, errors)
    end)

    it("that gives no results, for each item once", function()
      local client <close> = client_of({ config = temp.folder("config") })
      local seen = {}
      local function note(item)
        seen[#seen + 1] = item
      end
      assert.same({}, client:all({ 1, 2 }, note))
      assert.same({ n = 2, {}, {} }, table.pack(client:all({ 3 }, note, { collect = true })))
      assert.same({ 1, 2, 3 }, seen)
      assert.same({}, client:all({}, error))
      assert.same({ false }, client:all({ 1 }, function() return false end))
    end)
  end)

  it("raises what the function raised, an error of ours too", function()
    local client <close> = client_of({ config = temp.folder("config") })
    local err = require("manifest").error.new({ code = "io", message = "mine" })
    for _, value in ipairs { err, "text" } do
      local ok, raised = pcall(client.all, client, { 1 }, function() error(value, 0) end)
      assert.is_false(ok)
      assert.equal(value, raised)
    end
  end)

  it("of the module is a new one after it was closed", function()
    assert.equal("nil\tnot_found\n", lua([[
      local manifest = require "manifest"
      manifest.rm("a/b")
      manifest.close()
      local value, err = manifest.rm("a/b")
      print(value, err.code)]], { DOCKER_CONFIG = temp.folder("config") }))
  end)

  it("reports a certificate file that is not there instead of raising", function()
    local client <close> = client_of({ config = temp.folder("config"), ca_file = "/nonexistent/ca.pem" })
    local seen, err = client:inspect("127.0.0.1:1/app")
    assert.is_nil(seen)
    assert.truthy(err.code)
    assert.equal("inspect", err.verb)
  end)

  it("says what is missing when the home is no path", function()
    local output = lua([[
      local manifest = require "manifest"
      local value, err = manifest.rm("a/b")
      print(value, err.code, err.hint)
      print(manifest.client { config = "]] .. temp.folder("config") .. [[" }:rm("a/b"))]], { HOME = "relative" })
    assert.matches("^nil\tio\tset HOME, or DOCKER_CONFIG to the folder to use\n", output)
    assert.matches("\nnil\trm docker.io/a/b:latest: No such manifest", output)
  end)

  it("keeps what it was given when the caller's table changes", function()
    local options = { config = temp.folder("config") }
    local client <close> = client_of(options)
    options.config = "/nonexistent"
    local _, err = client:rm("a/b")
    assert.equal("not_found", err.code)
  end)

  it("stays while its verb is at work, though nobody else holds it", function()
    if not registry.present() or not process.present("htpasswd") then
      return pending("needs docker-registry and htpasswd")
    end
    local server = registry.start { users = { me = "secret" } }
    images.push(server, { { repository = "app", tag = "1" } }, { user = "me", password = "secret" })
    local collected = false
    local function passing()
      local client = client_of { config = temp.folder("config"), credentials = function()
        collectgarbage()
        collectgarbage()
        collected = true
        return { username = "me", password = "secret" }
      end }
      return client:digest(server.address .. "/app:1")
    end
    assert.is_string(assert(passing()))
    assert.is_true(collected)
    server:stop()
  end)

  it("says so where the part that sends requests cannot be loaded", function()
    local folder = temp.folder("build")
    assert(os.execute(("mkdir %s/manifest; cp %s/%s/manifest/core.so %s/manifest"):format(folder, ours.root,
      os.getenv("MANIFEST_BUILD") or "build", folder)))
    local said = lua([[
      local manifest = require "manifest"
      local client = manifest.client()
      for _, call in ipairs { "digest", "get" } do
        local value, err = client[call](client, "127.0.0.1:1/app:1")
        print(value, err.code, err.message)
      end]], { LUA_CPATH = folder .. "/?.so", DOCKER_CONFIG = folder })
    local line = "nil\tio\tmanifest.http, the part of the core that sends requests, cannot be loaded: "
    assert.equal(2, select(2, said:gsub(line:gsub("%p", "%%%0"), "")), said)
  end)
end)
