--- The entries of an OCI layout's index.json: descriptors, with a tag as their annotation. Pure.

local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")

local layout_entries = {}

local NAME = "org.opencontainers.image.ref.name"
local SHORTEST = 32 -- digits of a digest

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
end

--- True for what the manifests of an index.json may hold: a descriptor.
---@param entry any decoded JSON
---@return boolean
function layout_entries.is_one(entry)
  return json.is_object(entry) and type(entry.mediaType) == "string" and math.type(entry.size) == "integer"
    and type(entry.digest) == "string" and digest.parse(entry.digest) ~= nil
    and (entry.annotations == nil or entry.annotations == json.null or json.is_object(entry.annotations))
end

--- The name (tag) of an entry, or nil.
---@param entry table of index.json
---@return string|nil
function layout_entries.name_of(entry)
  local name = json.is_object(entry.annotations) and entry.annotations[NAME]
  return type(name) == "string" and name or nil
end

--- The names (tags) in the order of their entries.
---@param index table of read
---@return string[]
function layout_entries.names(index)
  local names, seen = {}, {}
  for _, entry in ipairs(index.manifests) do
    local name = layout_entries.name_of(entry)
    if name and not seen[name] then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return names
end

--- True for a digest, as opposed to a tag such as app:1.
---@param reference string
---@return boolean
function layout_entries.is_digest(reference)
  local encoded = reference:match("^[a-z0-9+._-]+:(%x+)$")
  return encoded ~= nil and #encoded >= SHORTEST and digest.parse(reference) ~= nil
end

--- The entries that a reference means: by digest, by tag, or (nil) all.
local function matching(manifests, reference)
  local found = {}
  for _, entry in ipairs(manifests) do
    local wanted = reference == nil or entry.digest == reference
    if wanted or layout_entries.name_of(entry) == reference then
      found[#found + 1] = entry
    end
  end
  return found
end

--- The one entry that a reference means; false when no entry has that digest, whose blob may be there all the same.
---@param index table
---@param reference string|nil tag or digest; nil: the only one
---@param domain string the layout's name for errors, such as "oci:folder"
---@return table|boolean|nil entry
---@return table|nil err ambiguous, not_found
function layout_entries.find(index, reference, domain)
  local found = matching(index.manifests, reference)
  for position = 2, #found do
    if found[position].digest ~= found[1].digest then
      return fail("ambiguous", reference and ("%s names several images %s"):format(domain, reference)
        or domain .. " has several images", ("name one: %s:TAG or %s@DIGEST"):format(domain, domain))
    end
  end
  if found[1] or (reference and layout_entries.is_digest(reference)) then
    return found[1] or false
  end
  if not reference then
    return fail("not_found", domain .. " has no images", "name another one, or put an image there first")
  end
  return fail("not_found", ("%s has no tag %s"):format(domain, reference), "see its tags: manifest tags " .. domain)
end

--- Fetches the manifest that a reference means.
---@param place table domain, and blob(hash) -> bytes | nil, err
---@param index table
---@param reference string|nil tag or digest; nil: the only one
---@return table|nil got {bytes, media_type (nil when the layout does not tell), digest, size}
---@return table|nil err ambiguous, not_found, and what blob gives
function layout_entries.fetch(place, index, reference)
  local entry, err = layout_entries.find(index, reference, place.domain)
  if entry == nil then
    return nil, err
  end
  local hash = entry and entry.digest or reference
  local bytes
  bytes, err = place:blob(hash)
  if not bytes then
    return nil, err
  end
  return { bytes = bytes, media_type = entry and entry.mediaType or nil, digest = hash, size = #bytes }
end

--- Makes an entry.
---@param media_type string
---@param hash string digest
---@param size integer bytes
---@param name string|nil tag
---@return table entry ordered JSON
function layout_entries.new(media_type, hash, size, name)
  return json.object({
    { "mediaType", media_type }, { "digest", hash }, { "size", size },
    { "annotations", name and json.object({ { NAME, name } }) or nil },
  })
end

return layout_entries
