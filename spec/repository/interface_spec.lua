--- What every kind of repository does alike: in a registry, a real one and one that is scripted to know little, in a
--- layout, in an OCI archive and in one of docker's.

local archive = require "manifest.repository.archive"
local docker_archive = require "spec.support.inputs.docker_archive"
local events = require "manifest.engine.events"
local fails = require "spec.support.asserts.fails"
local interface = require("manifest.repository.interface").METHODS
local layout = require "manifest.repository.layout"
local manifest = require "manifest"
local peers = require "spec.support.worlds.peers"
local referrers = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local sha = manifest.digest.of
local MANIFEST = manifest.media_type.oci_manifest
local LAYER, CONFIG = docker_archive.LAYER, docker_archive.CONFIG
local ABSENT = sha("nobody has this")

local IMAGE = ('{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":%d},"layers":[{'
  .. '"mediaType":"%s","digest":"%s","size":%d}]}'):format(MANIFEST, manifest.media_type.oci_config, sha(CONFIG),
  #CONFIG, manifest.media_type.oci_layer, sha(LAYER), #LAYER)

local function new_layout(path)
  local place = layout.new(path or temp.path("layout"))
  for _, bytes in ipairs { LAYER, CONFIG } do
    assert(place:upload(sha(bytes), { body = bytes }))
  end
  assert(place:put_manifest("1", { raw = IMAGE, media_type = MANIFEST }))
  return place
end

--- Each makes {repository, tag (of the image), stop}; nil and why: the machine lacks what it needs.
local KINDS = {}

--- Keeps what happens on a loop, for `examine`.
local function events_of(loop)
  local list = {}
  loop.control.teller = events.new(function(event)
    list[#list + 1] = event
  end)
  return list
end

--- A repository of a registry that runs, with the image.
local function of_server(server)
  local repository, loop, engine = repositories.open(server.address, "app", { actions = "pull,push,delete" },
    { insecure = true, events = true })
  local from = new_layout()
  for _, bytes in ipairs { LAYER, CONFIG } do
    assert(repository:copy_blob({ digest = sha(bytes), size = #bytes }, from))
  end
  assert(repository:put_manifest("1", { raw = IMAGE, media_type = MANIFEST }))
  return { repository = repository, tag = "1", events = events_of(loop), stop = function()
    engine:close()
    server:stop()
  end }
end

KINDS["a registry"] = function()
  if not registry.present() then
    return nil, "needs docker-registry"
  end
  return of_server(registry.start {})
end

KINDS["a registry of distribution 3"] = function()
  local program, why = peers.find("registry")
  if not program then
    return nil, why
  end
  return of_server(registry.start { program = program })
end

KINDS["go-containerregistry's registry"] = function()
  local server, why = referrers.start()
  if not server then
    return nil, why
  end
  return of_server(server)
end

--- A registry that serves no HEAD of manifests, tells no digests, and takes whatever it is given.
KINDS["a registry that knows little"] = function()
  local function answer(body, kind)
    return { status = 200, body = body, headers = { { "Content-Type", kind } } }
  end
  local exchanges = {
    { method = "HEAD", pattern = "/manifests/", answer = { status = 405 } },
    { method = "GET", path = "/v2/app/manifests/1", answer = answer(IMAGE, MANIFEST) },
    { method = "GET", path = "/v2/app/manifests/" .. sha(IMAGE), answer = answer(IMAGE, MANIFEST) },
    { method = "GET", path = "/v2/app/tags/list", answer = answer('{"tags":["1"]}', "application/json") },
    { method = "PUT", pattern = "/manifests/", answer = { status = 201 } },
    { method = "DELETE", pattern = "/manifests/", answer = { status = 202 } },
    { method = "POST", pattern = "/uploads/", answer = { status = 202, headers = { { "Location", "/upload" } } } },
    { method = "PUT", pattern = "^/upload", answer = { status = 201 } },
  }
  for _, bytes in ipairs { LAYER, CONFIG } do
    for _, method in ipairs { "GET", "HEAD" } do
      exchanges[#exchanges + 1] = { method = method, path = "/v2/app/blobs/" .. sha(bytes),
        answer = { status = 200, body = method == "GET" and bytes or nil } }
    end
  end
  local server = scripted.start { origins = { a = {} }, exchanges = exchanges }
  local repository, loop, engine = repositories.open(server.address.a, "app", { actions = "pull,push,delete" },
    { insecure = true, events = true })
  return { repository = repository, tag = "1", events = events_of(loop), stop = function()
    engine:close()
    server:stop()
  end }
end

KINDS["a layout"] = function()
  return { repository = new_layout(), tag = "1", stop = function() end }
end

KINDS["an OCI archive"] = function()
  local path = temp.path("layout")
  new_layout(path):close()
  local entries = {}
  for _, name in ipairs(temp.files(path)) do
    entries[#entries + 1] = { name, temp.read(path .. "/" .. name) }
  end
  return { repository = archive.new("oci-archive", temp.file(tar.archive(entries))), tag = "1", stop = function() end }
end

KINDS["a docker archive"] = function()
  return { repository = archive.new("docker-archive", temp.file(tar.archive(docker_archive.entries()))),
    tag = "app:1", stop = function() end }
end

for name, start in pairs(KINDS) do
  describe("a repository that is " .. name, function()
    local world, why = start()
    if not world then
      pending(why)
      return
    end
    local repository = world.repository
    teardown(world.stop)

    it("has what every repository has", function()
      for method in pairs(interface) do
        assert.is_function(repository[method], method)
      end
      assert.is_string(repository.identity)
      assert.is_string(repository.domain)
      assert.is_boolean(repository.can.write)
      assert.is_boolean(repository.can.untagged)
      assert.is_not_nil(repository.can.delete_tag)
      assert.is_boolean(repository:mounts_from(new_layout()))
    end)

    it("gives a manifest by its tag and by its digest, with and without its bytes", function()
      local got = assert(repository:manifest(world.tag))
      assert.equal(sha(got.raw), got.digest)
      assert.equal(#got.raw, got.size)
      assert.equal(got.raw, assert(repository:manifest(got.digest)).raw)
      for _, selector in ipairs { world.tag, got.digest } do
        assert.equal(got.digest, assert(repository:head(selector)).digest)
      end
      for _, selector in ipairs { "absent", ABSENT } do
        fails("not_found", repository:manifest(selector))
        fails("not_found", repository:head(selector))
      end
      assert.same({ world.tag }, { (assert(repository:tags()))[1] })
    end)

    it("gives a blob: whole, in pieces, into a file", function()
      assert.equal(CONFIG, assert(repository:blob(sha(CONFIG))))
      assert.equal(CONFIG, assert(repository:blob(sha(CONFIG), #CONFIG)))
      fails("too_large", repository:blob(sha(CONFIG), #CONFIG - 1))
      local pieces = {}
      assert.equal(#LAYER, assert(repository:read_blob(sha(LAYER), function(piece)
        pieces[#pieces + 1] = piece
      end)))
      assert.equal(LAYER, table.concat(pieces))
      assert.equal(#LAYER, assert(repository:read_blob(sha(LAYER))))
      local refusal = require("manifest.base.error").new { code = "corrupt", message = "no" }
      local none, err = repository:read_blob(sha(LAYER), function()
        error(refusal, 0)
      end)
      assert.is_nil(none)
      assert.equal(refusal, err)
      local path = temp.path("blob")
      assert(repository:save_blob({ digest = sha(LAYER), size = #LAYER }, path))
      assert.equal(LAYER, temp.read(path))
      assert.is_true(assert(repository:has_blob(sha(LAYER))))
    end)

    it("says that it has no such blob", function()
      assert.is_false(repository:has_blob(ABSENT))
      fails("not_found", repository:blob(ABSENT))
      fails("not_found", repository:read_blob(ABSENT))
      fails("not_found", repository:save_blob({ digest = ABSENT, size = 1 }, temp.path("blob")))
    end)

    it("says what is well with it, and writes nothing", function()
      local before, checks = assert(repository:tags()), repository:examine({ events = world.events })
      assert.is_true(#checks >= 4)
      for _, check in ipairs(checks) do
        assert.is_string(check.name)
        assert.is_string(check.text)
        assert.truthy(("ok no bad unknown"):find(check.state, 1, true))
      end
      assert.same(before, assert(repository:tags()))
    end)

    it("is a source of blobs for any other", function()
      local target = layout.new(temp.path("layout"))
      assert(target:copy_blob({ digest = sha(LAYER), size = #LAYER }, repository))
      assert.equal(LAYER, assert(target:blob(sha(LAYER))))
      fails("not_found", target:copy_blob({ digest = ABSENT, size = 1 }, repository))
    end)

    it("has no referrers of what nothing refers to", function()
      assert.equal(0, #assert(repository:referrers(sha(IMAGE))))
    end)

    if not repository.can.write then
      it("refuses to be written", function()
        fails("unsupported", repository:upload(sha("x"), { body = "x" }))
        fails("unsupported", repository:put_manifest("2", { raw = IMAGE, media_type = MANIFEST }))
        fails("unsupported", repository:copy_blob({ digest = sha(LAYER), size = #LAYER }, new_layout()))
        fails("unsupported", repository:delete(world.tag))
        fails("unsupported", repository:delete_tags {})
        fails("unsupported", repository:check_tag("x"))
        fails("unsupported", repository:holders(sha(IMAGE)))
      end)
      return
    end

    it("takes blobs, and manifests under a digest and under tags", function()
      assert(repository:upload(sha("x"), { body = "x" }))
      assert(repository:upload(sha("y"), { body_file = temp.file("y") }))
      assert(repository:copy_blob({ digest = sha(LAYER), size = #LAYER }, new_layout()))
      fails("not_found", repository:copy_blob({ digest = ABSENT, size = 1 }, new_layout()))
      assert.equal(sha(IMAGE), assert(repository:put_manifest(sha(IMAGE),
        { raw = IMAGE, media_type = MANIFEST })).digest)
      assert.equal(#IMAGE, assert(repository:put_manifest("2", { raw = IMAGE, media_type = MANIFEST })).size)
      assert.is_true(repository:check_manifest(IMAGE))
      fails("too_large", repository:check_manifest((" "):rep(4 * 1024 * 1024 + 1)))
      assert.is_true(repository:check_tag("1.0"))
    end)

    it("deletes those of many tags that name what they should, or says that it deletes by digest only", function()
      local digest = assert(repository:head("1")).digest
      local done = assert(repository:delete_tags { { digest = ABSENT, tags = { "1" } },
        { digest = digest, tags = { "2" } }, { digest = digest, tags = { "absent" } } })
      assert.same({ { moved = { ["1"] = digest } }, { moved = {} } }, { done[1], done[3] })
      assert.same({}, done[2].moved)
      assert.equal(done[2].digest_alone, (repository:head("2")) and true or nil)
      assert.same({}, assert(repository:delete_tags {}))
    end)

    it("knows who names a manifest, and deletes it", function()
      local found = assert(repository:holders(sha(IMAGE)))
      table.sort(found.tags)
      assert.equal("1", found.tags[1])
      assert.same({}, found.parents)
      assert.is_true(assert(repository:delete(sha(IMAGE))).gone)
    end)

    it("can be closed", function()
      repository:close()
      repository:close()
    end)
  end)
end
