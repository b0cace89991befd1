--- Which blobs of an OCI image layout hang together: what a document names, and what that names.
--
-- An entry of an index that is of no known kind may be a document of a new one, or a blob, such as a layer of
-- BuildKit's cache: it is looked into, and names nothing when it is no JSON object.

local failure = require("manifest.base.failure")
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
local function read(root, part, limit)
  if not part.is_document and not part.is_entry then
    return nil
  end
  local named, why = failure.caught(function()
    return failure.try(mentions(layout_blobs.read(root, part.digest, limit)))
  end)
  if not named and why.code ~= "not_found" and (part.is_document or not NAMES_NOTHING[why.code]) then
    why.message = ("the manifest %s cannot be read: %s"):format(part.digest, why.message)
    failure.fail(why)
  end
  return named
end

--- Visits all that index.json leads to, over subjects too.
---@param visit function (part of mentions, digest of the document that names it; nil: index.json)
local function walk(root, index, limit, gone, visit)
  local seen, queue = {}, { { parts = mentions(index) --[[@as table[] ]] } }
  while #queue > 0 do
    local document = table.remove(queue)
    for _, part in ipairs(document.parts) do
      visit(part, document.digest)
      if (part.is_document or part.is_entry) and part.digest ~= gone and not seen[part.digest] then
        seen[part.digest] = true
        local parts = read(root, part, limit)
        queue[#queue + 1] = parts and { digest = part.digest, parts = parts }
      end
    end
  end
end

--- All that can be reached from index.json, over subjects too. Fails where a document cannot be read, so that what it
--- names is not known.
---@param root string the layout's folder
---@param index table index.json
---@param limit integer most bytes of a document
---@param gone string|nil digest of a document that is no longer there, though it may still be named
---@return table<string, boolean> reached by digest
function layout_reach.from_index(root, index, limit, gone)
  local reached = {}
  walk(root, index, limit, gone, function(part)
    reached[part.digest] = part.digest ~= gone or nil
  end)
  return reached
end

--- The documents whose part a manifest is. Fails where a document cannot be read.
---@param root string the layout's folder
---@param index table index.json
---@param limit integer most bytes of a document
---@param hash string digest
---@return string[] digests
function layout_reach.parents(root, index, limit, hash)
  local list = {}
  walk(root, index, limit, nil, function(part, parent)
    if part.digest == hash and parent and not part.is_subject then
      list[#list + 1] = parent
    end
  end)
  return list
end

--- What manifests and indexes consist of, themselves too; a subject is no part.
---@param root string the layout's folder
---@param hashes string[] digests
---@param limit integer most bytes of a document
---@return string[] documents each before what it names
---@return string[] blobs
function layout_reach.parts(root, hashes, limit)
  local documents, blobs, seen = {}, {}, {}
  local function visit(part, depth)
    if part.is_subject or seen[part.digest] then
      return
    end
    seen[part.digest] = true
    local named = depth <= DEEPEST and failure.caught(read, root, part, limit) or nil
    if not part.is_document and (not named or #named == 0) then
      blobs[#blobs + 1] = part.digest
      return
    end
    for _, below in ipairs(named or {}) do
      visit(below, depth + 1)
    end
    documents[#documents + 1] = part.digest -- after all that it names
  end
  for _, hash in ipairs(hashes) do
    visit({ digest = hash, is_document = true }, 1)
  end
  local count = #documents
  for position = 1, count // 2 do
    local other = count + 1 - position
    documents[position], documents[other] = documents[other], documents[position]
  end
  return documents, blobs
end

return layout_reach
