--- The walk, over graphs that are made at random, beside the walkers that it takes the place of.

local digest = require "manifest.name.digest"
local error_of = require "manifest.base.error"
local failure = require "manifest.base.failure"
local json = require "manifest.base.json"
local media_type = require "manifest.name.media_type"
local nodes = require "manifest.graph.node"
local old_tree = require "manifest.graph.old_tree"
local old_walk = require "manifest.graph.old_walk"
local read = require "manifest.graph.read"
local walk = require "manifest.graph.walk"

--- A call whose tasks run one after another.
local function call_of()
  local call = { verb = "spec", jobs = 1, loop = {} }
  function call.loop.all(_, list, _, fn)
    local results = {}
    for position, item in ipairs(list) do
      local value, err = failure.caught(fn, item)
      if value == nil and err ~= nil then
        return nil, err
      end
      results[position] = value
    end
    return results
  end
  function call:each(list, fn)
    return (failure.try(self.loop:all(list, 1, fn)))
  end
  return call
end

--- A repository of documents, which counts what it is asked.
local function repository_of(documents)
  local repository = { asked = {} }
  function repository:manifest(name)
    self.asked[#self.asked + 1] = name
    local one = documents[name]
    if not one then
      return nil, error_of.new { code = "not_found", message = name .. " is not there" }
    end
    return { bytes = one.bytes, media_type = one.media_type, digest = name, size = #one.bytes }
  end
  return repository
end

local function descriptor_of(one)
  return json.object { { "mediaType", one.media_type }, { "digest", one.digest }, { "size", #one.bytes } }
end

local function document(documents, kind, members)
  local bytes = json.encode(json.object(members))
  local one = { bytes = bytes, media_type = kind, digest = digest.of(bytes) }
  documents[one.digest] = one
  return one
end

local function image(documents, number)
  local function part(name)
    return json.object { { "mediaType", name == "config" and media_type.oci_config or media_type.oci_layer },
      { "digest", digest.of(name .. number) }, { "size", 7 } }
  end
  return document(documents, media_type.oci_manifest, { { "schemaVersion", 2 },
    { "mediaType", media_type.oci_manifest }, { "config", part "config" },
    { "layers", json.array { part "one", part "two" } } })
end

local function index(documents, children)
  local entries = {}
  for position, child in ipairs(children) do
    entries[position] = descriptor_of(child)
  end
  return document(documents, media_type.oci_index, { { "schemaVersion", 2 }, { "mediaType", media_type.oci_index },
    { "manifests", json.array(entries) } })
end

--- A graph of some levels of indexes over images, in which children are shared and named twice.
local function random_graph(random)
  local documents, below, root = {}, {}, nil
  for number = 1, random(1, 6) do
    below[number] = image(documents, number)
  end
  for _ = 1, random(1, 4) do
    local level = {}
    for number = 1, random(1, 3) do
      local children = {}
      for position = 1, random(0, 5) do
        children[position] = below[random(1, #below)]
      end
      level[number] = index(documents, children)
    end
    root = level[1]
    below = table.move(level, 1, #level, #below + 1, below)
  end
  return documents, root
end

local function load_root(call, repository, root)
  return nodes.root(call, assert(read.document_at("spec", "x", repository, root.digest)))
end

--- What a walk found, as text: each document with what it names.
local function outline(list, edges_of)
  local lines = {}
  for position, node in ipairs(list) do
    local names = {}
    for index_of, edge in ipairs(edges_of(node) or {}) do
      names[index_of] = edge.node.digest
    end
    lines[position] = ("%s %s %s %d: %s"):format(node.digest, node.err and "missing" or node.kind, node.media_type,
      node.size or 0, table.concat(names, " "))
  end
  return lines
end

describe("the walk and the walkers before it", function()
  for seed = 1, 40 do
    it("find the same in graph " .. seed, function()
      math.randomseed(seed)
      local documents, root = random_graph(math.random)
      local new, old = repository_of(documents), repository_of(documents)
      local at = { repository = old, selector = root.digest, ref = "x", digest = nil }
      local walked = assert(old_walk.from(call_of(), "spec", at))
      local found = walk.all(load_root(call_of(), new, root), { tolerant = true })
      local function edges(node)
        return node.edges
      end
      local function entries(node)
        return node.entries
      end
      assert.same(outline(walked.nodes, entries), outline(found, edges))
      assert.same(old.asked, new.asked)
      -- with a document missing: the tolerant ones go on, the strict ones fail alike
      local gone = found[math.random(1, #found)].digest
      if gone ~= root.digest then
        documents[gone] = nil
        new, old = repository_of(documents), repository_of(documents)
        at.repository = old
        walked = assert(old_walk.from(call_of(), "spec", at))
        found = walk.all(load_root(call_of(), new, root), { tolerant = true })
        assert.equal(#walked.nodes, #found)
        assert.same(old.asked, new.asked)
        local answer = assert(read.document_at("spec", "x", old, root.digest))
        local _, was = old_tree.gather(call_of(), old, answer)
        local _, is = failure.caught(walk.all, load_root(call_of(), new, root))
        assert.equal(tostring(was), tostring(is))
      end
    end)
  end
end)
