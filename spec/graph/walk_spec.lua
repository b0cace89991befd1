local media_type = require "manifest.name.media_type"
local walk = require "manifest.graph.walk"

--- Runs tasks one after another.
local context = { jobs = 1, loop = {}, options = {} }

function context.loop.all(_, list, _, fn)
  local results = {}
  for position, item in ipairs(list) do
    local result, err = fn(item)
    if not result then
      return nil, err
    end
    results[position] = result
  end
  return results
end

local function index(digest, names)
  local entries = {}
  for position, name in ipairs(names) do
    entries[position] = { digest = name }
  end
  return { digest = digest, index = { entries = entries } }
end

describe("walk.levels", function()
  local fetched

  --- Fetches out of a table of {[digest] = names of an index}; what is not in it is an image.
  local function fetch_of(known)
    fetched = {}
    return function(entry)
      fetched[#fetched + 1] = entry.digest
      return known[entry.digest] and index(entry.digest, known[entry.digest]) or { digest = entry.digest }
    end
  end

  it("fetches each document once, parents before children, and links all that name it", function()
    local root = index("root", { "a", "inner", "a" })
    local nodes = assert(walk.levels(context, root, fetch_of { inner = { "a", "b" } }))
    assert.same({ "a", "inner", "b" }, fetched)
    assert.same({ "root", "a", "inner", "b" }, { nodes[1].digest, nodes[2].digest, nodes[3].digest, nodes[4].digest })
    assert.equal(nodes[2], root.entries[1].node)
    assert.equal(nodes[2], root.entries[3].node)
    assert.equal(nodes[2], nodes[3].entries[1].node)
    assert.is_nil(nodes[2].entries)
  end)

  it("follows what is wanted only", function()
    local root = index("root", { "a", "b" })
    local nodes = assert(walk.levels(context, root, fetch_of {}, function(entry, node)
      return node == root and entry.digest == "b"
    end))
    assert.same({ "b" }, fetched)
    assert.equal(2, #nodes)
    assert.equal(1, #root.entries)
  end)

  it("fails with what a fetch fails with", function()
    local nodes, err = walk.levels(context, index("root", { "a" }), function()
      return nil, "why"
    end)
    assert.is_nil(nodes)
    assert.equal("why", err)
  end)

  it("refuses indexes in indexes without end", function()
    local nodes, err = walk.levels(context, index("0", { "1" }), function(entry)
      return index(entry.digest, { tostring(math.tointeger(entry.digest) + 1) })
    end)
    assert.is_nil(nodes)
    assert.equal("invalid_manifest", err.code)
  end)

  it("refuses more documents than anybody has, before they are fetched", function()
    local names = {}
    for number = 1, 10001 do
      names[number] = tostring(number)
    end
    local nodes, err = walk.levels(context, index("root", names), fetch_of {})
    assert.is_nil(nodes)
    assert.equal("too_large", err.code)
    assert.same({}, fetched)
  end)

  --- What an index of two documents of so many bytes each comes to.
  local function walk_with(options, told, real)
    local root = { digest = "root", index = { entries = {
      { digest = "a", size = told, media_type = media_type.oci_manifest },
      { digest = "b", size = told, media_type = media_type.oci_manifest },
    } } }
    fetched = 0
    local nodes, err = walk.levels({ jobs = 1, loop = context.loop, options = options }, root, function(entry)
      fetched = fetched + 1
      return { digest = entry.digest, size = real or told }
    end)
    return nodes and #nodes or err.hint, fetched
  end

  it("refuses more than it is allowed", function()
    assert.same({ 3, 2 }, { walk_with({ max_documents = 2, max_bytes = 20 }, 10) })
    local hint, count = walk_with({ max_documents = 1 }, 10)
    assert.matches("max_documents", hint, 1, true)
    assert.equal(0, count)
    hint, count = walk_with({ max_bytes = 19 }, 10)
    assert.matches("max_bytes", hint, 1, true)
    assert.equal(0, count)
  end)

  it("believes what came, not what was told", function()
    local hint, count = walk_with({ max_bytes = 19 }, 1, 10)
    assert.matches("max_bytes", hint, 1, true)
    assert.equal(2, count)
  end)

  it("counts nothing of blobs that an index names", function()
    local root = { digest = "root", index = { entries = { { digest = "a", size = 1 << 40, media_type = "x/y" } } } }
    assert(walk.levels(context, root, function(entry)
      return { digest = entry.digest, size = entry.size, kind = "blob" }
    end))
  end)
end)
