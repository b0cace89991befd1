--- Everything that a document names, fetched level by level, each document once.
--
-- A node is {digest, media_type, size, kind = "index" | "image" | "other", bytes, index or image (decoded), children,
-- entries (of an index: {node, entry = descriptor}), err (why it could not be read)}. Documents may share children; a
-- document that names itself cannot exist, its digest would not come out.

local document = require("manifest.index.document")
local error_of = require("manifest.base.error")
local image = require("manifest.index.image")
local media_type = require("manifest.name.media_type")
local shape = require("manifest.index.shape")

local walk = {}

--- Indexes may name indexes; deeper than this, or wider, is a trap.
local MAX_DEPTH = 8
local MAX_NODES = 100000

local function known_type(name)
  return media_type.is_index(name) or media_type.is_manifest(name)
end

--- Reads what was fetched for a node.
local function read(node, answer)
  node.bytes, node.size = answer.bytes, answer.size
  if node.kind == "other" then
    return
  end
  local seen = answer.shape
  if not seen then
    seen, node.err = shape.read(answer.bytes, answer.media_type)
    if not seen then
      return
    end
  end
  node.kind, node.media_type = seen.kind, seen.media_type
  if seen.kind == "index" then
    node.index, node.err = document.of(seen, answer.size)
  else
    node.image, node.err = image.of(seen, answer.size)
  end
end

local function fetch(repository, node)
  local options = node.kind == "other" and { accept = node.media_type } or nil
  local answer, err = repository:manifest(node.digest, options)
  if answer then
    read(node, answer)
  else
    node.err = err
  end
  return true
end

--- The nodes that an index names; new ones are added to the walk.
local function add_children(walked, node, wants)
  local fresh = {}
  node.entries = {}
  for _, entry in ipairs(node.index.entries) do
    if not wants or wants(entry, node) then
      local child = walked.by_digest[entry.digest]
      if not child then
        child = {
          digest = entry.digest, media_type = entry.media_type, size = entry.size, depth = node.depth + 1,
          kind = not known_type(entry.media_type) and "other" or nil,
        }
        walked.by_digest[entry.digest] = child
        walked.nodes[#walked.nodes + 1] = child
        fresh[#fresh + 1] = child
      end
      node.entries[#node.entries + 1] = { node = child, entry = entry }
    end
  end
  return fresh
end

local function too_deep()
  return nil, error_of.new({ code = "invalid_manifest", message = "the index names indexes without end" })
end

local function next_level(walked, level, wants)
  local fresh = {}
  for _, node in ipairs(level) do
    if node.index then
      local more = add_children(walked, node, wants)
      table.move(more, 1, #more, #fresh + 1, fresh)
    end
  end
  return fresh
end

--- Fetches all documents below one that is there already.
---@param context table
---@param repository table
---@param answer table of source.document_at
---@param wants function|nil (entry, node) -> boolean: which entries of an index to follow
---@return table|nil walked {root, nodes = parents before children, by_digest}
---@return table|nil err of the walk itself; what single documents failed with is in their nodes
function walk.from(context, repository, answer, wants)
  local root = { digest = answer.digest, depth = 1 }
  read(root, answer)
  if root.err then
    return nil, root.err
  end
  local walked = { root = root, nodes = { root }, by_digest = { [root.digest] = root } }
  local level = next_level(walked, walked.nodes, wants)
  while #level > 0 do
    if level[1].depth > MAX_DEPTH or #walked.nodes > MAX_NODES then
      return too_deep()
    end
    local ok, err = context.loop:all(level, context.jobs, function(node)
      return fetch(repository, node)
    end)
    if not ok then
      return nil, err
    end
    level = next_level(walked, level, wants)
  end
  return walked
end

return walk
