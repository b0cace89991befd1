--- Which blobs of an OCI image layout hang together: what a document names, and what that names.
--
-- A descriptor is known by its shape, wherever it stands, so nothing is passed over because its kind is a new one.

local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local layout_blobs = require("manifest.repository.layout.blobs")
local media_type = require("manifest.name.media_type")

local layout_reach = {}

--- An index in an index in an index ... : further down nobody looks.
local DEEPEST = 16

local function collect(value, key, found)
  if json.is_array(value) then
    for _, item in ipairs(value) do
      collect(item, key, found)
    end
    return
  end
  if not json.is_object(value) then
    return
  end
  if type(value.digest) == "string" and digest.parse(value.digest) then
    local kind = value.mediaType
    found[#found + 1] = {
      digest = value.digest, is_subject = key == "subject",
      is_document = key == "manifests" or key == "subject" or media_type.is_index(kind) or media_type.is_manifest(kind),
    }
  end
  for _, name in ipairs(json.keys(value)) do
    collect(value[name], name, found)
  end
end

--- All that a document names.
---@param document string|table bytes, or ordered JSON
---@return table[]|nil named {digest, is_document (a manifest or an index), is_subject}
---@return table|nil err not a JSON object
function layout_reach.named(document)
  if type(document) == "string" then
    document = json.decode(document)
  end
  if not json.is_object(document) then
    return nil, error_of.new({ code = "invalid_manifest", message = "it is no JSON object" })
  end
  local found = {}
  collect(document, nil, found)
  return found
end

local function read(root, hash, limit)
  local bytes, err = layout_blobs.read(root, hash, limit)
  local named
  if bytes then
    named, err = layout_reach.named(bytes)
    if err then
      err.message = ("the manifest %s cannot be read: %s"):format(hash, err.message)
    end
  end
  return named, err
end

--- Visits all that index.json leads to, over subjects too.
---@param visit function (part of layout_reach.named, digest of the document that names it; nil: index.json)
local function walk(root, index, limit, gone, visit)
  local seen, queue = {}, { { parts = layout_reach.named(index) } }
  while #queue > 0 do
    local document = table.remove(queue)
    for _, part in ipairs(document.parts) do
      visit(part, document.digest)
      if part.is_document and part.digest ~= gone and not seen[part.digest] then
        seen[part.digest] = true
        local parts, err = read(root, part.digest, limit)
        if not parts and err.code ~= "not_found" then
          return nil, err
        end
        queue[#queue + 1] = parts and { digest = part.digest, parts = parts }
      end
    end
  end
  return true
end

--- All that can be reached from index.json, over subjects too.
---@param root string the layout's folder
---@param index table index.json
---@param limit integer most bytes of a document
---@param gone string|nil digest of a document that is no longer there, though it may still be named
---@return table|nil reached set of digests
---@return table|nil err a document that cannot be read, so that what it names is not known
function layout_reach.from_index(root, index, limit, gone)
  local reached = {}
  local ok, err = walk(root, index, limit, gone, function(part)
    reached[part.digest] = part.digest ~= gone or nil
  end)
  return ok and reached, err
end

--- The documents whose part a manifest is.
---@param root string the layout's folder
---@param index table index.json
---@param limit integer most bytes of a document
---@param hash string digest
---@return string[]|nil digests
---@return table|nil err a document that cannot be read
function layout_reach.parents(root, index, limit, hash)
  local list = {}
  local ok, err = walk(root, index, limit, nil, function(part, parent)
    if part.digest == hash and parent and not part.is_subject then
      list[#list + 1] = parent
    end
  end)
  return ok and list, err
end

--- What a manifest or an index consists of, itself first; its subject is no part of it.
---@return string[] documents each before what it names
---@return string[] blobs
function layout_reach.parts(root, hash, limit)
  local documents, blobs, seen = {}, {}, {}
  local function visit(one, depth)
    if seen[one] then
      return
    end
    seen[one] = true
    for _, part in ipairs(depth <= DEEPEST and read(root, one, limit) or {}) do
      if part.is_document and not part.is_subject then
        visit(part.digest, depth + 1)
      elseif not part.is_document and not seen[part.digest] then
        seen[part.digest] = true
        blobs[#blobs + 1] = part.digest
      end
    end
    table.insert(documents, 1, one) -- after all that it names: so each stands before its parts
  end
  visit(hash, 1)
  return documents, blobs
end

return layout_reach
