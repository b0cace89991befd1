--- Shards of a release: each target is one machine's, and their lock files become one.

local fails = require "spec.support.asserts.fails"
local manifest = require "manifest"
local releases = require "spec.support.worlds.releases"
local temp = require "spec.support.temp"

local json = manifest.json

describe("the shards of a release", function()
  local release = releases.block()
  local at = release.at

  --- Five more targets, made of one image.
  local function more()
    local list = {}
    for number = 1, 5 do
      list[number] = ('{ target = %q, sources = { registry .. "/app:amd" } },'):format(
        at(("shards/r%d:%d"):format(release.count, number)))
    end
    return table.concat(list, "\n")
  end

  it("make together what one machine makes, each target once", function()
    local path = release:write(more())
    local seen, inputs = {}, {}
    for index = 1, 3 do
      local outcome = assert(release.client:apply(path, { shard = index .. "/3" }))
      for _, target in ipairs(outcome.targets) do
        assert.is_nil(seen[target.reference])
        assert.equal("created", target.state)
        seen[target.reference] = target.digest
      end
      inputs[index] = ("%s.lock.%d-of-3"):format(path, index)
      assert.equal(inputs[index], outcome.lock)
      assert.is_string(temp.read(inputs[index]))
    end
    assert.is_nil(temp.read(path .. ".lock"))

    local done = assert(release.client:lock_merge(path .. ".lock", inputs))
    assert.same({ path = path .. ".lock", sources = 3, targets = 7 }, done)
    local lock = assert(json.decode((assert(temp.read(path .. ".lock")))))
    for reference, digest in pairs(seen) do
      assert.equal(digest, lock.targets[reference].digest)
    end
    local whole = assert(release.client:apply(path))
    assert.equal(0, whole.changed)
    assert.equal(7, #whole.targets)
  end)

  it("begin with the lock of the whole", function()
    local path = release:write()
    assert(release.client:apply(path))
    release:push("new")
    for index = 1, 2 do
      assert.equal(0, assert(release.client:plan(path, { shard = index .. "/2" })).changed)
    end
  end)

  it("are not joined when one source has two digests", function()
    local path = release:write()
    local one, two, out = temp.path("one"), temp.path("two"), temp.path("out")
    assert(release.client:apply(path, { lock = one }))
    release:push("newer")
    assert(release.client:apply(path, { lock = two }))
    local err = fails("conflict", release.client:lock_merge(out, { one, two }))
    assert.matches(at("app:"), err.message, 1, true)
    assert.is_nil(temp.read(out))
    fails("not_found", release.client:lock_merge(out, temp.path("none")))
    fails("corrupt", release.client:lock_merge(out, { temp.file("{}") }))
    assert(release.client:lock_merge(out, { one, one }))
  end)

  it("are refused when they are none", function()
    local path = release:write()
    fails("invalid_argument", release.client:apply(path, { shard = "3/2" }))
    fails("invalid_argument", release.client:plan(path, { shard = "all" }))
    assert.equal(125, release.command({ "apply", "--shard", "0/2", path }).status)
    assert.error_matches(function() release.client:apply(path, { shard = 3 }) end, "string expected")
  end)

  it("are of the tags of a repository, too", function()
    local whole, taken = "oci:" .. temp.path("layout"), 0
    for _, name in ipairs { "one", "two", "three", "four", "five", "six" } do
      assert(release.client:tag(at("app:amd"), name))
    end
    for index = 1, 2 do
      local o = { all_tags = true, include = "*e*", shard = index .. "/2" }
      taken = taken + #assert(release.client:copy(at("app"), whole, o)).copied
    end
    local tags = assert(release.client:tags(whole, { sort = "name" }))
    assert.equal("five one three", table.concat(tags, " "))
    assert.equal(3, taken)
  end)
end)
