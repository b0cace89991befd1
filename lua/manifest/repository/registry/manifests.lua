--- Manifests of a repository: read, looked at, stored, deleted.

local digest_at = require("manifest.repository.digest_at")
local digest_name = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local limit = require("manifest.repository.limit")
local media_type = require("manifest.name.media_type")
local problem = require("manifest.repository.problem")
local referrer = require("manifest.repository.referrer")
local told_by = require("manifest.repository.registry.told")
local referrer_list = require("manifest.base.later")("manifest.repository.referrer_list")
local restore = require("manifest.base.later")("manifest.repository.registry.restore")

local manifests = {}

local GONE = { [200] = true, [202] = true, [204] = true }

local function is_digest(reference)
  return reference:find(":", 1, true) ~= nil
end

local function mismatch(domain, message, ...)
  return error_of.new({
    code = "digest_mismatch", message = domain .. " " .. message:format(...), host = domain,
  })
end

--- A success is a manifest; that it is another one than its headers say is told.
local function check_manifest(repository, reference, response, domain)
  if not response.body:find("^%s*{") then
    return nil, error_of.new({
      code = "invalid_manifest", host = domain,
      message = ("%s answered GET manifest %s with something else than a manifest"):format(domain, reference),
      hint = "check the registry's name; a login page or a proxy may have answered",
    })
  end
  local other = told_by.another(response, response.digest)
  if other then
    repository.loop:warn(("%s says that %s of %s is %s, and its bytes hash to %s: the bytes are believed"):format(
      domain, reference, repository.path, other, response.digest))
  end
  return true
end

--- The digest by which the registry names a document, when that is what its bytes hash to. It may be a sha512.
local function digest_of(reference, response)
  local said = told_by.digest(response)
  if is_digest(reference) or not said or told_by.same_algorithm(said, response.digest) then
    return response.digest
  end
  return digest_name.matches(response.body, said) and said or response.digest
end

--- Fetches a manifest; registry.lua tells parameters and results of these four.
function manifests.get(repository, reference, options)
  local response, err = repository:read({
    method = "GET",
    path = "/manifests/" .. reference,
    headers = { Accept = options and options.accept or media_type.accept },
    limit = repository.manifest_limit,
    digest = is_digest(reference) and reference or nil,
  }, function(answer, domain)
    return check_manifest(repository, reference, answer, domain)
  end)
  if not response then
    return nil, err
  end
  if response.status ~= 200 then
    return nil, problem.of_response(response, "GET manifest " .. reference, repository.domain)
  end
  return {
    bytes = response.body,
    media_type = media_type.of_header(response.headers["content-type"]),
    digest = digest_of(reference, response),
    size = #response.body,
    response = problem.outline(response),
  }
end

--- Statuses that a GET would get as well: the registry counts requests, or is not well.
local FINAL = { [408] = true, [429] = true, [502] = true, [503] = true, [504] = true }

--- Does the registry serve no HEAD of manifests? (A 404 says nothing: the manifest may have come just before the GET.)
local function serves_no_head(status, got)
  return status == 405 or status == 501 or (status == 403 and got ~= nil)
end

--- Is a GET the way to learn it? A HEAD that tells no digest of use says little, and one that is refused says nothing:
--- registries answer it 403, 404 or 405 and serve the manifest, and a signed URL that it leads to may be good for GET
--- alone.
local function must_get(reference, response, options)
  local status = response.status
  if status == 200 then
    local told = told_by.digest(response)
    return not told or is_digest(reference) and not told_by.same_algorithm(told, reference)
  end
  return not FINAL[status] and not (status == 404 and options and options.believe_404)
end

--- What one HEAD to the registry itself tells, and no GET after it: that would count as a pull.
local function head_alone(repository, reference)
  local response, err = repository:send({
    method = "HEAD", path = "/manifests/" .. reference, headers = { Accept = media_type.accept },
  })
  if not response then
    return nil, err
  end
  if response.status ~= 200 then
    return nil, problem.of_response(response, "HEAD manifest " .. reference, repository.domain)
  end
  return {
    digest = told_by.digest(response), media_type = media_type.of_header(response.headers["content-type"]),
    response = problem.outline(response),
  }
end

--- A manifest without its bytes.
function manifests.head(repository, reference, options)
  if options and options.head_alone then
    return head_alone(repository, reference)
  end
  local without_head = repository.loop.without_head
  if without_head[repository.domain] then
    return manifests.get(repository, reference)
  end
  local response, err = repository:read({
    method = "HEAD", path = "/manifests/" .. reference, headers = { Accept = media_type.accept },
  }, function(answer, domain)
    local other = is_digest(reference) and told_by.another(answer, reference)
    return not other, other and mismatch(domain, "says that %s is %s", reference, other)
  end)
  if not response then
    return nil, err
  end
  if must_get(reference, response, options) then
    local got
    got, err = manifests.get(repository, reference)
    if serves_no_head(response.status, got) and not problem.is_elsewhere(response, repository.domain) then
      without_head[repository.domain] = true
    end
    return got, err
  end
  if response.status ~= 200 then
    return nil, problem.of_response(response, "HEAD manifest " .. reference, repository.domain)
  end
  return {
    digest = told_by.digest(response),
    size = math.tointeger(tonumber(response.headers["content-length"])),
    media_type = media_type.of_header(response.headers["content-type"]),
    response = problem.outline(response),
  }
end

--- Makes sure that an answer other than 201 was no mere politeness: some servers say 200 to everything.
local function confirm(repository, reference, digest)
  local found, err = manifests.head(repository, reference)
  if not found then
    return nil, err
  end
  if found.digest == digest or not told_by.same_algorithm(found.digest, digest) then
    return true
  end
  return nil, mismatch(repository.domain, "has %s as %s, not as the %s that was stored", reference, found.digest,
    digest)
end

--- One PUT.
---@param where string below /manifests/
---@param digest string of the bytes, as the repository is to know them
local function put_once(repository, where, bytes, kind, digest, instead_of)
  local headers = { ["Content-Type"] = kind }
  if instead_of ~= nil then
    headers[instead_of and "If-Match" or "If-None-Match"] = instead_of and ('"%s"'):format(instead_of) or "*"
  end
  local response, err = repository:send({
    method = "PUT", path = "/manifests/" .. where, headers = headers, body = bytes,
  })
  if not response then
    return nil, err
  end
  if response.status < 200 or response.status > 204 then
    return nil, problem.of_response(response, "PUT manifest " .. where, repository.domain)
  end
  local other = told_by.another(response, digest)
  if other then
    return nil, mismatch(repository.domain, "stored %s as %s although it hashes to %s", where, other, digest)
  end
  if response.status ~= 201 and not told_by.digest(response) then
    local ok
    ok, err = confirm(repository, where, digest)
    if not ok then
      return nil, err
    end
  end
  return { digest = digest, size = #bytes, media_type = kind, subject = response.headers["oci-subject"] }
end

--- Puts a document under a tag that is to name it by another algorithm than sha256, where the registry knows how.
---@return table|nil stored nil alone: it does not
---@return table|nil err
local function put_named(repository, tag, bytes, kind, digest)
  local stored, err = put_once(repository, ("%s?tag=%s"):format(digest, tag), bytes, kind, digest)
  if stored then
    local found = manifests.head(repository, tag)
    return found and found.digest == digest and stored or nil
  end
  return nil, not problem.is_refusal(err.status) and err or nil
end

local function put(repository, reference, bytes, kind, options)
  local digest = is_digest(reference) and reference or options.digest
  if digest and digest ~= reference and digest_name.algorithm(digest) ~= "sha256" then
    local stored, err = put_named(repository, reference, bytes, kind, digest)
    if stored or err then
      return stored, err
    end
    digest = nil
  end
  return put_once(repository, reference, bytes, kind, digest or digest_name.of(bytes), options.instead_of)
end

--- Sees that a stored manifest which refers to another one is listed among its referrers.
---@param stored table of put_once; gets listed
---@return table|nil stored
---@return table|nil err with is_stored
local function keep_listed(repository, stored, bytes, options)
  local subject, descriptor = referrer.describe(bytes, stored.media_type, stored.digest)
  local noted = stored.subject -- by the registry
  stored.subject = nil
  if not subject then
    return stored
  end
  if noted == subject then
    stored.listed = false
    return stored
  end
  local one = { subject = subject, descriptor = descriptor }
  if options.defer then
    table.insert(options.defer, one)
    return stored
  end
  local tags, err = repository:list_referrers({ one })
  stored.listed = tags and tags[1]
  return tags and stored, err
end

--- Does a reference name these bytes already? A registry that stores nothing twice, or moves no tag, refuses them
--- then.
local function is_there(repository, reference, digest)
  return digest_at(repository, reference, digest) == digest
end

--- A manifest that was stored needs no more than time, see restore.lua.
local function nothing_to_do()
  return true
end

--- Stores a manifest.
---@param options table|nil instead_of (digest, or false for none: what the reference must name now, for registries
--- that heed such a condition); digest (of the bytes: a tag keeps its algorithm where the registry knows how); defer
--- (a list that gets what is still to be listed as a referrer, for list_referrers; without it that is done here)
---@return table|nil stored {digest, size, media_type, listed (tag of the list of referrers that names it now;
--- false: the registry lists it; nil: it refers to nothing, or that was deferred)}
---@return table|nil err
function manifests.put(repository, reference, bytes, kind, options)
  local ok, refusal = limit.check(repository, bytes)
  if not ok then
    return nil, refusal
  end
  options = options or {}
  local stored, err = restore.put(repository, bytes, function()
    return put(repository, reference, bytes, kind, options)
  end)
  if not stored and problem.is_refusal(err.status) then
    local digest = is_digest(reference) and reference or options.digest or digest_name.of(bytes)
    stored = is_there(repository, reference, digest) and { digest = digest, size = #bytes, media_type = kind } or nil
  end
  if not stored then
    return nil, err
  end
  restore.note(repository, stored.digest, nothing_to_do)
  return keep_listed(repository, stored, bytes, options)
end

--- Codes that a registry which deletes by digest alone has for a tag, beside the status 405.
local DIGEST_ALONE = { UNSUPPORTED = true, DIGEST_INVALID = true }

local function delete(repository, reference)
  local response, err = repository:send({ method = "DELETE", path = "/manifests/" .. reference })
  if not response then
    return nil, err
  end
  local status = response.status
  if GONE[status] then
    return true
  end
  if status == 404 then
    return false
  end
  err = problem.of_response(response, "DELETE manifest " .. reference, repository.domain)
  if not is_digest(reference) and (status == 405 or status == 400 and problem.has_code(err.errors, DIGEST_ALONE)) then
    err.code, err.digest_alone = "unsupported", true
  end
  return nil, err
end

--- Takes a manifest that is gone off the list of its subject's referrers. It is gone: a failure is a warning.
local function unlist(repository, subject, digest)
  local ok, err = referrer_list.remove(repository, subject, digest)
  if not ok then
    repository.loop:warn(("%s is deleted, and still listed among what refers to %s: %s"):format(digest, subject,
      err.message))
  end
end

--- Deletes a manifest or a tag.
function manifests.delete(repository, reference)
  local subject
  if is_digest(reference) then
    local got = manifests.get(repository, reference)
    subject = got and referrer.describe(got.bytes, got.media_type, reference)
  end
  local done, err = delete(repository, reference)
  if done and subject then
    unlist(repository, subject, reference)
  end
  return done, err
end

return manifests
