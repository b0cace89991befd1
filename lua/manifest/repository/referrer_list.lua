--- The list of a manifest's referrers, where the registry does not keep it: an index under a tag made of the digest.
--
-- On this machine changes take turns. Against others a write says which list it was made from, for the registries that
-- heed that (If-Match); with most nothing guards the tag but the order of writes, so every change is read again
-- afterwards, and made again when somebody else's was faster.

local descriptor = require("manifest.document.descriptor")
local digest_at = require("manifest.repository.digest_at")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local media_type = require("manifest.name.media_type")
local referrers_tag = require("manifest.name.referrers_tag")
local turn = require("manifest.engine.lock")

local referrer_list = {}

local TRIES = 20
local PAUSE = 0.02 -- seconds, at most, after the first try; a little more after each that follows

--- The referrers of a manifest, as descriptors. What a registry lists beside descriptors is left out.
---@param repository table
---@param digest string
---@param options table|nil {artifact_type, api_only = not the list under the subject's tag}
---@return table[]|nil descriptors
---@return table|nil err unauthorized, denied, conflict (the stand-in tag holds something else), too_large, ...
function referrer_list.of(repository, digest, options)
  local found, err = repository:referrers(digest, options)
  if not found then
    return nil, err
  end
  local list = {}
  for _, item in ipairs(found) do
    if item.mediaType then
      item = descriptor.read(item, "referrer")
    end
    list[#list + 1] = item
  end
  return list
end

local function no_list(tag)
  return nil, error_of.new({
    code = "conflict", message = ("the tag %s is there, but is no list of referrers"):format(tag),
    hint = "move what it names to another tag: this one belongs to the referrers of that digest",
  })
end

--- The list as it stands; an empty one when there is none yet. Its digest; the error when there is no list.
local function read(repository, tag)
  local answer, err = repository:manifest(tag)
  if not answer then
    if err.code ~= "not_found" then
      return nil, err
    end
    return { entries = {}, json = document.build({ entries = {}, media_type = media_type.oci_index }) }
  end
  local index = document.read(answer.bytes, answer.media_type)
  if not index then
    return no_list(tag)
  end
  return index, answer.digest
end

--- Those of some descriptors that a list does not have. Pure.
---@param index table view (document/index.lua)
---@param descriptors table[]
---@return table[] descriptors
function referrer_list.missing(index, descriptors)
  local there, missing = {}, {}
  for _, entry in ipairs(index.entries) do
    there[entry.digest] = true
  end
  for _, item in ipairs(descriptors) do
    if not there[item.digest] then
      missing[#missing + 1] = item
    end
  end
  return missing
end

--- One try: the list is read and written again with what it misses.
---@return boolean|nil listed true: it misses nothing; false: it was written, by us or by somebody who was quicker
---@return table|nil err
local function attempt(repository, tag, descriptors)
  local index, was = read(repository, tag)
  if not index then
    return nil, was
  end
  local missing = referrer_list.missing(index, descriptors)
  if #missing == 0 then
    return true
  end
  for _, item in ipairs(missing) do
    document.insert(index, item)
  end
  local stored, err = repository:put_manifest(tag, document.serialise(index.json), media_type.oci_index,
    { instead_of = was or false })
  if stored or err.code == "conflict" and digest_at(repository, tag) ~= (was or false) then
    return false
  end
  return nil, err
end

--- Whether the list has these referrers now.
local function is_listed(repository, tag, descriptors)
  local index, err = read(repository, tag)
  if not index then
    return nil, err
  end
  return #referrer_list.missing(index, descriptors) == 0
end

--- Adds referrers to the list of their subject.
---@param context table
---@param repository table
---@param subject string digest
---@param descriptors table[] {media_type, digest, size, artifact_type, annotations}
---@return string|nil tag
---@return table|nil err
function referrer_list.add(context, repository, subject, descriptors)
  local tag, err = referrers_tag.of(subject)
  if not tag then
    return nil, err
  end
  local mine <close>, locked = turn.take(context, ("%s/%s:%s"):format(repository.domain, repository.path, tag))
  if not mine and locked then
    return nil, locked
  end
  for try = 1, TRIES do
    local listed
    listed, err = attempt(repository, tag, descriptors)
    if listed == false then
      listed, err = is_listed(repository, tag, descriptors)
    end
    if listed == nil then
      return nil, err
    end
    if listed then
      return tag
    end
    context.loop:sleep(math.random() * PAUSE * math.min(try, 10))
  end
  return nil, error_of.new({
    code = "conflict", message = ("the list of referrers %s is changed by others again and again"):format(tag),
    hint = "try again",
  })
end

--- Makes sure that referrers which are stored are listed: some registries keep the list without saying so. What a tag
--- lists is read where it is changed, in turn.
---@return string|boolean|nil tag of the list that was kept up; false: the registry has listed them itself
---@return table|nil err
function referrer_list.ensure(context, repository, subject, descriptors)
  local list, err = referrer_list.of(repository, subject, { api_only = true })
  if not list then
    return nil, err
  end
  if #referrer_list.missing({ entries = list }, descriptors) == 0 then
    return false
  end
  return referrer_list.add(context, repository, subject, descriptors)
end

return referrer_list
