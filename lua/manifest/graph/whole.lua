--- Whether all is there that a tag names. A cleanup of untagged manifests may take the images of an index whose tag
--- stays: the tag names what it should, and cannot be pulled.

local document = require("manifest.document.index")
local media_type = require("manifest.name.media_type")
local shape = require("manifest.document.shape")
local walk = require("manifest.graph.walk")

local whole = {}

local function read(answer)
  local seen, err = answer.shape, nil
  if not seen then
    seen, err = shape.read(answer.bytes, answer.media_type)
  end
  if not seen then
    return nil, err
  end
  local node = { digest = answer.digest }
  if seen.kind == "index" then
    node.index, err = document.of(seen, #answer.bytes)
  end
  return not err and node or nil, err
end

--- What an index may name beside manifests, such as the layers of a build cache, is there as a blob.
local function has_blob(repository, hash)
  if repository.blob_path then
    return repository:blob_path(hash)
  end
  local there, err = repository:has_blob(hash)
  if there == false then
    there, err = repository:head(hash)
  end
  return there, err
end

local function look(repository, entry)
  local found, err
  if media_type.is_index(entry.media_type) then
    found, err = repository:manifest(entry.digest)
    if found then
      return read(found)
    end
  elseif media_type.is_manifest(entry.media_type) then
    found, err = repository:head(entry.digest)
  else
    found, err = has_blob(repository, entry.digest)
  end
  return found and { digest = entry.digest }, err
end

--- Looks at an index: one GET for it and for each index in it, unless its bytes are known, and one HEAD for everything
--- else that it names. The manifest of an image stands for its blobs, which no registry takes from it.
---@param context table
---@param repository table
---@param found table {digest, media_type} of what is there; with bytes, and shape, when they are known
---@return boolean|nil is_whole
---@return table|nil err the repository could not be asked
function whole.of(context, repository, found)
  if media_type.is_manifest(found.media_type) then
    return true
  end
  local answer, err = found, nil
  if not found.bytes then
    answer, err = repository:manifest(found.digest)
  end
  local root, nodes
  if answer then
    root, err = read(answer)
  end
  if root then
    nodes, err = walk.levels(context, root, function(entry)
      return look(repository, entry)
    end)
  end
  if nodes then
    return true
  end
  if err.code == "not_found" then
    return false
  end
  return nil, err
end

return whole
