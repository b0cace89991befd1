--- Guards: a tag moves only while it is what the caller thinks it is.
--
-- Registries have no compare-and-swap in general, so a guarded tag is looked at just before it moves and once more
-- after; the condition goes along with the request too, for the registries that honour it.
--
-- Rules are options of verbs: if_digest (the tag must name this; that it has been moved already is no failure),
-- if_absent (the tag must not be there), no_clobber (a tag that is there stays; the same bytes again are no failure).

local digest = require("manifest.name.digest")
local digest_at = require("manifest.repository.interface").digest_at
local failure = require("manifest.base.failure")

local amend, caught, fail, try = failure.amend, failure.caught, failure.fail, failure.try

local guard = {}

--- Names of the options that guard a tag.
guard.OPTIONS = { "if_absent", "if_digest", "no_clobber" }

local function refuse(code, now, message, hint)
  fail { code = code, message = message, hint = hint, now = now or nil }
end

--- Whether any guard is set.
---@param rules table
---@return boolean
function guard.is_set(rules)
  return (rules.if_digest or rules.if_absent or rules.no_clobber) and true or false
end

--- Refuses unless a tag that names `now` may be made to name `wanted`. The failure has `now` (digest) too. Pure.
---@param rules table
---@param name string tag
---@param now string|boolean digest, or false when it is not there
---@param wanted string|nil digest; nil when it is not known yet
function guard.check(rules, name, now, wanted)
  if rules.if_absent and now then
    refuse("exists", now, ("the tag %s is there already, it names %s"):format(name, now),
      "nothing was written; leave out the guard to move the tag")
  end
  if rules.no_clobber and now and wanted and now ~= wanted then
    refuse("exists", now, ("the tag %s names %s, not %s"):format(name, now, wanted),
      "it stays as it is; leave out the guard to move the tag")
  end
  local is_done = wanted ~= nil and now == wanted
  if rules.if_digest and now ~= rules.if_digest and not is_done then
    refuse("conflict", now, ("the tag %s names %s, not %s as it should"):format(name, now or "nothing",
      rules.if_digest), now and "it was moved, or never named that: look again before you move it"
      or "it was deleted, or never was there: look again, or leave out the guard to make it")
  end
end

--- Looks at a tag, and refuses unless it may be made to name `wanted`.
---@param repository table
---@param name string tag or digest
---@param rules table
---@param wanted string|nil digest; nil when it is not known yet
---@return string|boolean now what it names, false: it is not there
function guard.look(repository, name, rules, wanted)
  local now = try(digest_at(repository, name, wanted, rules.if_digest))
  guard.check(rules, name, now, wanted)
  return now
end

--- Looks at a tag after it has moved: it must be ours still.
local function confirm(repository, put)
  local now = try(digest_at(repository, put.name, put.made.digest))
  if now ~= put.made.digest then
    refuse("conflict", now, ("the tag %s was moved to %s by somebody else, right after it was made %s"):format(
      put.name, now or "nothing", put.made.digest), "look which of the two should stay")
  end
end

--- What to make of a guarded write that the registry refused for a conflict: an earlier try of this request may have
--- been stored, with only its answer lost; or somebody else was quicker. The refusal may say what the tag names now, by
--- the digest that the registry has for it.
---@return table stored
local function explain(repository, put, refusal)
  local wanted, expected, now = put.made.digest, put.rules.if_digest, refusal.now
  if not now or expected and digest.algorithm(expected) ~= digest.algorithm(now) then
    now = digest_at(repository, put.name, wanted, expected)
  end
  if now == wanted then
    return { digest = now }
  end
  if now ~= nil then
    guard.check(put.rules, put.name, now, wanted)
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail(refusal)
end

local function write(repository, put, deferred)
  local made, rules = put.made, put.rules
  local options = { defer = deferred }
  if guard.is_set(rules) then
    options.instead_of = rules.if_digest or false
  end
  local _ <close> = amend(function(err)
    err.message = ("failed to put %s: %s"):format(put.name, err.message)
  end)
  return try(repository:put_manifest(put.name, made.raw and made or made.node:document(), options))
end

--- Puts a document under a tag; the guards go along as conditions.
local function write_guarded(repository, put, deferred)
  local stored, refusal = caught(write, repository, put, deferred)
  if stored then
    put.made.stored = stored.digest
    return stored
  end
  if guard.is_set(put.rules) and refusal.code == "conflict" then
    return explain(repository, put, refusal)
  end
  fail(refusal)
end

--- Puts documents under tags as far as the guards allow it. All guarded tags are looked at before the first one is
--- put, so that one which may not move leaves the others alone, and once more after the last one: between two PUTs a
--- look may find a registry while it writes anew what it has.
---@param call manifest.Call
---@param repository table
---@param puts table[] {name = tag or digest, made = {raw (or node), media_type, digest; stored is set: the digest
--- that the repository names it by}, rules} each
---@param leaves function|nil (put, err) -> boolean: whether a tag that may not be put stays as it is, without a failure
---@return table[] stored {digest, unchanged = the tag was not put} each
function guard.put_all(call, repository, puts, leaves)
  local stored, deferred, guarded = {}, {}, {}
  for _, put in ipairs(puts) do
    guarded[#guarded + 1] = guard.is_set(put.rules) and put or nil
  end
  local function for_each(list, step)
    if not list[1] then
      return
    end
    call:each(list, function(put)
      if stored[put] and stored[put].unchanged then
        return
      end
      local refusal = select(2, caught(step, put))
      if refusal and not (leaves and leaves(put, refusal)) then
        fail(refusal)
      end
      stored[put] = refusal and { digest = refusal.now, unchanged = true } or stored[put]
    end)
  end
  for_each(guarded, function(put)
    local now = guard.look(repository, put.name, put.rules, put.made.digest)
    stored[put] = now == put.made.digest and { digest = now, unchanged = true } or nil
  end)
  for_each(puts, function(put)
    stored[put] = write_guarded(repository, put, deferred)
  end)
  for_each(guarded, function(put)
    confirm(repository, put)
  end)
  if deferred[1] then
    try(repository:list_referrers(deferred))
  end
  local list = {}
  for position, put in ipairs(puts) do
    list[position] = stored[put]
  end
  return list
end

return guard
