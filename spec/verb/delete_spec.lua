--- delete: by digest where a registry knows digests only, by tag where it can, in layouts; nothing goes unasked.

local block = require "spec.support.block"
local fails = require "spec.support.asserts.fails"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local peers = require "spec.support.worlds.peers"
local referrers = require "spec.support.servers.referrers"
local registry = require "spec.support.servers.registry"
local requests_of = require "spec.support.asserts.requests_of"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

describe("delete", function()
  local server, at = block.registry()
  local client = block.client()

  local function push(repository, tags)
    local list = {}
    for index, tag in ipairs(tags) do
      list[index] = { repository = repository, tag = tag, seed = "same", platform = { os = "linux" } }
    end
    return images.push(server, list)[1].digest
  end

  it("deletes the manifest of a tag, when it is its only one", function()
    local digest = push("alone", { "a" })
    images.push(server, { { repository = "alone", tag = "other" } })
    local done = assert(client:delete(at("alone:a")))
    assert.equal(digest, done.digest)
    assert.same({}, done.shared)
    fails("not_found", client:digest(at("alone:a")))
    assert(client:digest(at("alone:other")))
    fails("not_found", client:delete(at("alone:a")))
  end)

  it("deletes nothing when other tags would go too, and names them", function()
    local digest = push("shared", { "a", "b", "c" })
    local err = fails("conflict", client:delete(at("shared:a")))
    table.sort(err.shared)
    assert.same({ "b", "c" }, err.shared)
    assert.equal(digest, err.digest)
    err = fails("conflict", client:delete(at("shared@" .. digest)))
    assert.equal(3, #err.shared)
    assert(client:digest(at("shared:a")))
    local asked = requests_of(server, function()
      local seen = assert(client:delete(at("shared:a"), { dry_run = true }))
      assert.equal(2, #seen.shared)
      assert.is_true(seen.dry_run)
    end)
    for _, line in ipairs(asked) do
      assert.is_nil(line:find("^DELETE"))
    end
    local done = assert(client:delete(at("shared:a"), { shared = true }))
    assert.equal(2, #done.shared)
    fails("not_found", client:digest(at("shared:c")))
  end)

  it("keeps what an index still names, unless told", function()
    local made = images.push(server, {
      { name = "amd", repository = "listed", tag = "amd", platform = { os = "linux", architecture = "amd64" } },
      { repository = "listed", tag = "all", type = "oci-index", children = { "amd" } },
    })
    local err = fails("conflict", client:delete(at("listed:amd")))
    assert.same({ "all" }, err.listed)
    err = fails("conflict", client:delete(at("listed@" .. made.amd.digest)))
    assert.same({ "all" }, err.listed)
    assert(client:delete(at("listed:all")))
    assert(client:delete(at("listed:amd")))
  end)

  it("keeps what an index in an index still names, unless told", function()
    local made = images.push(server, {
      { name = "amd", repository = "nested", tag = "amd", platform = { os = "linux", architecture = "amd64" } },
      { name = "inner", repository = "nested", type = "oci-index", children = { "amd" } },
      { name = "other", repository = "nested", tag = "other", type = "oci-index", children = {} },
      { repository = "nested", tag = "outer", type = "oci-index", children = { "inner", "other" } },
    })
    assert.same({ "outer" }, fails("conflict", client:delete(at("nested:amd"))).listed)
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("nested"), path, { all_tags = true }))
    assert.same({ made.inner.digest }, fails("conflict", client:delete(path .. "@" .. made.amd.digest)).listed)
    assert.same({ "outer" }, fails("conflict", client:delete(path .. "@" .. made.inner.digest)).listed)
  end)

  it("takes images of an index along that nothing else names, and what refers to what goes", function()
    local function image(name, architecture, tag)
      return { name = name, repository = "along", tag = tag, layers = { name },
        platform = { os = "linux", architecture = architecture } }
    end
    local made = images.push(server, {
      image("alone", "amd64"), image("tagged", "arm64", "arm"), image("both", "s390x"),
      { name = "one", repository = "along", tag = "1", type = "oci-index", children = { "alone", "tagged", "both" } },
      { repository = "along", tag = "2", type = "oci-index", children = { "both" } },
    })
    for _, subject in ipairs { made.alone.digest, made.one.digest } do
      assert(client:attach { subject = at("along@" .. subject), artifact_type = "application/x-signature",
        files = temp.file("signature of " .. subject) })
    end
    local layout = "oci:" .. temp.path("layout")
    assert(client:copy(at("along"), layout, { all_tags = true, referrers = true }))
    for _, place in ipairs { at("along"), layout } do
      local o = { images = true, referrers = true, dry_run = true }
      local planned = assert(client:delete(place .. ":1", o))
      assert.same({ made.alone.digest }, planned.images)
      assert.equal(2, #planned.referrers)
      assert(client:digest(place .. "@" .. made.alone.digest))
      o.dry_run = nil
      local done = assert(client:delete(place .. ":1", o))
      assert.same(planned.images, done.images)
      assert.same(planned.referrers, done.referrers)
      for _, gone in ipairs { made.one.digest, made.alone.digest, done.referrers[1], done.referrers[2] } do
        fails("not_found", client:digest(place .. "@" .. gone))
      end
      for _, kept in ipairs { "tagged", "both" } do
        assert(client:verify(place .. "@" .. made[kept].digest))
      end
      assert.equal(place == layout and 4 or nil, done.removed and done.removed.manifests)
    end
    assert.same({ "2", "arm" }, assert(client:tags(layout, { sort = "name" })))
  end)

  it("leaves an image that an index names, and what refers to it, where its tag goes alone", function()
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    local made = images.push(server, {
      { name = "amd", repository = "part", tag = "amd", layers = { "amd" },
        platform = { os = "linux", architecture = "amd64" } },
      { name = "all", repository = "part", tag = "all", type = "oci-index", children = { "amd" } },
      { name = "arm", repository = "part", tag = "arm", platform = { os = "linux", architecture = "arm64" } },
    })
    local layout, bare = "oci:" .. temp.path("layout"), "oci:" .. temp.path("layout")
    for _, place in ipairs { able.address .. "/part", layout } do
      assert(client:copy(at("part"), place, { all_tags = true }))
    end
    assert(client:copy(at("part@" .. made.all.digest), bare)) -- its index has no name
    assert(client:tag(bare .. "@" .. made.amd.digest, "amd"))
    for _, place in ipairs { able.address .. "/part", layout, bare } do
      assert(client:attach { subject = place .. ":amd", artifact_type = "a/b", files = { temp.file("x") } })
      for _, o in ipairs { { referrers = true }, { images = true, referrers = true } } do
        local done = assert(client:delete(place .. ":amd", o))
        assert.is_true(done.tag_only)
        assert.is_nil(done.referrers, place)
        local image = place .. "@" .. made.amd.digest
        assert(client:verify(image))
        assert.equal(1, #assert(client:referrers(image)).referrers)
        assert(client:tag(image, "amd"))
      end
    end
    assert(client:verify(able.address .. "/part:all"))
    assert(client:verify(layout .. ":all"))
    -- an index without a name keeps its images from going with another one
    assert(client:delete(bare .. ":amd"))
    assert(client:index_create { target = bare .. ":more",
      sources = { bare .. "@" .. made.amd.digest, at("part:arm") } })
    local done = assert(client:delete(bare .. ":more", { images = true }))
    assert.same({ made.arm.digest }, done.images)
    assert(client:verify(bare .. "@" .. made.all.digest))
    able:stop()
  end)

  it("takes the last referrer's list along where a registry deletes tags", function()
    local program, why = peers.find("registry")
    if not program then
      return pending(why)
    end
    local third = registry.start { program = program }
    local image = images.push(third, { { repository = "last", tag = "a" } })[1]
    local at_third = third.address .. "/last:a"
    for _ = 1, 2 do
      assert(client:attach { subject = at_third, artifact_type = "a/b", files = {}, shared = false })
      local tags = assert(client:tags(third.address .. "/last", { sort = "name" }))
      assert.same({ "a", (image.digest:gsub(":", "-")) }, tags)
      local one = assert(client:referrers(at_third)).referrers[1]
      assert(client:delete(("%s/last@%s"):format(third.address, one.digest)))
      assert.same({ "a" }, assert(client:tags(third.address .. "/last")))
    end
    third:stop()
  end)

  it("takes a referrer off the list that a layout has, and the list with its last one", function()
    push("listed/layout", { "a" })
    local layout = "oci:" .. temp.path("layout")
    for _, kind in ipairs { "a/1", "a/2" } do
      assert(client:attach { subject = at("listed/layout:a"), artifact_type = kind, files = {}, shared = false })
    end
    assert(client:copy(at("listed/layout:a"), layout .. ":a", { referrers = true }))
    for left = 1, 0, -1 do
      local one = assert(client:referrers(layout .. ":a")).referrers[1]
      assert(client:delete(layout .. "@" .. one.digest))
      assert.equal(left, #assert(client:referrers(layout .. ":a")).referrers)
      assert.equal(left + 1, #assert(client:tags(layout)))
    end
  end)

  it("deletes only while the tag names what it should, as other verbs write", function()
    local other = images.push(server, { { repository = "guarded", tag = "other" } })[1].digest
    local digest = push("guarded", { "a" })
    local layout = "oci:" .. temp.path("layout")
    assert(client:copy(at("guarded"), layout, { all_tags = true }))
    for _, place in ipairs { at("guarded"), layout } do
      for _, o in ipairs { {}, { tag_only = true }, { images = true }, { dry_run = true } } do
        o.if_digest = other
        local err = fails("conflict", client:delete(place .. ":a", o))
        assert.same({ digest, ("the tag a names %s now"):format(digest) }, { err.now, err.message })
      end
      assert.equal(digest, assert(client:digest(place .. ":a")))
      fails("invalid_argument", client:delete(place .. "@" .. digest, { if_digest = digest }))
      fails("conflict", client:delete(("%s:a@%s"):format(place, digest), { if_digest = other }))
      assert.equal(digest, assert(client:delete(place .. ":a", { if_digest = digest })).digest)
      assert.same({ "other" }, assert(client:tags(place)))
    end
    local command = ours.new {}
    local run = command { "delete", "--if-digest", digest, at("guarded:other") }
    assert.equal(1, run.status)
    assert.matches(other, run.stderr, 1, true)
    assert.equal(125, command({ "delete", "--if-digest", "", at("guarded:other") }).status)
    assert.equal(0, command({ "delete", "--if-digest", other, at("guarded:other") }).status)
  end)

  it("takes nothing along of an index that the tag left meanwhile", function()
    local made = images.push(server, {
      { name = "amd", repository = "left", platform = { os = "linux", architecture = "amd64" } },
      { repository = "left", tag = "1", type = "oci-index", children = { "amd" } },
      { name = "two", repository = "left", type = "docker-list", children = { "amd" } },
    })
    local moved
    local watching <close> = manifest.client { config = temp.folder("config"), on_event = function(event)
      if not moved and event.event == "response" and event.method == "GET" and event.url:find("left/manifests/") then
        moved = assert(client:tag(at("left@" .. made.two.digest), "1"))
      end
    end }
    local err = fails("conflict", watching:delete(at("left:1"), { images = true }))
    assert.equal(made.two.digest, err.now)
    assert(client:verify(at("left:1")))
  end)

  it("deletes by digest", function()
    local made = images.push(server, { { repository = "untagged" }, { repository = "untagged", tag = "x" } })
    assert(client:delete(at("untagged@" .. made[1].digest)))
    fails("not_found", client:digest(at("untagged@" .. made[1].digest)))
    fails("not_found", client:delete(at("untagged@" .. made[1].digest)))
    local err = fails("conflict", client:delete(at("untagged:x@" .. made[1].digest)))
    assert.matches(made[2].digest, err.message, 1, true)
  end)

  it("wants to know what", function()
    fails("invalid_reference", client:delete(at("alone")))
    fails("invalid_reference", client:delete("oci:" .. temp.path("x")))
    fails("not_found", client:delete(at("never:1")))
  end)

  it("says so when the registry deletes nothing", function()
    local strict = registry.start { delete = false }
    images.push(strict, { { repository = "app", tag = "1" } })
    fails("unsupported", client:delete(strict.address .. "/app:1"))
    assert(client:digest(strict.address .. "/app:1"))
    strict:stop()
  end)

  it("takes the tag alone where a registry can", function()
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    images.push(able, { { repository = "app", tag = "a", seed = "s" }, { repository = "app", tag = "b", seed = "s" } })
    local done = assert(client:delete(able.address .. "/app:a"))
    assert.is_true(done.tag_only)
    fails("not_found", client:digest(able.address .. "/app:a"))
    assert(client:digest(able.address .. "/app:b"))
    able:stop()
  end)

  --- A registry with one tag, whose DELETE is answered so; a DELETE of the digest would be granted.
  local function with_tag(answer)
    return scripted.start { exchanges = {
      { pattern = "^/v2/app/manifests/(1|sha256:.*)$", method = "HEAD", answer = { status = 200, headers = {
        { "Docker-Content-Digest", manifest.digest.of("{}") },
        { "Content-Type", manifest.media_type.oci_manifest } } } },
      { method = "DELETE", path = "/v2/app/manifests/1", answer = answer },
      { method = "GET", path = "/v2/app/tags/list", answer = { status = 200, body = '{"tags":["1"]}' } },
      { method = "DELETE", answer = { status = 202 } },
    } }
  end

  it("takes no more than the tag when the registry refuses, fails or throttles", function()
    local function coded(status, code)
      return { status = status, body = ('{"errors":[{"code":"%s","message":"Request was throttled."}]}'):format(code),
        headers = { { "Retry-After", "7200" } } }
    end
    for code, answer in pairs { denied = { status = 403 }, registry = { status = 500 },
      rate_limited = coded(429, "UNSUPPORTED"), conflict = coded(400, "TAG_INVALID"),
      unsupported = { status = 404 } } do
      local server_of_tag = with_tag(answer)
      fails(code, client:delete(server_of_tag.address.a .. "/app:1", { shared = true }))
      for _, request in ipairs(server_of_tag:requests()) do
        assert.not_matches(manifest.digest.of("{}"), request.target, 1, true)
      end
      server_of_tag:stop()
    end
  end)

  it("takes no manifest by a list of tags that lacks the tag itself", function()
    for _, list in ipairs { { status = 404 }, { status = 200, body = '{"tags":["2"]}' } } do
      local server_of_tag = scripted.start { exchanges = {
        { method = "HEAD", path = "/v2/app/manifests/1", answer = { status = 200, headers = {
          { "Docker-Content-Digest", manifest.digest.of("{}") } } } },
        { method = "DELETE", path = "/v2/app/manifests/1", answer = { status = 405 } },
        { method = "GET", path = "/v2/app/tags/list", answer = list },
        { method = "DELETE", answer = { status = 202 } },
      } }
      local name = server_of_tag.address.a .. "/app:1"
      local err = fails("conflict", client:delete(name))
      assert.matches("the list of tags lacks 1 itself", err.message, 1, true)
      assert(client:delete(name, { shared = true, dry_run = true }))
      server_of_tag:stop()
    end
  end)

  it("is done when somebody else has taken the tag away just before", function()
    local server_of_tag = scripted.start { exchanges = { { method = "HEAD", times = 1, answer = { status = 200,
      headers = { { "Docker-Content-Digest", manifest.digest.of("{}") } } } } } }
    assert.is_true(assert(client:delete(server_of_tag.address.a .. "/app:1")).tag_only)
    server_of_tag:stop()
  end)

  --- A registry that deletes by digest, and whose tags stay as these answers to GET say.
  local function that_keeps(answers)
    local exchanges, tags = {}, {}
    for tag, answer in pairs(answers) do
      exchanges[#exchanges + 1] = { method = "GET", path = "/v2/app/manifests/" .. tag, answer = answer }
      tags[#tags + 1] = ('"%s"'):format(tag)
    end
    table.sort(tags)
    for _, one in ipairs {
      { method = "HEAD", answer = { status = 200, headers = { { "Docker-Content-Digest", manifest.digest.of("{}") },
        { "Content-Type", manifest.media_type.oci_manifest } } } },
      { method = "DELETE", pattern = "sha256:", answer = { status = 202 } },
      { method = "DELETE", answer = { status = 405 } },
      { method = "GET", path = "/v2/app/tags/list", answer = { status = 200,
        body = ('{"tags":[%s]}'):format(table.concat(tags, ",")) } },
    } do
      exchanges[#exchanges + 1] = one
    end
    return scripted.start { exchanges = exchanges }
  end

  it("looks into what HEAD gives no type of a manifest, and into an index that only others can read", function()
    local child, kinds = manifest.digest.of("{}"), manifest.media_type
    local entry = ('{"mediaType":"%s","digest":"%s","size":2}'):format(kinds.oci_manifest, child)
    local index = ('{"schemaVersion":2,"mediaType":"%s","manifests":[%s]}'):format(kinds.oci_index, entry)
    for _, case in ipairs { { "application/json", index }, { "", index }, { kinds.docker_list, index },
      { kinds.oci_index, (index:gsub("2,", "1,", 1)) } } do
      local function answer(bytes, kind)
        return { status = 200, body = bytes, headers = { { "Docker-Content-Digest", manifest.digest.of(bytes) },
          { "Content-Type", kind } } }
      end
      local server_of_index = scripted.start { exchanges = {
        { path = "/v2/app/tags/list", answer = { status = 200, body = '{"tags":["list"]}' } },
        { path = "/v2/app/manifests/list", answer = answer(case[2], case[1]) },
        { method = "HEAD", path = "/v2/app/manifests/" .. child, answer = answer("{}", kinds.oci_manifest) },
        { method = "DELETE", answer = { status = 202 } },
      } }
      local err = fails("conflict", client:delete(("%s/app@%s"):format(server_of_index.address.a, child)))
      assert.same({ "list" }, err.listed)
      server_of_index:stop()
    end
  end)

  it("looks before it tells which tags are gone", function()
    local kept, gone = { status = 200, body = "{}" }, { status = 404 }
    local server_of_tags = that_keeps { a = gone, b = kept, c = gone, d = { status = 403 } }
    local name = server_of_tags.address.a .. "/app"
    local done = assert(client:delete(name .. ":a", { shared = true }))
    assert.same({ "c" }, done.shared)
    assert.same({ "b" }, done.remaining)
    assert.matches("whether the tag d is gone", table.concat(client:warnings(), "\n"), 1, true)
    done = assert(client:delete(name .. "@" .. manifest.digest.of("{}"), { shared = true }))
    assert.same({ "a", "c" }, done.shared)
    assert.same({ "b" }, done.remaining)
    local err = fails("registry", client:delete(name .. ":b", { shared = true }))
    assert.matches("keeps the tag b", err.message, 1, true)
    server_of_tags:stop()
  end)

  it("looks whether a tag is gone whose deletion was accepted", function()
    local function with(answers)
      local exchanges = { { method = "DELETE", path = "/v2/app/manifests/1", answer = { status = 202 } } }
      for _, answer in ipairs(answers) do
        exchanges[#exchanges + 1] = { method = "GET", times = answer.times, answer = answer }
      end
      exchanges[#exchanges + 1] = { method = "HEAD", times = 1, answer = { status = 200, headers = {
        { "Docker-Content-Digest", manifest.digest.of("{}") } } } }
      local accepting = scripted.start { exchanges = exchanges }
      local done, err = client:delete(accepting.address.a .. "/app:1")
      accepting:stop()
      return done, err
    end
    local kept, gone = { status = 200, body = "{}" }, { status = 404 }
    local err = fails("registry", with { kept })
    assert.matches("accepted the deletion of the tag 1, and keeps it", err.message, 1, true)
    assert.same({ "1" }, err.remaining)
    assert.is_true(assert(with { { status = 200, body = "{}", times = 1 }, gone }).tag_only) -- it took a moment
    assert.is_true(assert(with { { status = 200, body = '{"moved":1}' } }).tag_only) -- somebody else put it again
    assert.is_true(assert(with { gone }).tag_only)
  end)

  it("takes the tag alone in a layout", function()
    push("layout", { "a" })
    local path = "oci:" .. temp.path("layout")
    assert(client:copy(at("layout:a"), path .. ":a"))
    assert(client:copy(at("layout:a"), path .. ":b"))
    local done = assert(client:delete(path .. ":a"))
    assert.is_true(done.tag_only)
    fails("not_found", client:digest(path .. ":a"))
    assert(client:digest(path .. ":b"))
    fails("conflict", client:delete(path .. "@" .. done.digest))
    assert(client:delete(path .. "@" .. done.digest, { shared = true }))
    fails("not_found", client:digest(path .. ":b"))
  end)
end)
