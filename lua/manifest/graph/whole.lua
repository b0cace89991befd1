--- Whether all is there that a tag names. A cleanup of untagged manifests may take the images of an index whose tag
--- stays: the tag names what it should, and cannot be pulled.

local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local shape = require("manifest.document.shape")
local walk = require("manifest.graph.walk")

local try = failure.try

local whole = {}

local function read(answer)
  local seen = answer.shape or try(shape.read(answer.bytes, answer.media_type))
  return { digest = answer.digest, index = seen.kind == "index" and try(document.of(seen, #answer.bytes)) or nil }
end

--- What an index may name beside manifests, such as the layers of a build cache, is there as a blob.
local function look_for_blob(repository, hash)
  if repository.blob_path then
    try(repository:blob_path(hash))
  elseif not try(repository:has_blob(hash)) then
    try(repository:head(hash))
  end
end

local function look(repository, entry)
  if media_type.is_index(entry.media_type) then
    return read(try(repository:manifest(entry.digest)))
  end
  if media_type.is_manifest(entry.media_type) then
    try(repository:head(entry.digest))
  else
    look_for_blob(repository, entry.digest)
  end
  return { digest = entry.digest }
end

local function look_at_all(context, repository, found)
  local root = read(found.bytes and found or try(repository:manifest(found.digest)))
  return try(walk.levels(context, root, function(entry)
    return look(repository, entry)
  end))
end

--- Looks at an index: one GET for it and for each index in it, unless its bytes are known, and one HEAD for everything
--- else that it names. The manifest of an image stands for its blobs, which no registry takes from it.
---@param context table
---@param repository table
---@param found table {digest, media_type} of what is there; with bytes, and shape, when they are known
---@return boolean is_whole
function whole.of(context, repository, found)
  return media_type.is_manifest(found.media_type)
    or failure.allow("not_found", failure.caught(look_at_all, context, repository, found)) ~= nil
end

return whole
