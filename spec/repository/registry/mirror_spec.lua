--- Reading from mirrors before the registry.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local media_type = require "manifest.name.media_type"
local registries = require "spec.support.servers.registry"
local repositories = require "spec.support.worlds.repositories"
local scripted = require "spec.support.servers.scripted"
local small_manifest = require "spec.support.inputs.small_manifest"

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

  it("are told of once when they fail and not asked again, and not when they lack what is asked for", function()
    local server, repository = with_mirrors { { origin = "a", answer = manifest_answer() },
      { origin = "b", answer = { reset = true } }, { answer = { status = 404 } } }
    assert(repository:manifest(DIGEST))
    local asked = #server:requests("b")
    assert(repository:manifest(DIGEST))
    assert.equal(asked, #server:requests("b"))
    assert.equal(2, #server:requests("c"))
    local lines = repository.loop.engine:warnings()
    assert.equal(1, #lines)
    assert.matches("the mirror " .. server.address.b .. " was passed over: ", lines[1], 1, true)
  end)

  for _, answer in ipairs { { status = 401 }, { status = 403 }, { status = 429, headers = { { "Retry-After", "0" } } },
    { status = 500 }, { status = 503 }, { status = 200, body = "<html>log in</html>" }, { status = 204 } } do
    it(("that answer %d%s are told of and not asked again"):format(answer.status, answer.body or ""), function()
      local server, repository = with_mirrors { { origin = "b", answer = answer },
        { origin = "c", answer = { status = 404 } }, { origin = "a", answer = manifest_answer() } }
      assert.equal(DIGEST, assert(repository:manifest("t")).digest)
      local asked = #server:requests("b")
      assert.equal(DIGEST, assert(repository:manifest("t")).digest)
      assert.equal(asked, #server:requests("b"))
      assert.equal(2, #server:requests("a"))
      local lines = repository.loop.engine:warnings()
      assert.equal(1, #lines)
      assert.equal(1, lines[1]:find("the mirror " .. server.address.b .. " was passed over: ", 1, true))
    end)
  end

  for _, status in ipairs { 400, 404, 405, 501 } do
    it(("that answer %d to HEAD are asked for other things"):format(status), function()
      local server, repository = with_mirrors { { origin = "b", method = "HEAD", answer = { status = status } },
        { origin = "c", answer = { status = 404 } }, { answer = manifest_answer() } }
      assert.equal(DIGEST, assert(repository:head("t")).digest)
      assert.equal(DIGEST, assert(repository:manifest("t")).digest)
      assert.equal(1, #server:requests("a"))
      assert.equal(2, #server:requests("b"))
      assert.same({}, repository.loop.engine:warnings())
    end)
  end

  it("that say another digest than the one asked for are passed over", function()
    local other = "sha256:" .. ("0"):rep(64)
    local server, repository = with_mirrors { { origin = "a", answer = manifest_answer() },
      { answer = { status = 200, headers = { { "Docker-Content-Digest", other } } } } }
    assert.equal(DIGEST, assert(repository:head(DIGEST)).digest)
    assert.equal(1, #server:requests("a"))
    assert.equal(2, #repository.loop.engine:warnings())
  end)

  it("are not written to, nor read for a verb that writes", function()
    local server, repository = with_mirrors({ { answer = manifest_answer { status = 201 } } },
      { actions = "pull,push" })
    assert(repository:put_manifest("t", { raw = BYTES, media_type = media_type.oci_manifest }))
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

describe("a blob that is streamed", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end
  local target, copies = block.registry(), 0
  local BLOB = ("0123456789abcdef"):rep(4096)
  local HASH = manifest.digest.of(BLOB)
  local whole = { status = 200, body = BLOB }

  --- Copies the blob out of a repository at a with the mirrors b and c; returns the server and the warnings.
  local function copy(exchanges)
    copies = copies + 1
    local server = scripted.start { origins = { a = {}, b = {}, c = {} }, exchanges = exchanges }
    local into, loop, engine = repositories.open(target.address, "copy" .. copies, { actions = "pull,push" })
    local from = repositories.open(server.address.a, "app", {
      loop = loop, mirrors = { [server.address.a] = { server.address.b, server.address.c } },
    })
    finally(function()
      engine:close()
      server:stop()
    end)
    assert(into:copy_blob({ digest = HASH, size = #BLOB }, from))
    assert.is_true(assert(into:has_blob(HASH)))
    assert.is_nil(next(loop.uploads))
    return server, engine:warnings()
  end

  it("comes from the first mirror that has it", function()
    local server, warnings = copy { { origin = "c", path = "/v2/app/blobs/" .. HASH, answer = whole } }
    assert.equal(1, #server:requests("b"))
    assert.equal(2, #server:requests("c"))
    assert.equal(0, #server:requests("a"))
    assert.same({}, warnings)
  end)

  it("comes from the registry when no mirror has it", function()
    local server = copy { { origin = "a", answer = whole } }
    assert.equal(1, #server:requests("a"))
  end)

  for name, answer in pairs {
    ["breaks off"] = { { status = 200, body = BLOB:sub(1, 20000), length = #BLOB }, { reset = true } },
    ["sends something else"] = { status = 200, body = ("x"):rep(#BLOB) },
    ["has lost it meanwhile"] = { status = 404 },
  } do
    it("begins anew elsewhere when the mirror " .. name, function()
      local server, warnings = copy {
        { origin = "b", method = "HEAD", answer = whole }, { origin = "b", answer = answer },
        { origin = "a", answer = whole },
      }
      assert.equal(1, #server:requests("a"))
      assert.equal(1, #warnings)
      assert.matches("the mirror " .. server.address.b .. " was passed over: ", warnings[1], 1, true)
    end)
  end
end)

describe("a list", function()
  local function with_mirrors(exchanges)
    local server = scripted.start { origins = { a = {}, b = {}, c = {} }, exchanges = exchanges }
    local repository, _, engine = repositories.open(server.address.a, "app", {
      mirrors = { [server.address.a] = { server.address.b, server.address.c } },
    })
    finally(function()
      engine:close()
      server:stop()
    end)
    return server, repository
  end

  local function page(names, next_page)
    return { status = 200, body = ('{"tags":["%s"]}'):format(names),
      headers = next_page and { { "Link", ('</v2/app/tags/list?page=%d>; rel="next"'):format(next_page) } } }
  end

  it("of tags comes from a mirror, all its pages from the same", function()
    local server, repository = with_mirrors { { origin = "c", target = "/v2/app/tags/list", answer = page("x", 2) },
      { origin = "c", target = "/v2/app/tags/list?page=2", answer = page("y") } }
    assert.same({ "x", "y", skipped = 0 }, assert(repository:tags()))
    assert.equal(0, #server:requests("a"))
    assert.equal(1, #server:requests("b"))
  end)

  it("of tags begins anew elsewhere when a mirror does not give all pages", function()
    local server, repository = with_mirrors { { origin = "a", answer = page("z") },
      { origin = "b", target = "/v2/app/tags/list", answer = page("x", 2) },
      { origin = "b", answer = { { reset = true } } },
      { origin = "c", answer = { status = 200, body = "<html>" } } }
    assert.same({ "z", skipped = 0 }, assert(repository:tags()))
    assert.equal(2, #repository.loop.engine:warnings())
    assert.equal(1, #server:requests("a"))
  end)

  local function referrers(...)
    return { status = 200, headers = { { "Content-Type", media_type.oci_index } },
      body = ('{"manifests":[%s]}'):format(table.concat({ ... }, ",")) }
  end

  local ENTRY = ('{"mediaType":"%s","digest":"%s","size":%d}'):format(media_type.oci_manifest, DIGEST, #BYTES)

  it("of referrers comes from a mirror that has the API", function()
    local server, repository = with_mirrors { { origin = "b", answer = { status = 200, body = "<html>" } },
      { origin = "c", answer = referrers(ENTRY) } }
    assert.equal(DIGEST, assert(repository:referrers(DIGEST))[1].digest)
    assert.equal(0, #server:requests("a"))
  end)

  it("of referrers that is empty in a mirror is asked of the registry", function()
    local server, repository = with_mirrors { { origin = "a", answer = referrers(ENTRY) },
      { answer = referrers() } }
    assert.equal(1, #assert(repository:referrers(DIGEST)))
    assert.same({ 1, 1, 1 }, { #server:requests("a"), #server:requests("b"), #server:requests("c") })
  end)

  it("of referrers that a mirror does not have says nothing about the registry", function()
    local other = manifest.digest.of("other")
    local slow = { { sleep = 0.5 }, referrers(ENTRY) }
    local server, repository = with_mirrors { { origin = "a", pattern = DIGEST, answer = slow },
      { origin = "a", pattern = other, answer = referrers(ENTRY) } }
    local lists = assert(repository.loop:all({ DIGEST, other }, 2, function(digest, index)
      while index == 2 and #server:requests("a") == 0 do
        repository.loop:sleep(0.02)
      end
      return repository:referrers(digest)
    end))
    assert.same({ 1, 1 }, { #lists[1], #lists[2] })
    assert.is_nil(lists[2].fallback)
  end)

  it("of referrers is looked for under its tag when the registry has no API", function()
    local _, repository = with_mirrors { { origin = "c", pattern = "/referrers/", answer = referrers() } }
    assert.same({ skipped = 0, fallback = true }, assert(repository:referrers(DIGEST)))
  end)
end)

describe("a copy of all tags", function()
  if not registries.present() then
    pending("needs docker-registry")
    return
  end

  it("takes nothing from the registry when a mirror has all of it", function()
    local source, other, target = registries.start(), registries.start(), registries.start()
    finally(function()
      for _, server in ipairs { source, other, target } do
        server:stop()
      end
    end)
    local image = { repository = "app", tag = "1", platform = { os = "linux", architecture = "amd64" }, layers = 2 }
    local made = images.push(other, { image })
    local client <close> = manifest.client { mirrors = { [source.address] = { other.address } } }
    local done = assert(client:copy(source.address .. "/app", target.address .. "/app", { all_tags = true }))
    assert.equal(made[1].digest, done.copied[1].digest)
    assert.equal(made[1].digest, (assert(client:digest(target.address .. "/app:1"))))
    assert.same({}, source:requests())
    assert.same({}, client:warnings())
  end)
end)
