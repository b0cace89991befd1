--- What refers to a manifest in an OCI image layout: entries of index.json that name it as their subject, and the list
--- that other tools keep under the tag of the fallback scheme.

local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local referrer = require("manifest.repository.referrer")
---@module "manifest.repository.referrer_list"
local referrer_list = require("manifest.base.later")("manifest.repository.referrer_list")
local referrers_tag = require("manifest.name.referrers_tag")

local allow, try = failure.allow, failure.try

local layout_referrers = {}

--- Why a blob is no referrer: it is not there, or is no document.
local NONE = { not_found = true, too_large = true }

--- Reads the document of a blob as a referrer of the subject; nil when it is none.
local function read(layout, digest, kind, hash)
  local bytes, why = layout:blob(digest)
  if not bytes and NONE[why.code] then
    return nil
  end
  local subject, descriptor = referrer.describe(try(bytes, why), kind, digest)
  return subject == hash and descriptor or nil
end

--- The referrers of a manifest.
---@param layout table
---@param hash string digest of the subject
---@param options table|nil {artifact_type}
---@return table[] descriptors
function layout_referrers.list(layout, hash, options)
  local wanted = options and options.artifact_type
  local list, seen = {}, {}
  local function add_all(entries)
    for _, entry in ipairs(entries) do
      local is_named = json.is_object(entry) and type(entry.digest) == "string"
      local kind = is_named and type(entry.mediaType) == "string" and entry.mediaType or media_type.oci_manifest
      local found = is_named and not seen[entry.digest] and read(layout, entry.digest, kind, hash)
      if found and (not wanted or found.artifact_type == wanted) then
        seen[entry.digest] = true
        list[#list + 1] = found
      end
    end
  end
  add_all(try(layout:index()).manifests)
  local kept = allow("not_found", layout:manifest(try(referrers_tag.of(hash)))) -- other tools keep a list there
  local index = kept and referrer.read_index(kept.raw)
  add_all(index and index.manifests or {})
  return list
end

--- Notes a stored manifest that refers to another. A layout is looked through for referrers, so only one that
--- index.json does not list, and that was brought for its subject's sake, is listed under the subject's tag: with every
--- part of an index in such a list the layout would have one more image.
---@param layout table
---@param stored table of put_manifest; gets listed
---@param by_digest boolean index.json does not list it
---@param options table|nil defer (a list that gets it, for keep), is_referrer (with it: it was brought as a referrer)
---@return table stored
function layout_referrers.note(layout, stored, bytes, by_digest, options)
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
  stored.listed = layout_referrers.keep(layout, { one })[1]
  return stored
end

--- Lists what was brought as a referrer.
---@param layout table
---@param deferred table[] of note
---@return table tags
function layout_referrers.keep(layout, deferred)
  local wanted = {}
  for _, one in ipairs(deferred) do
    wanted[#wanted + 1] = one.is_referrer and one or nil
  end
  if #wanted == 0 then
    return {}
  end
  return referrer_list.keep(layout, wanted)
end

return layout_referrers
