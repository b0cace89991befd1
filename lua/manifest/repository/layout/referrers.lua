--- What refers to a manifest in an OCI image layout: entries of index.json that name it as their subject, and the list
--- that other tools keep under the tag of the fallback scheme.

local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local referrers_tag = require("manifest.name.referrers_tag")

local layout_referrers = {}

local function text_or_nil(value)
  return type(value) == "string" and value ~= "" and value or nil
end

local function annotations_of(value)
  local annotations = {}
  for _, name in ipairs(json.is_object(value) and json.keys(value) or {}) do
    annotations[name] = text_or_nil(value[name])
  end
  return next(annotations) and annotations or nil
end

--- The artifact type of a document: its own, else the media type of its config, as the specification has it.
local function artifact_type_of(document)
  local config = json.is_object(document.config) and document.config.mediaType
  return text_or_nil(document.artifactType) or text_or_nil(config)
end

--- Adds the entries whose documents name the subject.
local function add_by_subject(place, entries, hash, add)
  for _, entry in ipairs(entries) do
    local bytes, err = place:blob(entry.digest)
    if not bytes and err.code ~= "not_found" and err.code ~= "too_large" then
      return nil, err
    end
    local document = bytes and json.decode(bytes)
    local subject = json.is_object(document) and document.subject
    if json.is_object(subject) and subject.digest == hash then
      add(entry.digest, {
        media_type = entry.mediaType, digest = entry.digest, size = entry.size,
        artifact_type = artifact_type_of(document), annotations = annotations_of(document.annotations),
      })
    end
  end
  return true
end

--- Adds what the list under the fallback tag has.
local function add_by_tag(place, hash, add)
  local tag, err = referrers_tag.of(hash)
  local got
  if tag then
    got, err = place:manifest(tag)
  end
  if not got then
    return err.code == "not_found" or nil, err
  end
  local document = json.decode(got.bytes)
  local entries = json.is_object(document) and document.manifests
  for _, entry in ipairs(json.is_array(entries) and entries or {}) do
    if json.is_object(entry) and text_or_nil(entry.digest) and math.type(entry.size) == "integer" then
      add(entry.digest, {
        media_type = text_or_nil(entry.mediaType) or media_type.oci_manifest, digest = entry.digest,
        size = entry.size, artifact_type = text_or_nil(entry.artifactType),
        annotations = annotations_of(entry.annotations),
      })
    end
  end
  return true
end

--- The referrers of a manifest.
---@param place table layout
---@param hash string digest of the subject
---@param options table|nil {artifact_type}
---@return table[]|nil descriptors
---@return table|nil err
function layout_referrers.list(place, hash, options)
  local wanted = options and options.artifact_type
  local list, seen = {}, {}
  local function add(key, descriptor)
    if not seen[key] and (not wanted or descriptor.artifact_type == wanted) then
      seen[key] = true
      list[#list + 1] = descriptor
    end
  end
  local index, err = place:index()
  local ok
  if index then
    ok, err = add_by_subject(place, index.manifests, hash, add)
  end
  if ok then
    ok, err = add_by_tag(place, hash, add)
  end
  if not ok then
    return nil, err
  end
  return list
end

return layout_referrers
