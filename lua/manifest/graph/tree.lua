--- Trees: a document of a repository with all that it names, to be copied: one that cannot be read is a failure.

local attestation = require("manifest.document.attestation")
local descriptor = require("manifest.document.descriptor")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local image = require("manifest.document.image")
local media_type = require("manifest.name.media_type")
local source = require("manifest.graph.read")
local walk = require("manifest.graph.walk")

local tree = {}

--- A fetched document as a tree without its children: what it is, and what it names.
---@param answer table of source.document: bytes, media_type, digest, size, shape, repository
---@param keeps_json boolean? the view has the decoded document too, which takes many times its bytes
---@return table|nil node {kind = "image"|"index", digest, size, media_type, bytes, repository, children, and: read (an
--- image's view) or index (an index's)}
---@return table|nil err
function tree.node(answer, keeps_json)
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
  local view = node.index or node.read
  if not view then
    return nil, err
  end
  view.json = keeps_json and view.json or nil
  return node
end

--- An index may name what is no manifest, such as the layers of a build cache: the registry has that as a blob.
local function blob_node(child, repository)
  return {
    kind = "blob", digest = child.digest, size = child.size, media_type = child.media_type, repository = repository,
    children = {},
  }
end

--- The document of an entry; where the repository lacks it, what the index itself holds of it.
local function fetch_document(repository, child, options)
  local answer, err = repository:manifest(child.digest)
  local content = not answer and err.code == "not_found" and descriptor.content(child)
  if content then
    answer = { bytes = content, media_type = child.media_type, digest = child.digest, size = #content }
  end
  if not answer then
    return nil, err
  end
  return source.complete(answer, options.verb, options.ref or child.digest, repository)
end

--- What an index names and its repository lacks is an error, but for an attestation: no image needs it.
local function absent(context, child, err)
  if err.code == "not_found" and attestation.is(child) then
    context.warn(("the attestation %s is not there, and is left out"):format(child.digest))
    return { kind = "absent", digest = child.digest }
  end
  err.message = ("the index names %s, which cannot be fetched: %s"):format(child.digest, err.message)
  if err.code == "not_found" then
    err.hint = "choose platforms that are there (--platform, or only= of a source), or complete the index"
  end
  return nil, err
end

local function fetch_child(context, repository, child, options)
  if not media_type.is_index(child.media_type) and not media_type.is_manifest(child.media_type) then
    return blob_node(child, repository)
  end
  local answer, err = fetch_document(repository, child, options)
  if not answer then
    return absent(context, child, err)
  end
  if media_type.is_index(child.media_type) ~= (answer.shape.kind == "index") then
    return nil, error_of.new({
      code = "ambiguous",
      message = ("the index says that %s is %s, it is %s"):format(child.digest, child.media_type, answer.media_type),
    })
  end
  return tree.node(answer, options.json)
end

--- Fetches all that an index names, level by level, each document once. An image comes back as it is.
---@param context table
---@param repository table where the document is from
---@param answer table of source.document
---@param options table|nil want = fn(descriptor, parent node) -> boolean (which children; default all), verb and ref
--- for errors, json = true: see tree.node
---@return table|nil tree see tree.node; children in the order of the index, only the wanted ones; of an index `absent`
--- is the set of the attestations that are not there
---@return table|nil err
function tree.gather(context, repository, answer, options)
  options = options or {}
  local root, err = tree.node(answer, options.json)
  if not root then
    return nil, err
  end
  local nodes
  nodes, err = walk.levels(context, root, function(entry)
    return fetch_child(context, repository, entry, options)
  end, options.want)
  if not nodes then
    return nil, err
  end
  for _, node in ipairs(nodes) do
    for _, child in ipairs(node.entries or {}) do
      if child.node.kind == "absent" then
        node.absent = node.absent or {}
        node.absent[child.node.digest] = true
      else
        node.children[#node.children + 1] = child.node
      end
    end
  end
  return root
end

--- Nodes by their digests.
---@param nodes table[]
---@return table<string, table>
function tree.by_digest(nodes)
  local found = {}
  for _, node in ipairs(nodes) do
    found[node.digest] = node
  end
  return found
end

--- The manifests and indexes of some trees, each digest once. Trees may hold different parts of one index.
---@param trees table[] of tree.gather or tree.node
---@return table[] nodes
function tree.documents(trees)
  local list, seen, visited = {}, {}, {}
  local function add(node)
    if visited[node] then
      return
    end
    visited[node] = true
    if not seen[node.digest] and node.kind ~= "blob" then
      seen[node.digest] = true
      list[#list + 1] = node
    end
    for _, child in ipairs(node.children) do
      add(child)
    end
  end
  for _, root in ipairs(trees) do
    add(root)
  end
  return list
end

return tree
