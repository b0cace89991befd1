--- Trees: a document of a repository with all that it names, fetched level by level, each document once.

local document = require("manifest.index.document")
local error_of = require("manifest.base.error")
local image = require("manifest.index.image")
local media_type = require("manifest.name.media_type")
local source = require("manifest.action.source")

local tree = {}

--- Indexes may name indexes; deeper than this is a trap, and so is one with more documents than this.
local MAX_DEPTH = 8
local MAX_DOCUMENTS = 10000

local function refuse(code, message)
  return nil, error_of.new({ code = code, message = message })
end

--- A fetched document as a tree without its children: what it is, and what it names.
---@param answer table of source.document: bytes, media_type, digest, size, shape, repository
---@return table|nil node {kind = "image"|"index", digest, size, media_type, bytes, repository, children, and: read (an
--- image's view) or index (an index's)}
---@return table|nil err
function tree.node(answer)
  local node = {
    kind = answer.shape.kind, digest = answer.digest, size = answer.size, media_type = answer.media_type,
    bytes = answer.bytes, repository = answer.repository, children = {},
  }
  local err
  if node.kind == "index" then
    node.index, err = document.of(answer.shape, answer.size)
  else
    node.read, err = image.of(answer.shape, answer.size)
  end
  if err then
    return nil, err
  end
  return node
end

--- An index may name what is no manifest, such as the layers of a build cache: the registry has that as a blob.
local function blob_node(child, repository)
  return {
    kind = "blob", digest = child.digest, size = child.size, media_type = child.media_type, repository = repository,
    children = {},
  }
end

local function fetch_child(repository, child, options)
  if not media_type.is_index(child.media_type) and not media_type.is_manifest(child.media_type) then
    return blob_node(child, repository)
  end
  local answer, err = repository:manifest(child.digest)
  if answer then
    answer, err = source.complete(answer, options.verb, options.ref or child.digest, repository)
  end
  if not answer then
    err.message = ("the index names %s, which cannot be fetched: %s"):format(child.digest, err.message)
    return nil, err
  end
  if media_type.is_index(child.media_type) ~= (answer.shape.kind == "index") then
    return refuse("ambiguous", ("the index says that %s is %s, it is %s"):format(child.digest, child.media_type,
      answer.media_type))
  end
  return tree.node(answer)
end

--- The children of some indexes that are not known yet, each once; known ones are linked.
local function unknown_children(parents, known, wanted)
  local links, fetch, seen = {}, {}, {}
  for _, parent in ipairs(parents) do
    for _, child in ipairs(parent.index and parent.index.entries or {}) do
      if wanted(child, parent) then
        links[#links + 1] = { parent = parent, child = child }
        if not known[child.digest] and not seen[child.digest] then
          seen[child.digest] = true
          fetch[#fetch + 1] = child
        end
      end
    end
  end
  return links, fetch
end

local function link(links, known)
  for _, one in ipairs(links) do
    local children = one.parent.children
    children[#children + 1] = known[one.child.digest]
  end
end

--- Whether a node is met again below itself. Shared nodes are looked at once.
---@param state table [digest] = "above" while the walk is below it, "done" after
local function contains_itself(node, state)
  if state[node.digest] then
    return state[node.digest] == "above"
  end
  state[node.digest] = "above"
  for _, child in ipairs(node.children) do
    if contains_itself(child, state) then
      return true
    end
  end
  state[node.digest] = "done"
  return false
end

local function any()
  return true
end

--- Fetches all that an index names, level by level, each document once. An image comes back as it is.
---@param context table
---@param repository table where the document is from
---@param answer table of source.document
---@param options table|nil want = fn(descriptor, parent node) -> boolean (which children; default all), verb and ref
--- for errors
---@return table|nil tree see tree.node; children in the order of the index, only the wanted ones
---@return table|nil err
function tree.gather(context, repository, answer, options)
  options = options or {}
  local root, err = tree.node(answer)
  if not root then
    return nil, err
  end
  local known, level, count = { [root.digest] = root }, { root }, 0
  for depth = 0, MAX_DEPTH + 1 do
    local links, fetch = unknown_children(level, known, options.want or any)
    count = count + #links
    if count > MAX_DOCUMENTS then
      return refuse("too_large", ("the index names more than %d documents"):format(MAX_DOCUMENTS))
    end
    if #fetch > 0 and depth > MAX_DEPTH then
      return refuse("invalid_manifest", ("indexes are nested deeper than %d"):format(MAX_DEPTH))
    end
    level, err = context.loop:all(fetch, context.jobs, function(child)
      return fetch_child(repository, child, options)
    end)
    if not level then
      return nil, err
    end
    for _, node in ipairs(level) do
      known[node.digest] = node
    end
    link(links, known)
    if #level == 0 then
      break
    end
  end
  if contains_itself(root, {}) then
    return refuse("invalid_manifest", ("the index %s names itself"):format(root.digest))
  end
  return root
end

return tree
