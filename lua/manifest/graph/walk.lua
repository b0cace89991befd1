--- Everything that a document names, fetched level by level, each document once.
--
-- A document that names itself cannot exist, its digest would not come out; documents may share children.

local budget = require("manifest.graph.budget")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local image = require("manifest.document.image")
local media_type = require("manifest.name.media_type")
local shape = require("manifest.document.shape")
local source = require("manifest.graph.read")

local walk = {}

--- Indexes may name indexes; deeper than this is a trap.
local MAX_DEPTH = 8

local function refuse(code, message)
  return nil, error_of.new({ code = code, message = message })
end

local function is_document(name)
  return media_type.is_index(name) or media_type.is_manifest(name)
end

--- Notes in some nodes which entries to follow, and gives those among them that are not known yet, each digest once.
local function unknown_entries(level, by_digest, wanted)
  local fresh, seen = {}, {}
  for _, node in ipairs(level) do
    node.entries = node.index and {}
    for _, entry in ipairs(node.index and node.index.entries or {}) do
      if not wanted or wanted(entry, node) then
        node.entries[#node.entries + 1] = { entry = entry }
        if not by_digest[entry.digest] and not seen[entry.digest] then
          seen[entry.digest] = true
          fresh[#fresh + 1] = entry
        end
      end
    end
  end
  return fresh
end

local function link(level, by_digest)
  for _, node in ipairs(level) do
    for _, followed in ipairs(node.entries or {}) do
      followed.node = by_digest[followed.entry.digest]
    end
  end
end

--- The bytes of the documents among some entries, as these tell.
local function told_bytes(entries)
  local bytes = 0
  for _, entry in ipairs(entries) do
    bytes = bytes + (is_document(entry.media_type) and entry.size or 0)
  end
  return bytes
end

--- Fetches the documents of a level; what they really take is counted.
local function fetch_all(context, entries, fetch, allowed)
  local refusal = allowed:over(#entries, told_bytes(entries))
  if refusal then
    return nil, error_of.new(refusal)
  end
  return context.loop:all(entries, context.jobs, function(entry)
    local node, err = fetch(entry)
    refusal = node and node.kind ~= "blob" and allowed:take(1, node.size or 0)
    if refusal then
      return nil, error_of.new(refusal)
    end
    return node, err
  end)
end

--- Fetches what a document names, a level at a time, as much at once as the client's jobs allow.
---@param context table jobs, loop, options (of the client)
---@param root table node {digest, and of an index: index = its view}
---@param fetch function (entry) -> node | nil, err: of a descriptor
---@param wanted function|nil (entry, node) -> boolean: which entries of an index to follow; nil: all
---@return table[]|nil nodes parents before children; `entries` of an index is {{node, entry}}, of the wanted ones
---@return table|nil err of fetch; invalid_manifest, too_large
function walk.levels(context, root, fetch, wanted)
  local nodes, by_digest, level, depth = { root }, { [root.digest] = root }, { root }, 0
  local allowed = budget.new(context.options)
  while #level > 0 do
    local fresh = unknown_entries(level, by_digest, wanted)
    if #fresh > 0 and depth > MAX_DEPTH then
      return refuse("invalid_manifest", ("indexes are nested deeper than %d"):format(MAX_DEPTH))
    end
    local fetched, err = fetch_all(context, fresh, fetch, allowed)
    if not fetched then
      return nil, err
    end
    for position, entry in ipairs(fresh) do
      by_digest[entry.digest] = fetched[position]
    end
    table.move(fetched, 1, #fetched, #nodes + 1, nodes)
    link(level, by_digest)
    level, depth = fetched, depth + 1
  end
  return nodes
end

--- Reads what was fetched for a node. Neither its bytes nor its decoded form are kept: both are larger than the view.
local function read(node, answer)
  node.size = answer.size
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
  local view = node.index or node.image
  if view then
    view.json = nil
  end
end

local function fetch(repository, entry)
  local is_other = not is_document(entry.media_type)
  local node = {
    digest = entry.digest, media_type = entry.media_type, size = entry.size, kind = is_other and "other" or nil,
  }
  local answer, err = repository:manifest(entry.digest, is_other and { accept = entry.media_type } or nil)
  if answer then
    read(node, answer)
  else
    node.err = err
  end
  return node
end

--- Fetches the document of a place and all below it. What cannot be read does not end the walk, but for the first.
---@param context table
---@param verb string for the error
---@param at table of call:open
---@return table|nil walked {root, nodes = parents before children}; a node is {digest, media_type, size, kind = "index"
--- | "image" | "other" (nil: not known), index or image (its view), entries (of an index: {{node, entry}}), err
--- (why it could not be fetched or read)}
---@return table|nil err of the first document or of the walk itself
function walk.from(context, verb, at)
  local answer, err = source.document_of(verb, at)
  if not answer then
    return nil, err
  end
  local root = { digest = answer.digest }
  read(root, answer)
  if root.err then
    return nil, root.err
  end
  local nodes
  nodes, err = walk.levels(context, root, function(entry)
    return fetch(at.repository, entry)
  end)
  if not nodes then
    return nil, err
  end
  return { root = root, nodes = nodes }
end

return walk
