--- Which blobs of an OCI image layout hang together: what a document names, and what that names.
--
-- An entry of an index that is of no known kind may be a document of a new one, or a blob, such as a layer of
-- BuildKit's cache: it is looked into, and names nothing when it is no JSON object.

local layout_blobs = require("manifest.repository.layout.blobs")
local mentions = require("manifest.document.mentions")

local layout_reach = {}

--- An index in an index in an index ... : further down nobody looks.
local DEEPEST = 16

--- What is not to be read: it is not there, or it is a blob.
local NAMES_NOTHING = { not_found = true, too_large = true, invalid_manifest = true }

--- What a part names: nil when it is a blob or not there. A document must be readable, or nobody knows what it names.
---@param part table of mentions
---@return table[]|nil named
---@return table|nil err
local function read(root, part, limit)
  if not part.is_document and not part.is_entry then
    return nil
  end
  local bytes, err = layout_blobs.read(root, part.digest, limit)
  local named
  if bytes then
    named, err = mentions(bytes)
  end
  if named or err.code == "not_found" or (not part.is_document and NAMES_NOTHING[err.code]) then
    return named
  end
  err.message = ("the manifest %s cannot be read: %s"):format(part.digest, err.message)
  return nil, err
end

--- Visits all that index.json leads to, over subjects too.
---@param visit function (part of mentions, digest of the document that names it; nil: index.json)
local function walk(root, index, limit, gone, visit)
  local seen, queue = {}, { { parts = mentions(index) } }
  while #queue > 0 do
    local document = table.remove(queue)
    for _, part in ipairs(document.parts) do
      visit(part, document.digest)
      if (part.is_document or part.is_entry) and part.digest ~= gone and not seen[part.digest] then
        seen[part.digest] = true
        local parts, err = read(root, part, limit)
        if err then
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
  local function visit(part, depth)
    if part.is_subject or seen[part.digest] then
      return
    end
    seen[part.digest] = true
    local named = depth <= DEEPEST and read(root, part, limit) or nil
    if not part.is_document and (not named or #named == 0) then
      blobs[#blobs + 1] = part.digest
      return
    end
    for _, below in ipairs(named or {}) do
      visit(below, depth + 1)
    end
    table.insert(documents, 1, part.digest) -- after all that it names: so each stands before its parts
  end
  visit({ digest = hash, is_document = true }, 1)
  return documents, blobs
end

return layout_reach
