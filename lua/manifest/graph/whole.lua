--- Whether all is there that a tag names. A cleanup of untagged manifests may take the images of an index whose tag
-- stays: the tag names what it should, and cannot be pulled.

local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local read = require("manifest.graph.read")

local allow, caught, try = failure.allow, failure.caught, failure.try

local whole = {}

--- What an index may name beside manifests, such as the layers of a build cache, is there as a blob.
local function look(repository, node)
  if node.kind ~= "blob" or not try(repository:has_blob(node.digest)) then
    try(repository:head(node.digest))
  end
end

local function look_at_all(call, repository, found)
  local answer = found.raw and found or try(repository:manifest(found.digest))
  local root = nodes.root(call, read.complete({
    raw = answer.raw, media_type = answer.media_type, digest = answer.digest,
  }, call.verb, answer.digest, repository))
  local list, seen = {}, { [root] = true }
  for _, edge in ipairs(platform.images(root, { said_only = true })) do
    list[#list + 1] = not seen[edge.node] and edge.node or nil
    seen[edge.node] = true
  end
  return call:each(list, function(node)
    look(repository, node)
  end)
end

--- Looks at an index: one GET for it and for each index in it, unless its bytes are known, and one HEAD for everything
--- else that it names. The manifest of an image stands for its blobs, which no registry takes from it.
---@param call manifest.Call
---@param repository manifest.Repository
---@param found table {digest, media_type} of what is there; with bytes, when they are known
---@return boolean is_whole
function whole.of(call, repository, found)
  return media_type.is_manifest(found.media_type)
    or allow("not_found", caught(look_at_all, call, repository, found)) ~= nil
end

return whole
