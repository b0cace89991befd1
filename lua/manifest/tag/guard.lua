--- Guards: a tag moves only while it is what the caller thinks it is.
--
-- Registries have no compare-and-swap in general, so a guarded tag is looked at just before it moves and once more
-- after; the condition goes along with the request too, for the registries that honour it.

local digest_at = require("manifest.repository.digest_at")
local error_of = require("manifest.base.error")

local guard = {}

--- Names of the options that guard a tag.
guard.OPTIONS = {
  if_digest = "string", -- the tag must name this; that it has been moved already is no failure
  if_absent = "boolean", -- the tag must not be there
  no_clobber = "boolean", -- a tag that is there stays; the same bytes again are no failure
}

local function refuse(code, now, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint, now = now or nil })
end

--- Whether any guard is set.
---@param rules table see OPTIONS
---@return boolean
function guard.is_set(rules)
  return (rules.if_digest or rules.if_absent or rules.no_clobber) and true or false
end

--- Whether a tag that names `now` may be made to name `wanted`. Pure.
---@param rules table see OPTIONS
---@param name string tag
---@param now string|boolean digest, or false when it is not there
---@param wanted string|nil digest; nil when it is not known yet
---@return boolean|nil ok
---@return table|nil err conflict or exists, with `now` (digest) when the tag is there
function guard.allows(rules, name, now, wanted)
  if rules.if_absent and now then
    return refuse("exists", now, ("the tag %s is there already, it names %s"):format(name, now),
      "nothing was written; leave out the guard to move the tag")
  end
  if rules.no_clobber and now and wanted and now ~= wanted then
    return refuse("exists", now, ("the tag %s names %s, not %s"):format(name, now, wanted),
      "it stays as it is; leave out the guard to move the tag")
  end
  local is_done = wanted ~= nil and now == wanted
  if rules.if_digest and now ~= rules.if_digest and not is_done then
    return refuse("conflict", now, ("the tag %s names %s, not %s as it should"):format(name, now or "nothing",
      rules.if_digest), "somebody moved it: look again before you move it")
  end
  return true
end

--- Looks at a tag: may it be made to name `wanted`?
---@param repository table
---@param name string tag or digest
---@param rules table see OPTIONS
---@param wanted string|nil digest; nil when it is not known yet
---@return boolean|nil ok
---@return string|boolean|table now what it names, false: it is not there; or the error, of allows or of the registry
function guard.check(repository, name, rules, wanted)
  local now, err = digest_at(repository, name, wanted, rules.if_digest)
  if now == nil then
    return nil, err
  end
  local ok, refusal = guard.allows(rules, name, now, wanted)
  if not ok then
    return nil, refusal
  end
  return true, now
end

--- Looks at a tag after it has moved: it must be ours still.
---@return boolean|nil ok
---@return table|nil err conflict, or the registry's
local function confirm(repository, put)
  local now, err = digest_at(repository, put.name, put.made.digest)
  if now == nil then
    return nil, err
  end
  if now ~= put.made.digest then
    return refuse("conflict", now, ("the tag %s was moved to %s by somebody else, right after it was made %s"):format(
      put.name, now or "nothing", put.made.digest), "look which of the two should stay")
  end
  return true
end

--- What to make of a guarded write that the registry refused for a conflict: an earlier try of this request may have
--- been stored, with only its answer lost; or somebody else was quicker.
---@return table|nil stored
---@return table err
local function explain(repository, put, err)
  local now = digest_at(repository, put.name, put.made.digest, put.rules.if_digest)
  if now == put.made.digest then
    return { digest = now }
  end
  local _, refusal
  if now ~= nil then
    _, refusal = guard.allows(put.rules, put.name, now, put.made.digest)
  end
  return nil, refusal or err
end

--- Puts a document under a tag; the guards go along as conditions.
local function write(repository, put, deferred)
  local made, rules = put.made, put.rules
  local options = { digest = made.digest, defer = deferred }
  if guard.is_set(rules) then
    options.instead_of = rules.if_digest or false
  end
  local stored, err = repository:put_manifest(put.name, made.bytes, made.media_type, options)
  if stored then
    return stored
  end
  err.message = ("failed to put %s: %s"):format(put.name, err.message)
  if guard.is_set(put.rules) and err.code == "conflict" then
    return explain(repository, put, err)
  end
  return nil, err
end

--- Puts documents under tags as far as the guards allow it. All guarded tags are looked at before the first one is
--- put, so that one which may not move leaves the others alone, and once more after the last one: between two PUTs a
--- look may find a registry while it writes anew what it has.
---@param context table
---@param repository table
---@param puts table[] {name = tag or digest, made = {bytes, media_type, digest}, rules = see OPTIONS}
---@param leaves function|nil (put, err) -> boolean: whether a tag that may not be put stays as it is, without a failure
---@return table[]|nil stored {digest, unchanged = the tag was not put} each
---@return table|nil err
function guard.put_all(context, repository, puts, leaves)
  local stored, deferred = {}, {}
  local function for_each(step)
    return context.loop:all(puts, context.jobs, function(put, position)
      if stored[position] and stored[position].unchanged then
        return true
      end
      local ok, err = step(put, position)
      if not ok and leaves and leaves(put, err) then
        stored[position] = { digest = err.now, unchanged = true }
        return true
      end
      return ok, err
    end)
  end
  local ok, err = for_each(function(put, position)
    if not guard.is_set(put.rules) then
      return true
    end
    local may, now = guard.check(repository, put.name, put.rules, put.made.digest)
    stored[position] = may and now == put.made.digest and { digest = now, unchanged = true } or nil
    return may, now
  end)
  if ok then
    ok, err = for_each(function(put, position)
      local problem
      stored[position], problem = write(repository, put, deferred)
      return stored[position], problem
    end)
  end
  if ok then
    ok, err = for_each(function(put)
      if not guard.is_set(put.rules) then
        return true
      end
      return confirm(repository, put)
    end)
  end
  if ok then
    ok, err = repository:list_referrers(deferred)
  end
  return ok and stored, err
end

return guard
