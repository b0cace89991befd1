--- The list of a manifest's referrers, where the registry does not keep it: an index under a tag made of the digest.
--
-- A tag of that form may name something else, which is left alone, and an entry may name what is gone (referrer.lua).
--
-- On this machine changes take turns. Against others a write says which list it was made from, for the registries that
-- heed that (If-Match); with most nothing guards the tag but the order of writes, so what was added is looked at until
-- it has held for a while (settle.lua).

local core = require("manifest.base.core")
local descriptor = require("manifest.document.descriptor")
local digest_at = require("manifest.repository.interface").digest_at
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local lock = require("manifest.engine.lock")
local media_type = require("manifest.name.media_type")
local referrer = require("manifest.repository.referrer")
local referrers_tag = require("manifest.name.referrers_tag")
local settle = require("manifest.engine.settle")

local allow, amend, caught, fail, try = failure.allow, failure.amend, failure.caught, failure.fail, failure.try

local referrer_list = {}

local TRIES = 20
local PAUSE = 0.02 -- seconds, at most, after the first try; a little more after each that follows

--- The referrers of a manifest, as descriptors. What a registry lists beside descriptors is left out.
---@param repository table
---@param digest string
---@param options table|nil {artifact_type, api_only = not the list under the subject's tag, unchecked = the caller
--- looks itself whether the manifests of that list refer to the digest}
---@return table[] descriptors; fails with unauthorized, denied, too_large, ...
function referrer_list.of(repository, digest, options)
  local list = {}
  for _, item in ipairs(try(repository:referrers(digest, options))) do
    if item.mediaType then
      item = descriptor.read(item, "referrer")
    end
    list[#list + 1] = item
  end
  return list
end

--- Errors by which a tag is no list: what to do about them differs, and nobody outside is to see that.
local no_lists = setmetatable({}, { __mode = "k" })

local function no_list(tag, subject)
  local _ <close> = amend(function(err)
    no_lists[err] = true
  end)
  fail {
    code = "conflict", message = ("the tag %s is there, and is no list of what refers to %s"):format(tag, subject),
    hint = "it is left as it is: move what it names to another tag",
  }
end

--- Is a document under the tag of its own digest there only because the registry takes such a tag for the digest, as
--- GitLab's does? A tag that somebody made is among its tags.
---@return boolean
local function is_digest_alone(repository, tag, digest, subject)
  if digest ~= subject then
    return false
  end
  for _, one in ipairs(try(repository:tags())) do
    if one == tag then
      return false
    end
  end
  return true
end

--- The list as it stands; an empty one when there is none yet.
---@return table index
---@return string|nil digest nil when there is none; fails with conflict when the tag names something else
local function read(repository, tag, subject)
  local answer = allow("not_found", repository:manifest(tag))
  if not answer or is_digest_alone(repository, tag, answer.digest, subject) then
    return document.build({ entries = {}, media_type = media_type.oci_index })
  end
  local index = referrer.read_index(answer.raw)
  if not index or not referrer.is_list(repository, index, subject) then
    no_list(tag, subject)
  end
  ---@cast index -nil
  return index, answer.digest
end

--- Those of some descriptors that are not among entries. Pure.
---@param entries table[] anything with a digest
---@param descriptors table[]
---@return table[] descriptors
function referrer_list.missing(entries, descriptors)
  local there, missing = {}, {}
  for _, entry in ipairs(entries) do
    there[json.is_object(entry) and entry.digest or false] = true
  end
  for _, item in ipairs(descriptors) do
    if not there[item.digest] then
      missing[#missing + 1] = item
    end
  end
  return missing
end

--- Writes a list in place of one that was read. A list has no subject of its own to be listed with.
local function put(repository, tag, index, was)
  local function send()
    return repository:put_manifest(tag, { raw = document.serialise(index), media_type = media_type.oci_index },
      { instead_of = was or false, defer = {} })
  end
  local stored, why = send()
  if not stored and (why.status == 400 or why.status == 404) and caught(referrer.drop_dead, repository, index) then
    stored, why = send()
  end
  return try(stored, why)
end

--- Reads a list, changes it and writes it; again when somebody else was quicker and the registry heeds that.
---@param change function (entries) -> boolean: was there something to change?
---@return boolean changed
---@return table? done {digest, started = when the list was read}
local function edit(repository, tag, subject, change)
  for attempt = 1, TRIES do
    local started = core.clock()
    local index, was = read(repository, tag, subject)
    if not change(index.manifests) then
      return false, { digest = was, started = started }
    end
    local stored, why = allow("conflict", caught(put, repository, tag, index, was))
    if stored then
      return true, { digest = stored.digest, started = started }
    end
    if digest_at(repository, tag) == (was or false) then
      fail(why)
    end
    if repository.loop then
      repository.loop:sleep(math.random() * PAUSE * math.min(attempt, 10))
    end
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail {
    code = "conflict", message = ("the list of referrers %s is changed by others again and again"):format(tag),
    hint = "try again",
  }
end

--- A turn among those on this machine. A layout has a lock of its own, and heeds what it was read as.
---@return table|nil held to keep while one edits
local function take_turn(repository, tag)
  return repository.loop and try(lock.edit(("%s/%s:%s"):format(repository.domain, repository.path, tag)))
end

--- Adds referrers to the list of their subject, and sees that they stay there unless nobody else writes it
--- (repository.shared is false).
---@param repository table
---@param subject string digest
---@param descriptors table[] {media_type, digest, size, artifact_type, annotations}
---@return string tag
function referrer_list.add(repository, subject, descriptors)
  local tag, now = try(referrers_tag.of(subject)), nil ---@type string, string?
  local function step()
    if now and digest_at(repository, tag) == now then
      return true
    end
    local _ <close> = take_turn(repository, tag)
    local changed, done = edit(repository, tag, subject, function(entries)
      local missing = referrer_list.missing(entries, descriptors)
      for _, item in ipairs(missing) do
        entries[#entries + 1] = descriptor.to_json(item)
      end
      return #missing > 0
    end)
    now = done.digest
    return not changed, done.started
  end
  if repository.shared == false then
    step()
  else
    settle(repository.loop, step)
  end
  return tag
end

--- Deletes a list without entries while it is the one that was written here. One that a registry keeps, because it
--- deletes no tags, does no harm.
local function delete_empty(repository, tag, written)
  if digest_at(repository, tag, written) == written then
    local deleted, why = repository:delete(tag)
    if not deleted and repository.can.delete_tag == true then
      fail(why)
    end
  end
end

local function take_off(repository, tag, subject, digest)
  local left
  local _ <close> = take_turn(repository, tag)
  local changed, done = edit(repository, tag, subject, function(entries)
    local before = #entries
    for position = before, 1, -1 do
      if json.is_object(entries[position]) and entries[position].digest == digest then
        table.remove(entries, position)
      end
    end
    left = #entries
    return left < before
  end)
  if changed and done and left == 0 then
    delete_empty(repository, tag, done.digest)
  end
  return true
end

--- Takes a referrer that is gone off the list of its subject. A tag that is no list is left alone. A list without
--- entries goes where a tag goes alone.
---@return boolean ok
function referrer_list.remove(repository, subject, digest)
  local ok, why = caught(take_off, repository, (try(referrers_tag.of(subject))), subject, digest)
  if not ok and not no_lists[why] then
    fail(why)
  end
  return true
end

--- Makes sure that referrers which are stored are listed: some registries keep the list without saying so.
---@return string|boolean tag of the list that was kept up; false: the registry has listed them itself
local function list_of_one(repository, subject, descriptors)
  local list = referrer_list.of(repository, subject, { api_only = true })
  return #referrer_list.missing(list, descriptors) > 0 and referrer_list.add(repository, subject, descriptors)
end

--- Lists referrers that are stored, those of one subject together.
---@param repository table
---@param deferred table[] {subject = digest, descriptor}
---@param options table|nil tolerant: that a tag of a list's form names something else is a warning
---@return table tags of the lists that were kept up, or false where the registry keeps them; fails with is_stored: the
--- manifests themselves, and their tags, are there
function referrer_list.keep(repository, deferred, options)
  local subjects, by_subject = {}, {} ---@type string[], table<string, any>
  for _, one in ipairs(deferred) do
    local list = by_subject[one.subject]
    if not list then
      list = {}
      by_subject[one.subject], subjects[#subjects + 1] = list, one.subject
    end
    table.move(referrer_list.missing(list, { one.descriptor }), 1, 1, #list + 1, list)
  end
  return referrer.each(repository, subjects, function(subject)
    local tag, why = caught(list_of_one, repository, subject, by_subject[subject])
    if tag ~= nil then
      return tag
    end
    why.message = ("%s is stored, and not listed among what refers to %s: %s"):format(by_subject[subject][1].digest,
      subject, why.message)
    why.is_stored = true
    if no_lists[why] and options and options.tolerant then
      repository.loop:warn(why.message)
      return false
    end
    return fail(why)
  end)
end

return referrer_list
