--- The parts that other specs stand on are tested like any other.

local block = require "spec.support.block"
local certificates = require "spec.support.inputs.certificates"
local docker = require "spec.support.worlds.docker"
local images = require "spec.support.inputs.images"
local process = require "spec.support.process"
local registries = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

describe("spec.support.process", function()
  it("runs a program and tells status, stdout and stderr", function()
    local done = process.run { "sh", "-c", "cat; echo \"$1\" >&2; exit 3", "sh", "a'b c", input = "in" }
    assert.same({ status = 3, stdout = "in", stderr = "a'b c\n" }, done)
  end)

  it("tells a signal as 128 and its number, and an overdue program as 124", function()
    assert.equal(143, process.run({ "sh", "-c", "kill -TERM $$" }).status)
    assert.equal(124, process.run({ "sleep", "60", timeout = 1 }).status)
  end)

  it("gives a clean environment on request", function()
    local done = process.run { "env", clean = true, env = { A = "b c" } }
    assert.matches("A=b c\n", done.stdout, 1, true)
    assert.not_matches("HOME=", done.stdout, 1, true)
  end)

  it("ends a background program with all it started, by its pid", function()
    local started = process.start { "sh", "-c", "sleep 300 & echo child $!; wait" }
    local child = process.wait_for(function() return started:output():match("child (%d+)") end)
    assert.is_true(started:alive())
    assert.equal(143, started:stop())
    assert.is_false(started:alive())
    assert.is_truthy(process.wait_for(function()
      local stat = temp.read(("/proc/%s/stat"):format(child))
      return not stat or stat:find(") Z ", 1, true)
    end))
  end)

  it("kills a program that ignores TERM #slow", function()
    local started = process.start { "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 300; done" }
    process.wait_for(function() return started:output():find("ready", 1, true) end)
    assert.equal(137, started:stop())
  end)
end)

describe("spec.support.block", function()
  local ended = {}
  local stage = block.each(function(name)
    return name, function()
      ended[#ended + 1] = name
    end
  end)

  it("gives what a stage has started", function()
    assert.same({ "first", "second" }, { stage("first"), (stage("second")) })
    assert.same({}, ended)
  end)

  it("has ended it before the next spec, the last first", function()
    assert.same({ "second", "first" }, ended)
  end)
end)

describe("spec.support.servers.registry", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end

  it("serves images and lists what it was asked", function()
    local registry = registries.start()
    finally(function() registry:stop() end)
    local made = images.push(registry, {
      { name = "a", repository = "app", tag = "a", platform = { os = "linux", architecture = "amd64" }, layers = 2 },
      { name = "b", repository = "app", type = "oci",
        platform = { os = "linux", architecture = "arm", variant = "v7" } },
      { repository = "app", tag = "all", type = "oci-index", children = { "a", "b" } },
    })
    registry:clear()
    local accept = "Accept: " .. made[3].media_type
    local got = process.run { "curl", "-s", "-H", accept, registry.url .. "/v2/app/manifests/all" }
    assert.equal(made[3].raw, got.stdout)
    assert.equal(registry.address .. "/app@" .. made.b.digest, made.b.reference)
    local seen = registry:requests()
    assert.equal(1, #seen)
    assert.equal("GET /v2/app/manifests/all 200", ("%s %s %d"):format(seen[1].method, seen[1].path, seen[1].status))
    registry:restart()
    assert.equal(200, math.tointeger(tonumber(process.run({ "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
      registry.url .. "/v2/app/tags/list" }).stdout)))
  end)

  it("speaks TLS with a certificate of our own authority, and knows users", function()
    local authority = certificates.authority()
    local certificate, key = authority:issue("server")
    local registry = registries.start { tls = { certificate = certificate, key = key }, users = { ann = "pass word" } }
    finally(function() registry:stop() end)
    local status = function(user)
      return process.run({ "curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %{http_version}", "--cacert",
        authority.certificate, "-u", user, registry.url .. "/v2/" }).stdout
    end
    assert.equal("401 2", status("ann:wrong"))
    assert.equal("200 2", status("ann:pass word"))
    images.push(registry, { { repository = "x", tag = "y" } }, { user = "ann", password = "pass word",
      authority = authority.certificate })
  end)
end)

describe("spec.support.worlds.docker", function()
  if not (docker.present() and registries.present()) then
    pending("needs docker and docker-registry")
    return
  end

  it("runs docker manifest in a world of its own", function()
    local registry = registries.start()
    finally(function() registry:stop() end)
    local made = images.push(registry, {
      { repository = "app", tag = "amd64", platform = { os = "linux", architecture = "amd64" } } })
    local cli = docker.new()
    local list = registry.address .. "/app:list"
    local done = cli { "manifest", "create", "--insecure", list, made[1].reference }
    assert.same({ status = 0, stdout = "Created manifest list " .. list .. "\n", stderr = "" }, done)
    done = cli { "manifest", "push", "--insecure", list }
    assert.equal(0, done.status, done.stderr)
    assert.equal(1, cli({ "manifest", "rm", "nosuch" }).status)
  end)
end)

describe("spec.support.servers.scripted", function()
  local scripted = require "spec.support.servers.scripted"

  local function curl(...)
    return process.run { "curl", "-s", "-S", "-i", "--max-time", "60", ... }
  end

  it("answers in the order of its table, on several origins, and records what it received", function()
    local server = scripted.start {
      origins = { a = {}, b = { address = "127.0.0.2" } },
      exchanges = {
        { origin = "a", method = "POST", path = "/x", times = 1, answer = { status = 307,
          headers = { { "Location", "${b}/y?z=1" }, { "X", "1" }, { "X", "2" } } } },
        { origin = "b", pattern = "^/y", headers = { Authorization = "^Bearer" }, answer = { status = 200 } },
        { origin = "b", answer = { status = 401, body = "no\255" } },
      },
    }
    finally(function() server:stop() end)
    local body = "a\0b\200\r\n"
    local first = curl("-X", "POST", "-H", "A: b", "--data-binary", "@" .. temp.file(body), server.urls.a .. "/x")
    assert.matches("Location: " .. server.urls.b .. "/y?z=1\r\nX: 1\r\nX: 2\r\n", first.stdout, 1, true)
    assert.matches("no\255", curl(server.urls.b .. "/y").stdout, 1, true)
    assert.matches("HTTP/1.1 200", curl("-H", "Authorization: Bearer x", server.urls.b .. "/y").stdout, 1, true)
    assert.matches("UNSCRIPTED", curl(server.urls.a .. "/x").stdout, 1, true)
    local seen = server:requests()
    assert.same({ 1, 3, 2, 0 }, { seen[1].exchange, seen[2].exchange, seen[3].exchange, seen[4].exchange })
    assert.same({ "POST", "/x", body, "b" }, { seen[1].method, seen[1].target, seen[1].body, seen[1].header.a })
    assert.equal(2, #server:requests("b"))
  end)

  it("keeps a state and counts exchanges down", function()
    local server = scripted.start {
      state = "new",
      exchanges = {
        { state = "new", answer = { status = 503 }, set_state = "old" },
        { state = "old", times = 2, answer = { status = 200 } },
      },
    }
    finally(function() server:stop() end)
    local statuses = {}
    for index = 1, 4 do
      statuses[index] = curl(server.urls.a).stdout:match("^HTTP/1.1 (%d+)")
    end
    assert.same({ "503", "200", "200", "404" }, statuses)
  end)

  it("breaks off, lies about lengths, trickles, sends without end and keeps the peer waiting", function()
    local server = scripted.start {
      exchanges = {
        { path = "/reset", answer = { { status = 200, body = "x", length = 9 }, { sleep = 0.05 }, { reset = true } } },
        { path = "/short", answer = { { status = 200, body = "x", length = 9 }, { close = true } } },
        { path = "/trickle", answer = { { status = 200, length = 3 }, { trickle = "abc" } } },
        { path = "/endless", answer = { { status = 200, chunked = true, open = true }, { endless = "abc" } } },
        { path = "/slow", answer = { { sleep = 30 }, { status = 200 } } },
        { path = "/half", answer = { { raw = "HTTP/1.1 200 OK\r\n\r\nabc" }, { half_close = true }, { sleep = 1 } } },
        { path = "/chunked", answer = { status = 200, chunked = true, body = "ab", ["repeat"] = 3 } },
      },
    }
    finally(function() server:stop() end)
    local exits = {}
    for index, path in ipairs { "reset", "short", "trickle", "half", "chunked" } do
      exits[index] = curl(server.urls.a .. "/" .. path).status
    end
    assert.same({ 56, 18, 0, 0, 0 }, exits)
    assert.matches("\r\n\r\nababab$", curl(server.urls.a .. "/chunked").stdout)
    assert.equal(28, curl("--max-time", "0.3", server.urls.a .. "/slow").status)
    assert.equal(28, curl("--max-time", "0.3", "-o", "/dev/null", server.urls.a .. "/endless").status)
  end)

  it("speaks TLS, in a version of choice and with client certificates", function()
    local authority = certificates.authority()
    local certificate, key = authority:issue("server")
    local client_certificate, client_key = authority:issue("client")
    local tls = { certificate = certificate, key = key }
    local server = scripted.start {
      origins = {
        a = { tls = tls, name = "localhost" },
        b = { tls = { certificate = certificate, key = key, client_authority = authority.certificate } },
        c = { tls = { certificate = certificate, key = key, version = "TLSv1_1" } },
      },
      exchanges = { { answer = { status = 200, body = "safe" } } },
    }
    finally(function() server:stop() end)
    local trust = { "--cacert", authority.certificate }
    assert.matches("safe", curl(trust[1], trust[2], server.urls.a).stdout)
    assert.equal(60, curl(server.urls.a).status)
    assert.not_equal(0, curl(trust[1], trust[2], server.urls.b).status)
    assert.matches("safe", curl(trust[1], trust[2], "--cert", client_certificate, "--key", client_key,
      server.urls.b).stdout)
    assert.equal(35, curl(trust[1], trust[2], server.urls.c).status)
    local failed = process.wait_for(function() return server:requests("c")[1] end) -- the client may know of it before
    assert.is_truthy(failed.tls_failure)
  end)
end)
