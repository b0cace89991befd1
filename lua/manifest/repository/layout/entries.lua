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

--- Who names a digest: the tags of it, and of some documents that name it the tags, or their digests where they have
--- none.
---@param index table
---@param hash string digest
---@param parents string[] digests
---@return table holders {tags, parents}
function layout_entries.holders(index, hash, parents)
  local names, found = {}, { parents = {} }
  for _, entry in ipairs(index.manifests) do
    local name = layout_entries.name_of(entry)
    names[entry.digest] = names[entry.digest] or {}
    table.insert(names[entry.digest], name)
  end
  found.tags = names[hash] or {}
  local seen = {}
  for _, parent in ipairs(parents) do
    local known = names[parent] or {}
    for _, name in ipairs(#known > 0 and known or { parent }) do
      found.parents[#found.parents + 1] = not seen[name] and name or nil
      seen[name] = true
    end
  end
  return found
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

--- What a reference names must be what the writer thinks: others may have written since it looked.
---@return boolean|nil ok
---@return table|nil err conflict, ambiguous
local function check_place(manifests, reference, rules)
  local found, err = layout_entries.find({ manifests = manifests }, reference, rules.domain)
  if not found and err.code ~= "not_found" then
    return nil, err
  end
  if (found and found.digest or false) ~= rules.instead_of then
    return fail("conflict", ("%s names %s now, not %s"):format(reference and "the tag " .. reference or rules.domain,
      found and found.digest or "nothing", rules.instead_of or "nothing"))
  end
  return true
end

--- Puts an entry in the place of the only image, under its name.
local function replace_only(manifests, entry, domain)
  if #manifests > 1 then
    return fail("ambiguous", domain .. " has several names for its image", ("name one: %s:TAG"):format(domain))
  end
  local old = manifests[1]
  for _, field in ipairs { "mediaType", "digest", "size" } do
    old[field] = entry[field]
  end
  return true
end

--- Enters a manifest: a tag moves to it; without one it is entered once, if it is not there under a tag already.
---@param manifests table of index.json; it is changed
---@param entry table of new
---@param tag string|nil
---@param rules table instead_of (nil: whatever there is; digest or false: what the tag, or without one the layout, must
--- name), domain (the layout's name for errors)
---@return boolean|nil changed
---@return table|nil err conflict, ambiguous
function layout_entries.enter(manifests, entry, tag, rules)
  if rules.instead_of ~= nil then
    local ok, err = check_place(manifests, tag, rules)
    if not ok then
      return nil, err
    end
    if not tag and rules.instead_of then
      return replace_only(manifests, entry, rules.domain)
    end
  end
  local place = #manifests + 1
  for position = #manifests, 1, -1 do
    local old = manifests[position]
    local name = layout_entries.name_of(old)
    if not tag and old.digest == entry.digest then
      return false
    end
    if tag and (name == tag or (not name and old.digest == entry.digest)) then
      table.remove(manifests, position)
      place = position
    end
  end
  table.insert(manifests, place, entry)
  return true
end

--- Fetches the manifest that a reference means.
---@param place table domain, and blob(hash) -> bytes | nil, err
---@param index table
---@param reference string|nil tag or digest; nil: the only one
---@return table|nil got {bytes, media_type (nil when the layout does not tell), digest, size, listed_size = what the
--- index says of it}
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
  return {
    bytes = bytes, media_type = entry and entry.mediaType or nil, digest = hash, size = #bytes,
    listed_size = entry and entry.size or nil,
  }
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
