--- Everything that a document names, fetched level by level, as much at once as the client's jobs allow, each document
-- once.

local attestation = require("manifest.document.attestation")
local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")

local allow, amend, caught, fail = failure.allow, failure.amend, failure.caught, failure.fail

local walk = {}

--- Indexes may name indexes; deeper than this is a trap.
local MAX_DEPTH = 8

--- The entries of an index that are wanted, as edges; nil of anything else.
local function edges_of(node, want)
  local edges = node.kind == "index" and {} or nil
  for _, entry in ipairs(edges and node.view and node.view.entries or {}) do
    if not want or want(entry, node) then
      edges[#edges + 1] = { node = node:child(entry), entry = entry }
    end
  end
  return edges
end

--- Links some indexes with what they name, and gives of that what was not met yet.
local function follow(level, seen, options)
  local fresh = {}
  for _, node in ipairs(level) do
    local edges = edges_of(node, options.want)
    if not options.only_load then
      node.edges = edges
    end
    for _, edge in ipairs(edges or {}) do
      if not seen[edge.node] then
        seen[edge.node] = true
        fresh[#fresh + 1] = edge.node
      end
    end
  end
  return fresh
end

local function explain(node, err)
  if err.option then
    return
  end
  err.message = ("the index names %s, which cannot be fetched: %s"):format(node.digest, err.message)
  if err.code == "not_found" then
    err.hint = "choose platforms that are there (--platform, or only= of a source), or complete the index"
  end
end

--- Loads what an entry names; it must be what the entry says. An attestation need not be there.
---@param node manifest.Node
---@return manifest.Node node
function walk.load(node)
  local said = node.media_type
  local _ <close> = amend(function(err)
    explain(node, err)
  end)
  if not allow("not_found", caught(node.load, node)) then
    if not attestation.is(node.entry --[[@as table]]) then
      fail(node.err --[[@as manifest.Error]])
    end
    node.is_absent = true
    node.graph.call:warn(("the attestation %s is not there, and is left out"):format(node.digest))
    return node
  end
  if (media_type.kind(said) == "index") ~= (node.kind == "index") then
    fail { code = "ambiguous", message = ("the index says that it is %s, it is %s"):format(said, node.media_type) }
  end
  return node
end

local function drop_absent(level)
  for _, node in ipairs(level) do
    for position = #(node.edges or {}), 1, -1 do
      if node.edges[position].node.is_absent then
        table.remove(node.edges, position)
      end
    end
  end
end

--- Refuses documents that would be too many, or too large by what their entries say, before one is fetched.
local function check_size(fresh)
  local documents, bytes = 0, 0
  for _, node in ipairs(fresh) do
    if node.kind ~= "blob" and not node.is_loaded then
      documents, bytes = documents + 1, bytes + node.size
    end
  end
  if documents > 0 then
    fresh[1].graph.allowed:check(documents, bytes)
  end
end

--- Fetches all that a document names, and links it: `edges` of each index are those that were followed.
---@param root manifest.Node loaded
---@param options table|nil want = fn(entry, node) -> boolean: which entries of an index to follow (default: all);
--- tolerant: a failure is kept in its node, and the walk goes on; only_load: nothing is linked
---@return manifest.Node[] nodes parents before children
function walk.all(root, options)
  options = options or {}
  ---@type manifest.Call, manifest.Node[], manifest.Node[], integer
  local call, nodes, level, depth = root.graph.call, { root }, { root }, 0
  local seen = { [root] = true }
  while #level > 0 do
    local fresh = follow(level, seen, options)
    check_size(fresh)
    if #fresh > 0 and depth > MAX_DEPTH then
      fail { code = "invalid_manifest", message = ("indexes are nested deeper than %d"):format(MAX_DEPTH) }
    end
    call:each(fresh, function(node)
      if options.tolerant then
        caught(node.load, node)
        if node.err and node.err.option then -- of all that is named, not of this one
          fail(node.err)
        end
      else
        walk.load(node)
      end
    end)
    drop_absent(level)
    table.move(fresh, 1, #fresh, #nodes + 1, nodes)
    level, depth = fresh, depth + 1
  end
  return nodes
end

return walk
