--- What refers to a manifest in an OCI image layout: entries of index.json that name it as their subject, and the list
--- that other tools keep under the tag of the fallback scheme.

local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local referrer = require("manifest.repository.referrer")
local referrer_list = require("manifest.base.later")("manifest.repository.referrer_list")
local referrers_tag = require("manifest.name.referrers_tag")

local layout_referrers = {}

--- Reads the document of a blob as a referrer of the subject; nil when it is none, or not there.
local function read(place, digest, kind, hash)
  local bytes, err = place:blob(digest)
  if not bytes then
    return nil, err.code ~= "not_found" and err.code ~= "too_large" and err or nil
  end
  local subject, descriptor = referrer.describe(bytes, kind, digest)
  return subject == hash and descriptor or nil
end

--- Adds the entries whose documents name the subject.
local function add_all(place, entries, hash, add)
  for _, entry in ipairs(entries) do
    if json.is_object(entry) and type(entry.digest) == "string" then
      local kind = type(entry.mediaType) == "string" and entry.mediaType or media_type.oci_manifest
      local found, err = read(place, entry.digest, kind, hash)
      if err then
        return nil, err
      end
      if found then
        add(entry.digest, found)
      end
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
  local index = referrer.read_index(got.raw)
  return add_all(place, index and index.manifests or {}, hash, add)
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
    ok, err = add_all(place, index.manifests, hash, add)
  end
  if ok then
    ok, err = add_by_tag(place, hash, add)
  end
  if not ok then
    return nil, err
  end
  return list
end

--- Notes a stored manifest that refers to another. A layout is looked through for referrers, so only one that
--- index.json does not list, and that was brought for its subject's sake, is listed under the subject's tag: with every
--- part of an index in such a list the layout would have one more image.
---@param place table layout
---@param stored table of put_manifest; gets listed
---@param by_digest boolean index.json does not list it
---@param options table|nil defer (a list that gets it, for keep), is_referrer (with it: it was brought as a referrer)
---@return table|nil stored
---@return table|nil err
function layout_referrers.note(place, stored, bytes, by_digest, options)
  local subject, descriptor = referrer.describe(bytes, stored.media_type, stored.digest)
  if not subject or not by_digest then
    return stored
  end
  local one = { subject = subject, descriptor = descriptor, is_referrer = true }
  if options and options.defer then
    one.is_referrer = options.is_referrer
    table.insert(options.defer, one)
    return stored
  end
  local tags, err = layout_referrers.keep(place, { one })
  stored.listed = tags and tags[1]
  return tags and stored, err
end

--- Lists what was brought as a referrer.
---@param place table layout
---@param deferred table[] of note
---@return table|nil tags
---@return table|nil err
function layout_referrers.keep(place, deferred)
  local wanted = {}
  for _, one in ipairs(deferred) do
    wanted[#wanted + 1] = one.is_referrer and one or nil
  end
  if #wanted == 0 then
    return {}
  end
  return referrer_list.keep(place, wanted)
end

return layout_referrers
