--- Lists of referrers in a registry that keeps none itself: whichever verb puts what refers to something.

local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local lock = require "manifest.engine.lock"
local process = require "spec.support.process"
local referrers = require "spec.support.servers.referrers"
local temp = require "spec.support.temp"

local SBOM = "application/vnd.example.sbom"

describe("what refers to something", function()
  local server, at = block.registry()
  local client = block.client()

  local function push(repository, to)
    return images.push(to or server, {
      { name = "amd", repository = repository, tag = "amd", platform = { os = "linux", architecture = "amd64" } },
      { name = "arm", repository = repository, platform = { os = "linux", architecture = "arm64" } },
      { name = "all", repository = repository, tag = "1", type = "oci-index", children = { "amd", "arm" } },
    })
  end

  local function digests(name, options)
    local list = {}
    for index, item in ipairs(assert(client:referrers(name, options)).referrers) do
      list[index] = item.digest
    end
    table.sort(list)
    return list
  end

  --- An attestation with a subject, and an index that has the image and it as entries, in a layout.
  local function layout()
    local path = "oci:" .. temp.path("layout")
    push("source")
    assert(client:copy(at("source:1"), path .. ":1"))
    local done = assert(client:attach { subject = path .. ":1", files = {}, artifact_type = SBOM,
      platform = "linux/amd64" })
    assert(client:index { target = path .. ":signed", sources = { path .. ":1", { ref = done.reference,
      platform = "unknown/unknown" } } })
    assert(client:tag(done.reference, "artifact"))
    return path, done
  end

  it("is listed by copy, copy of all tags, index create, and edits of an index", function()
    local path, done = layout()
    local function is_listed(name)
      assert.same({ done.digest }, digests(name, { platform = "linux/amd64" }))
    end
    assert(client:copy(path .. ":1", at("one:1")))
    assert.same({}, digests(at("one:1"), { platform = "linux/amd64" }))
    assert(client:copy(path .. ":artifact", at("one:artifact")))
    is_listed(at("one:1"))
    assert(client:copy(path .. ":signed", at("two:1")))
    is_listed(at("two:1"))
    assert(client:index { target = at("three:1"), sources = { path .. ":signed" } })
    is_listed(at("three:1"))
    assert(client:copy(path, at("four"), { all_tags = true, include = { "1", "artifact", "signed" } }))
    is_listed(at("four:signed"))

    local made = assert(client:index { target = at("one:list"), sources = { at("one:1") }, subject = at("one:1"),
      artifact_type = SBOM })
    assert.same({ made.digest }, digests(at("one:1")))
    local edited = assert(client:index_annotate(at("one:list"), nil, { annotations = { a = "b" } }))
    assert.is_true(#digests(at("one:1")) == 2 and edited.digest ~= made.digest)
    -- What nobody may list twice is not: a second copy writes no list.
    local before = assert(client:digest(at("two:sha256-" .. done.subject.digest:match(":(.*)$"))))
    assert(client:copy(path .. ":signed", at("two:2")))
    assert.equal(before, (client:digest(at("two:sha256-" .. done.subject.digest:match(":(.*)$")))))
  end)

  it("is listed by a copy that finds it stored, and not listed", function()
    local path, done = layout()
    assert(client:copy(path .. ":signed", at("half:1")))
    local tag = "sha256-" .. done.subject.digest:match(":(.*)$")
    assert(client:delete(at("half:" .. tag)))
    assert.same({}, digests(at("half:1"), { platform = "linux/amd64" }))
    assert(client:copy(at("source:amd"), at("half:1"))) -- the tag is there, and names something else
    assert(client:copy(path .. ":signed", at("half:1")))
    assert.same({ done.digest }, digests(at("half:1"), { platform = "linux/amd64" }))
    assert(client:copy(path .. ":artifact", at("half:artifact")))
    assert(client:delete(at("half:" .. tag)))
    assert.same({}, assert(client:copy(path .. ":artifact", at("half:artifact"))).copied) -- the same already
    assert.same({ done.digest }, digests(at("half:1"), { platform = "linux/amd64" }))
  end)

  it("is listed whole when eight machines attach at once", function()
    local turn = lock.edit
    lock.edit = function() end -- machines share no locks
    finally(function()
      lock.edit = turn
    end)
    push("race")
    assert(client:attach { subject = at("race:1"), files = {}, artifact_type = "a/first", shared = false })
    local numbers, attached = { 1, 2, 3, 4, 5, 6, 7, 8 }, {}
    local done = assert(client:all(numbers, function(number)
      return client:attach { subject = at("race:1"), files = {}, artifact_type = "a/number" .. number }
    end))
    for position, one in ipairs(done) do
      attached[position] = one.digest
    end
    table.sort(attached)
    local listed = {}
    for _, item in ipairs(assert(client:referrers(at("race:1"))).referrers) do
      listed[#listed + 1] = item.artifact_type ~= "a/first" and item.digest or nil
    end
    table.sort(listed)
    assert.same(attached, listed)
  end)

  it("is taken off the list when it is deleted, and one that is gone without that stands in nobody's way", function()
    push("gone")
    local function attach(kind)
      return assert(client:attach { subject = at("gone:1"), files = {}, artifact_type = kind, shared = false })
    end
    local first, second, third = attach("a/1"), attach("a/2"), attach("a/3")
    assert(client:delete(first.reference))
    local tag = at("gone:sha256-" .. first.subject.digest:match(":(.*)$"))
    assert.equal(2, #assert(client:get(tag)).content.manifests)
    assert.equal(0, process.run { "curl", "-sf", "-X", "DELETE",
      server.url .. "/v2/gone/manifests/" .. second.digest }.status)
    assert.same({ third.digest }, digests(at("gone:1")))
    assert.equal(1, #assert(client:tree(at("gone:1"))).referrers)
    assert.equal(1, assert(client:copy(at("gone:1"), at("gone/copy:1"), { referrers = true })).referrers)
    assert.same({ third.digest }, digests(at("gone/copy:1")))
    local fourth = attach("a/4")
    local both = { third.digest, fourth.digest }
    table.sort(both)
    assert.same(both, digests(at("gone:1")))
  end)

  it("leaves a tag alone that only looks like a list, and a copy goes on", function()
    local path, done = layout()
    local tag = "sha256-" .. done.subject.digest:match(":(.*)$")
    for repository, source in pairs { image = "source:amd", index = "source:1" } do
      assert(client:copy(at(source), at(repository .. ":" .. tag)))
      local before = assert(client:digest(at(repository .. ":" .. tag)))
      assert(client:copy(path .. ":signed", at(repository .. ":1")))
      assert.equal(before, (client:digest(at(repository .. ":" .. tag))))
      assert.same({}, digests(at(repository .. ":1"), { platform = "linux/amd64" }))
      assert(client:copy(at(repository .. ":1"), at(repository .. "/copy:1"), { referrers = true }))
    end
    assert.matches("is no list of what refers to", table.concat(client:warnings(), "\n"), 1, true)
  end)

  it("is left to a registry that lists it", function()
    local able, why = referrers.start()
    if not able then
      return pending(why)
    end
    local path, done = layout()
    assert(client:copy(path .. ":signed", able.address .. "/app:1"))
    assert.same({ done.digest }, digests(able.address .. "/app:1", { platform = "linux/amd64" }))
    assert.same({ "1" }, { table.unpack(assert(client:tags(able.address .. "/app"))) })
    able:stop()
  end)
end)
