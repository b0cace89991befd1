--- A tag alone, where a registry deletes by digest only: the tag moves to a manifest of its own, which is deleted.
--
-- The manifest that takes the tag's place is an index without entries, so it needs no blob. It says what it stands for,
-- and holds a random number: no other tag and no index names its digest. Who finds one, because a process was killed,
-- can put the tag back, or delete it again.

local digest_at = require("manifest.repository.interface").digest_at
local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local index = require("manifest.document.index")
local media_type = require("manifest.name.media_type")

local caught, fail, try = failure.caught, failure.fail, failure.try

local tag_alone = {}

local TAG, DIGEST, NUMBER = "vnd.manifest.deleted.tag", "vnd.manifest.deleted.digest", "vnd.manifest.deleted.number"

--- What nobody else has made.
local function new_number()
  return ("%016x%016x"):format(math.random(0), math.random(0))
end

--- The manifest that takes the place of what a tag names. Pure.
---@param number string|nil hexadecimal
---@return table made {raw, media_type, digest}
local function document(tag, digest, number)
  number = number or new_number()
  local said = { [TAG] = tag, [DIGEST] = digest, [NUMBER] = number }
  local raw = try(index.serialise(index.build {
    entries = {}, media_type = media_type.oci_index, annotations = said,
  }))
  return { raw = raw, media_type = media_type.oci_index, digest = digest_name.of(raw) }
end

--- What a document stands for that an earlier deletion of the tag has left there.
---@param answer table of graph/read.lua
---@return string|nil digest nil: it is none
function tag_alone.stands_for(tag, answer)
  local said = answer.decoded.json.annotations
  if type(said) ~= "table" or not said[DIGEST] or not said[NUMBER] then
    return nil
  end
  return document(tag, said[DIGEST], said[NUMBER]).raw == answer.raw and said[DIGEST] or nil
end

--- Whether a registry deletes a tag and keeps its manifest. It is told to delete a tag that is not there, so nothing
--- changes.
---@param repository manifest.Repository
---@return boolean|nil granted nil: it does not tell, as when the account may not delete
function tag_alone.is_granted(repository)
  local done, refusal = repository:delete("manifest-none-" .. new_number())
  if done then
    return true
  elseif refusal.digest_alone then
    return false
  elseif not refusal.status and refusal.code ~= "unauthorized" then
    fail(refusal)
  end
end

--- Refuses before the tag is touched where the registry deletes no manifest: it is told to delete one that is not
--- there.
local function check_deletes(repository, tag, made)
  local _ <close> = failure.amend(function(err)
    err.message = ("the tag %s stays, for the registry deletes no manifest: %s"):format(tag, err.message)
  end)
  try(repository:delete(made.digest))
end

--- Moves the tag, and deletes what it names then.
local function replace(repository, tag, before, made)
  try(repository:put_manifest(tag, made, { instead_of = before.digest }))
  local now = try(digest_at(repository, tag, made.digest))
  if now ~= made.digest then
    repository:delete(made.digest)
    fail {
      code = "conflict", message = ("the tag %s was moved to %s by somebody else meanwhile"):format(tag,
        now or "nothing"),
      hint = "it stays as it is: look again",
    }
  end
  try(repository:delete(made.digest))
  if try(digest_at(repository, tag, made.digest)) == made.digest then
    fail {
      code = "registry", message = ("the registry deleted %s, and keeps the tag %s"):format(made.digest, tag),
      hint = "it deletes no tags: ask its operator, or delete the tag in its own interface",
    }
  end
  return true
end

--- Puts the tag back after a failure, unless it is gone or somebody else's.
---@return boolean gone
local function put_back(repository, tag, before, made, err)
  local now, why = digest_at(repository, tag, made.digest)
  if now == made.digest then
    now, why = repository:put_manifest(tag, before, { instead_of = made.digest })
    err.message = now and ("%s; the tag %s names %s again"):format(err.message, tag, before.digest) or err.message
  end
  if now == nil then
    err.message = ("%s; and the tag %s may name %s now, which stands for %s: %s"):format(err.message, tag, made.digest,
      before.digest, (why --[[@as manifest.Error]]).message)
    err.hint = "delete the tag again, or give it back to that digest with 'manifest tag'"
  end
  return now == false
end

--- Deletes a tag; what it names stays. An interrupt waits until the tag is gone or back.
---@param call manifest.Call
---@param repository manifest.Repository
---@param tag string
---@param before table of graph/read.lua: what it names
function tag_alone.delete(call, repository, tag, before)
  local made = document(tag, before.digest)
  check_deletes(repository, tag, made)
  try(call.loop:shield(function()
    local gone, why = caught(replace, repository, tag, before, made)
    return gone or put_back(repository, tag, before, made, why) or fail(why)
  end))
end

return tag_alone
