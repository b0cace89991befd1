--- Blobs that are streamed from GET to upload: no two ends wait for each other, and none is taken for stalled.

local block = require "spec.support.block"
local certificates = require "spec.support.inputs.certificates"
local json = require("manifest").json
local lfs = require "lfs"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local permits = require "manifest.engine.permits"
local process = require "spec.support.process"
local referrers = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local sha = manifest.digest.of
local BLOBS = 12
local SIZE, LARGE = 300000, 2200000 -- passes as a whole; piece by piece: more than pipes and sockets take in

local function blob(number)
  return ("%08d"):format(number):rep((number % 2 == 1 and LARGE or SIZE) // 8)
end

--- Puts the blobs into a repository.
local function fill(server, settings)
  local repository, loop, engine = repositories.open(server.address, "source", { actions = "pull,push" }, settings)
  local list = {}
  for number = 1, BLOBS do
    local bytes = blob(number)
    list[number] = { digest = sha(bytes), size = #bytes, bytes = bytes }
  end
  assert(loop:all(list, 4, function(one)
    return repository:upload(one.digest, { body = one.bytes })
  end))
  engine:close()
  return list
end

--- Streams all of them at once, with so many connections to a host; `jobs`: requests at once.
local function copy_all(from, to, list, path, settings, jobs)
  local target, loop, engine = repositories.open(to.address, path, { actions = "pull,push" }, settings)
  loop.requests = permits.new(jobs)
  local source = repositories.open(from.address, "source", { loop = loop })
  source.path = "nothing/of/that/name" -- so that nothing can be mounted
  local ok, err = loop:all(list, BLOBS, function(one)
    return target:copy_blob(one, source)
  end)
  assert(ok, tostring(err))
  assert.equal(loop.streams.most, loop.streams.free)
  assert.equal(loop.requests.most, loop.requests.free)
  assert.is_nil(next(loop.uploads))
  for _, one in ipairs(list) do
    assert.is_true(assert(target:has_blob(one.digest)))
  end
  engine:close()
end

--- The upload sessions that a registry has open for a repository: those that know when they began. This registry keeps
--- an empty folder of one that was given up.
local function open_uploads(server, path)
  local folder = ("%s/data/docker/registry/v2/repositories/%s/_uploads"):format(server.folder, path)
  local list = {}
  if lfs.attributes(folder, "mode") == "directory" then
    for name in lfs.dir(folder) do
      list[#list + 1] = lfs.attributes(folder .. "/" .. name .. "/startedat", "mode") and name or nil
    end
  end
  return list
end

describe("streams of many blobs", function()
  local first = block.registry()
  local second = block.registry()

  for connections = 1, 6 do
    it(("end with %d connections to a host"):format(connections), function()
      local settings = { connections = connections, stall_timeout = 20 }
      local list = fill(first)
      copy_all(first, first, list, "same" .. connections, settings)
      copy_all(first, second, list, "other" .. connections, settings)
    end)
  end

  for jobs = 1, 3 do
    it(("end with %d requests at once"):format(jobs), function()
      copy_all(first, second, fill(first), "jobs" .. jobs, { stall_timeout = 20 }, jobs)
    end)
  end

  it("end within a registry that answers nothing about blobs while it reads an upload", function()
    local able, why = referrers.start() -- go-containerregistry's grants no mount, and keeps blobs under one lock
    if not able then
      return pending(why)
    end
    finally(function()
      able:stop()
    end)
    for _, connections in ipairs { 1, 2, 6 } do
      local settings = { connections = connections, stall_timeout = 5 }
      copy_all(able, able, fill(able, settings), "same" .. connections, settings)
    end
  end)

  it("end over TLS", function()
    local authority = certificates.authority("ours")
    local certificate, key = authority:issue("server", { addresses = { "127.0.0.1" } })
    local server = registry.start { tls = { certificate = certificate, key = key } }
    finally(function()
      server:stop()
    end)
    local list = fill(server, { ca_file = authority.certificate })
    for _, connections in ipairs { 1, 2, 6 } do
      local settings = { connections = connections, stall_timeout = 20, ca_file = authority.certificate }
      copy_all(server, server, list, "same" .. connections, settings)
      copy_all(server, second, list, "plain" .. connections, settings)
    end
    local shared, own = 0, 0
    for path, version in temp.read(server.access_log):gmatch('"PUT (/v2/same%d/blobs/%S+) HTTP/(%d%.%d)" 201') do
      shared, own = shared + (version == "2.0" and 1 or 0), own + (version == "1.1" and 1 or 0)
      assert.truthy(path:find("digest=sha256", 1, true))
    end
    assert.same({ 3 * BLOBS / 2, 3 * BLOBS / 2 }, { shared, own }) -- the small ones are on what requests share
  end)

  it("go on when the source stalled and answers again", function()
    local body = blob(1):rep(2)
    local server = scripted.start { exchanges = {
      { method = "GET", times = 1,
        answer = { { status = 200, body = body:sub(1, SIZE), length = #body }, { sleep = 60 } } },
      { method = "GET", answer = { { sleep = 1.5 }, { status = 206, body = body:sub(SIZE + 1),
        headers = { { "Content-Range", ("bytes %d-%d/%d"):format(SIZE, #body - 1, #body) } } } } },
    } }
    finally(function()
      server:stop()
    end)
    copy_all({ address = server.address.a }, second, { { digest = sha(body), size = #body } }, "stalled",
      { stall_timeout = 3 })
    assert.is_true(#server:requests() >= 2) -- a starved machine may have it stall once more
  end)
end)

local function status_of(command, field, base)
  local status = temp.read(("/proc/%d/status"):format(command.pid)) or ""
  return tonumber(status:match("\n" .. field .. ":%s*(%x+)") or "0", base)
end

--- Waits until a command goes on after an interrupt: Lua has handled it (the first one alone, so the signal
--- has no handler any more), and slept twice since then. An answer that comes between the two may be lost.
local function wait_for_interrupt(command)
  assert(process.wait_for(function()
    return status_of(command, "SigCgt", 16) & 1 << (2 - 1) == 0
  end))
  local before = status_of(command, "voluntary_ctxt_switches", 10)
  assert(process.wait_for(function()
    return status_of(command, "voluntary_ctxt_switches", 10) >= before + 2
  end))
end

describe("a copy that is interrupted", function()
  --- Interrupts a copy whose source stops sending after so many bytes; returns the target registry, and what it
  --- answered where it was asked to give up the upload that was open. The copy may not have heard by then that the
  --- config is stored, and give that up too.
  local function interrupt(sent, signal, status)
    local body, config = blob(1):rep(4), "{}"
    local kind = "application/vnd.oci.image.manifest.v1+json"
    local document = json.encode(json.object { { "schemaVersion", 2 }, { "mediaType", kind },
      { "config", json.object { { "mediaType", "application/vnd.oci.image.config.v1+json" }, { "digest", sha(config) },
        { "size", #config } } },
      { "layers", json.array { json.object { { "mediaType", "application/vnd.oci.image.layer.v1.tar" },
        { "digest", sha(body) }, { "size", #body } } } } })
    local source = scripted.start { exchanges = {
      { pattern = "/manifests/", answer = { status = 200, body = document, headers = { { "Content-Type", kind } } } },
      { path = "/v2/app/blobs/" .. sha(config), answer = { status = 200, body = config } },
      { answer = { { status = 200, body = body:sub(1, sent), length = #body }, { sleep = 60 } } },
    } }
    local target = registry.start()
    local command = process.start(ours.words("copy", source.address.a .. "/app:1",
      target.address .. "/app:1"))
    finally(function()
      command:stop()
      source:stop()
      target:stop()
    end)
    local name
    assert(process.wait_for(function()
      name = temp.read(target.access_log):find('"PUT [^"]*" 201') and open_uploads(target, "app")[1]
      return name or not command:alive()
    end))
    assert.is_true(command:alive(), command:output())
    command:signal(signal or "INT")
    assert(process.wait_for(function()
      return not command:alive()
    end))
    assert.equal(status or 130, command:wait())
    local answers = {}
    for _, request in ipairs(target:requests()) do
      answers[#answers + 1] = request.method == "DELETE" and request.path:find(name, 1, true) and request.status or nil
    end
    return target, answers
  end

  it("waits for the name of an upload that it has just asked for, and gives it up", function()
    local kind, gate = "application/vnd.oci.image.manifest.v1+json", temp.path("gate")
    local server = scripted.start { origins = { a = {}, b = {} }, exchanges = {
      { origin = "a", answer = { status = 200, headers = { { "Content-Type", kind } }, body =
        ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"a/b","digest":"%s","size":2},"layers":[]}'):format(
          kind, sha("{}")) } },
      { origin = "b", method = "POST", answer = { { gate = gate }, { status = 202,
        headers = { { "Location", "/v2/app/blobs/uploads/late" } } } } },
      { origin = "b", method = "DELETE", answer = { status = 204 } },
      { origin = "b", answer = { status = 404 } },
    } }
    local command = process.start(ours.words("copy", server.address.a .. "/app:1",
      server.address.b .. "/app:1"))
    finally(function()
      command:stop()
      server:stop()
    end)
    local function last()
      local seen = server:requests("b")
      return seen[#seen] or {}
    end
    assert(process.wait_for(function()
      return last().method == "POST" or not command:alive()
    end))
    command:signal("INT")
    wait_for_interrupt(command)
    temp.file("", gate)
    assert.equal(130, command:wait(), command:output())
    assert.equal("DELETE /v2/app/blobs/uploads/late", last().method .. " " .. last().target)
  end)

  it("leaves no upload behind", function()
    local target, answers = interrupt(0)
    assert.same({ 204 }, answers)
    assert.same({}, open_uploads(target, "app"))
  end)

  for signal, status in pairs { TERM = 143, HUP = 129 } do
    it("leaves none behind at SIG" .. signal, function()
      assert.same({ 204 }, select(2, interrupt(0, signal, status)))
    end)
  end

  -- This registry knows an upload by a signed state with the offset at which it began, and refuses to end one that has
  -- got further; its own purging does.
  it("asks for the end of an upload that has begun", function()
    local _, answers = interrupt(SIZE)
    assert.equal(1, #answers)
  end)
end)
