--- The walk: over graphs that are made at random, beside a walker that is as simple as can be; and its limits.

local caught = require("manifest.base.failure").caught
local documents = require "spec.support.worlds.documents"
local media_type = require "manifest.name.media_type"
local walk = require "manifest.graph.walk"

--- A graph of some levels of indexes over images and blobs, in which children are shared and named twice.
local function random_graph(world)
  local below, root = { { media_type = "application/x-layer", digest = "sha256:" .. ("a"):rep(64), size = 3 } }, nil
  for number = 1, math.random(1, 6) do
    below[number + 1] = world:image(nil, "image " .. number)
  end
  for _ = 1, math.random(1, 4) do
    local level = {}
    for number = 1, math.random(1, 3) do
      local children = {}
      for position = 1, math.random(0, 5) do
        children[position] = below[math.random(1, #below)]
      end
      level[number] = world:index(children)
    end
    root = level[1]
    below = table.move(level, 1, #level, #below + 1, below)
  end
  return root
end

--- Each document with what it names, as text: of a walk.
local function outline(nodes)
  local lines = {}
  for position, node in ipairs(nodes) do
    local names = {}
    for index, edge in ipairs(node.edges or {}) do
      names[index] = edge.node.digest
    end
    lines[position] = ("%s %s: %s"):format(node.digest, node.err and "missing" or node.kind, table.concat(names, " "))
  end
  table.sort(lines)
  return lines
end

--- The same by recursion, with no thought of levels.
local function simple_outline(world, root)
  local lines, seen = {}, {}
  local function visit(digest, kind)
    if seen[digest] then
      return
    end
    seen[digest] = true
    local one, names = world.documents[digest], {}
    for kind_of, name in ((one and one.raw or ""):match('"manifests":(.*)$') or ""):gmatch(
      '"mediaType":"([^"]*)","digest":"([^"]*)"') do
      names[#names + 1] = name
      visit(name, media_type.kind(kind_of))
    end
    local is_missing = not one and kind ~= "blob"
    lines[#lines + 1] = ("%s %s: %s"):format(digest, is_missing and "missing" or kind, table.concat(names, " "))
  end
  visit(root.digest, "index")
  table.sort(lines)
  return lines
end

describe("a walk", function()
  for seed = 1, 40 do
    it("finds all of graph " .. seed .. ", and goes on after a failure or does not", function()
      math.randomseed(seed)
      local world = documents.new()
      local root = random_graph(world)
      local node = world:root(root)
      local nodes = walk.all(node)
      assert.same(simple_outline(world, root), outline(nodes))
      local asked = {}
      for _, digest in ipairs(world.repository.asked) do
        assert.is_nil(asked[digest])
        asked[digest] = true
      end
      for position, one in ipairs(nodes) do
        for _, edge in ipairs(one.edges or {}) do
          assert.is_true(edge.node == nodes[position] or edge.entry.digest == edge.node.digest)
        end
      end
      local gone = nodes[math.random(1, #nodes)]
      if gone ~= node and gone.kind ~= "blob" then
        local answer = world:root(root)
        world.documents[gone.digest] = nil
        assert.same(simple_outline(world, root), outline(walk.all(answer, { tolerant = true })))
        local none, err = caught(walk.all, world:root(root))
        assert.is_nil(none)
        assert.equal("not_found", err.code)
        assert.matches("^the index names " .. gone.digest .. ", which cannot be fetched: ", err.message)
      end
    end)
  end

  it("follows what is wanted only, and keeps what is linked when it only loads", function()
    local world = documents.new()
    local one, two = world:image(nil, "one"), world:image(nil, "two")
    local node = world:root(world:index { one, two })
    assert.equal(2, #walk.all(node, { want = function(entry) return entry.digest == two.digest end }))
    assert.equal(two.digest, node.edges[1].node.digest)
    assert.equal(3, #walk.all(node, { only_load = true }))
    assert.equal(1, #node.edges)
  end)

  it("refuses an entry that is not what the index says", function()
    local world = documents.new()
    local inner = world:index {}
    local root = world:index { { { media_type = media_type.oci_manifest, digest = inner.digest, size = inner.size } } }
    world.documents[inner.digest].media_type = nil
    local _, err = caught(walk.all, world:root(root))
    assert.equal("ambiguous", err.code)
  end)

  it("refuses indexes in indexes without end", function()
    local world = documents.new()
    local one = world:image(nil, "leaf")
    for _ = 1, 10 do
      one = world:index { one }
    end
    local _, err = caught(walk.all, world:root(one))
    assert.equal("invalid_manifest", err.code)
  end)

  it("refuses more documents than anybody has, before they are fetched", function()
    local world, half, other = documents.new(), {}, {}
    for number = 1, 5001 do
      local digest = ("sha256:1%063x"):format(number)
      half[number] = { media_type = media_type.oci_manifest, digest = digest, size = 2 }
      other[number] = { media_type = media_type.oci_manifest, digest = digest:gsub(":1", ":2"), size = 2 }
    end
    local node = world:root(world:index { world:index(half), world:index(other) })
    local _, err = caught(walk.all, node)
    assert.equal("too_large", err.code)
    assert.equal(3, #world.repository.asked)
  end)
end)

describe("what one root may take", function()
  local function walk_with(options)
    local world = documents.new()
    world.call.options = options
    local root = world:index { world:image(nil, "one"), world:image(nil, "two") }
    local bytes = root.size
    for _, one in pairs(world.documents) do
      bytes = one == root and bytes or bytes + one.size
    end
    local found, err = caught(function()
      return walk.all(world:root(root), { tolerant = true })
    end)
    return found and #found or err.hint, bytes, #world.repository.asked, world, root
  end

  it("is a number of documents and of bytes, beyond which nothing is fetched", function()
    local count, bytes = walk_with {}
    assert.equal(3, count)
    assert.equal(3, (walk_with { max_documents = 2, max_bytes = bytes }))
    local hint, _, asked = walk_with { max_documents = 1 }
    assert.matches("max_documents", hint, 1, true)
    assert.equal(1, asked)
    hint, _, asked = walk_with { max_bytes = bytes - 1 }
    assert.matches("max_bytes", hint, 1, true)
    assert.equal(1, asked)
  end)

  it("is counted of what came, not of what was told, and ends a tolerant walk too", function()
    local world = documents.new()
    world.call.options = { max_bytes = 2000 }
    local large = world:image(nil, ("large"):rep(1))
    large.raw = large.raw:gsub("}$", (" "):rep(3000) .. "}")
    local root = world:root(world:index { large })
    local none, err = caught(walk.all, root, { tolerant = true })
    assert.is_nil(none)
    assert.matches("max_bytes", err.hint, 1, true)
  end)

  it("counts nothing of blobs that an index names", function()
    local world = documents.new()
    assert(walk.all(world:root(world:index { { { media_type = "x/y", digest = "sha256:" .. ("a"):rep(64),
      size = 1 << 40 } } })))
  end)
end)

describe("a node", function()
  it("keeps its failure, and raises a copy of it each time", function()
    local world = documents.new()
    local root = world:root(world:index { { { media_type = media_type.oci_manifest,
      digest = "sha256:" .. ("1"):rep(64), size = 2 } } })
    walk.all(root, { tolerant = true })
    local node = root.edges[1].node
    local _, first = caught(node.load, node)
    local _, second = caught(node.load, node)
    assert.equal("not_found", first.code)
    assert.not_equal(first, second)
    assert.equal(2, #world.repository.asked)
  end)

  it("lets go of documents beyond what a call keeps, and fetches them again by digest", function()
    local world = documents.new()
    local one = world:image(nil, "one")
    world.call.kept_bytes = 64 * 1024 * 1024
    local root = world:root(world:index { one })
    walk.all(root)
    world.repository.asked = {}
    assert.equal(one.raw, root.edges[1].node:raw())
    assert.same({ one.digest }, world.repository.asked)
  end)

  it("of a type that is known by its name alone is bytes, and what they mention", function()
    local world, kind = documents.new(), "application/vnd.oci.artifact.manifest.v1+json"
    local layer = "sha256:" .. ("a"):rep(64)
    local bytes = ('{"mediaType":"%s","blobs":[{"mediaType":"a/b","digest":"%s","size":3}]}'):format(kind, layer)
    local digest = require("manifest.name.digest").of(bytes)
    world.documents[digest] = { raw = bytes, media_type = kind }
    local root = world:root(world:index { { { media_type = kind, digest = digest, size = #bytes } } })
    walk.all(root)
    local node = root.edges[1].node
    assert.equal("artifact", node.kind)
    assert.equal(bytes, node:raw())
    assert.equal(layer, node:blobs()[1].digest)
  end)
end)
