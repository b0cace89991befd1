local nodes = require "manifest.graph.node"
local transfer = require "manifest.graph.transfer"

--- What planning needs of a repository: where it is.
local function repository(domain, path)
  return { domain = domain, identity = domain .. "/" .. path, mounts_from = function(self, other)
    return other.domain == self.domain
  end }
end

local function image(from, digest, layers, foreign)
  local view = { config = { digest = "config-of-" .. digest, size = 1, media_type = "c" }, layers = {} }
  for index, layer in ipairs(layers) do
    view.layers[index] = {
      digest = layer, size = 2,
      media_type = foreign and "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" or "l",
    }
  end
  return nodes.new { kind = "image", digest = digest, media_type = "m", repository = from, view = view,
    is_loaded = true }
end

local function index(from, digest, children)
  local edges = {}
  for position, child in ipairs(children) do
    edges[position] = { node = child }
  end
  return nodes.new { kind = "index", digest = digest, media_type = "i", repository = from, edges = edges }
end

local function names(list, field)
  local found = {}
  for position, one in ipairs(list) do
    found[position] = one[field or "digest"]
  end
  return found
end

describe("transfer.plan", function()
  local target = repository("r", "target")
  local a, b, far = repository("r", "a"), repository("r", "b"), repository("far", "a")

  it("brings each blob once, with all the repositories that have it", function()
    local plan = transfer.plan(target, { image(far, "one", { "x", "y" }), image(a, "two", { "y" }), image(b, "three",
      { "y" }) })
    assert.same({ "config-of-one", "x", "y", "config-of-two", "config-of-three" }, names(plan.blobs))
    assert.same({ a, b, far }, plan.blobs[3].from)
    assert.equal(2, plan.blobs[3].mountable)
    assert.is_nil(plan.blobs[2].mountable)
    assert.same({ { "one", "two", "three" } }, { names(plan.levels[1]) })
  end)

  it("leaves what the repository has already", function()
    local plan = transfer.plan(target, { image(target, "here", { "x" }), image(a, "there", { "x", "y" }) })
    assert.same({ "config-of-there", "y" }, names(plan.blobs))
    assert.same({ "there" }, names(plan.levels[1]))
    plan = transfer.plan(repository("r", "target"), { index(target, "i", { image(target, "here", { "x" }) }) })
    assert.same({ {}, {}, {} }, { plan.blobs, plan.levels, plan.tags })
  end)

  it("puts children before parents, and names last", function()
    local inner = index(a, "inner", { image(a, "one", {}), image(a, "two", {}) })
    local outer = index(a, "outer", { inner, image(a, "two", {}) })
    outer.names = { "1.0", "latest" }
    local plan = transfer.plan(target, { outer })
    assert.same({ { "one", "two" }, { "inner" } }, { names(plan.levels[1]), names(plan.levels[2]) })
    assert.equal(2, #plan.levels)
    assert.same({ "1.0", "latest" }, names(plan.tags, "name"))
    assert.equal(outer, plan.tags[1].node)
  end)

  it("may do without a layer that registries need not hold", function()
    local plan = transfer.plan(target, { image(a, "windows", { "base" }, true) })
    assert.same({ false, true }, names(plan.blobs, "optional"))
    plan = transfer.plan(target, { image(a, "windows", { "base" }, true), image(a, "linux", { "base" }) })
    assert.same({ "config-of-windows", "base", "config-of-linux" }, names(plan.blobs))
    assert.is_false(plan.blobs[2].optional)
  end)

  it("brings a blob that an index names as a blob", function()
    local layer = nodes.new { kind = "blob", digest = "x", size = 2, media_type = "l", repository = a }
    local plan = transfer.plan(target, { index(a, "cache", { layer }) })
    assert.same({ "x" }, names(plan.blobs))
    assert.same({ {}, { "cache" } }, { names(plan.levels[1]), names(plan.levels[2]) })
  end)

  it("takes what an index names many times once", function()
    local node = image(a, "leaf", {})
    for level = 1, 8 do
      local children = {}
      for position = 1, 50 do
        children[position] = node
      end
      node = index(a, "level" .. level, children)
    end
    assert.equal(9, #transfer.plan(target, { node }).levels)
  end)
end)
