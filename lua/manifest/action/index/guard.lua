--- Guards: a tag moves only while it is what the caller thinks it is.
--
-- Registries have no compare-and-swap in general, so a guarded tag is looked at just before it moves and once more
-- after; the condition goes along with the request too, for the registries that honour it.

local error_of = require("manifest.base.error")
local place = require("manifest.action.place")

local guard = {}

--- Names of the options that guard a tag.
guard.OPTIONS = {
  if_digest = "string", -- the tag must name this
  if_absent = "boolean", -- the tag must not be there
  no_clobber = "boolean", -- a tag that is there stays; the same bytes again are no failure
}

local function refuse(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
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
---@return table|nil err conflict or exists
function guard.allows(rules, name, now, wanted)
  if rules.if_absent and now then
    return refuse("exists", ("the tag %s is there already, it names %s"):format(name, now),
      "nothing was written; leave out the guard to move the tag")
  end
  if rules.no_clobber and now and wanted and now ~= wanted then
    return refuse("exists", ("the tag %s names %s, not %s"):format(name, now, wanted),
      "it stays as it is; leave out the guard to move the tag")
  end
  if rules.if_digest and now ~= rules.if_digest then
    return refuse("conflict", ("the tag %s names %s, not %s as it should"):format(name, now or "nothing",
      rules.if_digest), "somebody moved it: look again before you move it")
  end
  return true
end

--- The condition as a registry can check it by itself.
local function conditions(rules)
  if rules.if_digest then
    return { ["If-Match"] = ('"%s"'):format(rules.if_digest) }
  end
  if rules.if_absent or rules.no_clobber then
    return { ["If-None-Match"] = "*" }
  end
end

--- After the tag has moved: it must be ours still.
local function check_after(repository, name, wanted)
  local now, err = place.look(repository, name)
  if now == nil then
    return nil, err
  end
  if now ~= wanted then
    return refuse("conflict", ("the tag %s was moved to %s by somebody else, right after it was made %s"):format(name,
      now or "nothing", wanted), "look which of the two should stay")
  end
  return true
end

--- Puts a document under a tag as far as the guards allow it.
---@param repository table
---@param name string tag or digest
---@param made table {bytes, media_type, digest}
---@param rules table see OPTIONS
---@return table|nil stored {digest, unchanged = the tag named it already, subject = of the registry's answer}
---@return table|nil err
function guard.put(repository, name, made, rules)
  local is_guarded = guard.is_set(rules)
  if is_guarded then
    local now, err = place.look(repository, name)
    local ok
    if now ~= nil then
      ok, err = guard.allows(rules, name, now, made.digest)
    end
    if not ok then
      return nil, err
    end
    if now == made.digest then
      return { digest = now, unchanged = true }
    end
  end
  local stored, err = repository:put_manifest(name, made.bytes, made.media_type, { headers = conditions(rules) })
  if not stored and is_guarded and err.code == "conflict" and place.look(repository, name) == made.digest then
    return { digest = made.digest } -- an earlier try of this request was stored, only its answer was lost
  end
  if not stored then
    err.message = ("failed to put %s: %s"):format(name, err.message)
    return nil, err
  end
  if is_guarded then
    local ok
    ok, err = check_after(repository, name, made.digest)
    if not ok then
      return nil, err
    end
  end
  return stored
end

return guard
