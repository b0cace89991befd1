--- Manifests of a repository: read, looked at, stored, deleted.

local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local interface = require("manifest.repository.interface")
local later = require("manifest.base.later")
local media_type = require("manifest.name.media_type")
local problem = require("manifest.repository.problem")
local referrer = later("manifest.repository.referrer")
local referrer_list = later("manifest.repository.referrer_list")
local restore = later("manifest.repository.registry.restore")
local there_already = later("manifest.repository.registry.there_already")

local caught, fail, try = failure.caught, failure.fail, failure.try

local manifests = {}

local GONE = { [200] = true, [202] = true, [204] = true } ---@type table<integer, true?>

local function is_digest(reference)
  return reference:find(":", 1, true) ~= nil
end

local function mismatch(domain, message, ...)
  fail { code = "digest_mismatch", message = domain .. " " .. message:format(...), host = domain }
end

--- The digest that an answer says, when it is one that can be checked.
local function said_by(response)
  local said = response.headers["docker-content-digest"]
  return said and digest_name.is(said) and said or nil
end

local function is_same_algorithm(one, other)
  return one:match("^[^:]*") == other:match("^[^:]*")
end

--- A success is a manifest.
local function check_manifest(reference, response, domain)
  local listed = not response.body:find('"schemaVersion"', 1, true) and problem.list_of(response.body) or {}
  if #listed > 0 then -- what stands before a registry may give its refusal the status 200
    fail(problem.of_response(response, "GET manifest " .. reference, domain))
  end
  if not response.body:find("^%s*{") then
    fail {
      code = "invalid_manifest", host = domain,
      message = ("%s answered GET manifest %s with something else than a manifest"):format(domain, reference),
      hint = "check the registry's name; a login page or a proxy may have answered",
    }
  end
end

--- The digest by which the registry names a document, when that is what its bytes hash to. It may be a sha512.
local function digest_of(reference, response)
  local said = response.headers["docker-content-digest"]
  if is_digest(reference) or not said or is_same_algorithm(said, response.digest) or not digest_name.is(said) then
    return response.digest
  end
  return digest_name.matches(response.body, said) and said or response.digest
end

--- What a tag names whose bytes are not what its answer says: the header may be wrong, or somebody on the way has
--- written the document anew. The one that is there by its digest is taken, for what names the other cannot be pulled.
---@param domain string who said it
local function proved(repository, domain, reference, response, options)
  local said, own = response.headers["docker-content-digest"], response.digest
  local words = ("%s says that %s of %s is %s, and its bytes hash to %s"):format(domain, reference, repository.path,
    said, own)
  for _, digest in ipairs { own, said } do
    local got, why = caught(manifests.get, repository, digest, options)
    if got then
      repository.loop:warn(words .. (digest == own and ": the bytes are believed"
        or ", which it does not have: what it has by that digest is taken"))
      return got
    end
    if why.code ~= "digest_mismatch" and not problem.is_refusal(why.status) then
      fail(why)
    end
  end
  return fail {
    code = "digest_mismatch", host = domain, message = words .. ": it has neither by its digest",
    hint = "nobody could pull what is named so: ask the registry's operator, or push the image again",
  }
end

--- Fetches a manifest, list or index.
---@param repository table
---@param reference string tag or digest
---@param options table? accept (media types, comma-separated), attempts (how often it may be sent)
---@return table got {raw, media_type (the header's, nil when it says nothing useful), digest, size, response}; fails
--- with not_found, unauthorized, denied, digest_mismatch, too_large, ...
function manifests.get(repository, reference, options)
  local doubted ---@type string|false|nil
  local response = repository:read({
    method = "GET", path = "/manifests/" .. reference,
    headers = { Accept = options and options.accept or media_type.accept },
    limit = repository.manifest_limit, attempts = options and options.attempts,
    digest = is_digest(reference) and reference or nil,
  }, function(answer, domain)
    local said = answer.headers["docker-content-digest"]
    doubted = not is_digest(reference) and said ~= answer.digest and digest_name.contradicts(said, answer.digest)
      and domain
    check_manifest(reference, answer, domain)
  end)
  if response.status ~= 200 then
    try(nil, problem.of_response(response, "GET manifest " .. reference, repository.domain)) -- fail would copy it
  end
  if doubted then
    return proved(repository, doubted, reference, response, options)
  end
  return {
    raw = response.body, size = #response.body, digest = digest_of(reference, response),
    media_type = media_type.of_header(response.headers["content-type"]), response = problem.outline(response),
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
local function must_get(reference, response, said, options)
  local status = response.status
  if status == 200 then
    return not said or is_digest(reference) and not is_same_algorithm(said, reference)
  end
  return not FINAL[status] and not (status == 404 and options and options.believe_404)
end

--- The size that the answer to a HEAD tells; nil when that is of no use: some servers say 0, and of an encoded body it
--- is another.
local function size_of(headers)
  local size = not headers["content-encoding"] and math.tointeger(tonumber(headers["content-length"]))
  return size and size > 0 and size or nil
end

--- What the headers of an answer to HEAD say.
local function described(repository, reference, response)
  if response.status ~= 200 then
    try(nil, problem.of_response(response, "HEAD manifest " .. reference, repository.domain))
  end
  return {
    digest = said_by(response), size = size_of(response.headers),
    media_type = media_type.of_header(response.headers["content-type"]), response = problem.outline(response),
  }
end

--- The digest that was asked for is the one that a success says.
local function check_said(answer, domain, reference)
  local said = answer.headers["docker-content-digest"]
  if is_digest(reference) and digest_name.contradicts(said, reference) then
    mismatch(domain, "says that %s is %s", reference, said)
  end
end

--- Asks for a manifest's descriptor without its bytes; a registry that cannot tell it, or says that there is none, is
--- asked for the bytes.
---@param repository table
---@param reference string tag or digest
---@param options table? believe_404 (a 404 is believed as it is: for who only sends again what is not there),
--- head_alone (only a HEAD, and no mirror: for who asks for its headers; a GET after it would count as a pull)
---@return table found {digest, size, media_type, response}; fails with not_found, unauthorized, denied,
--- digest_mismatch, ...
function manifests.head(repository, reference, options)
  local request = { method = "HEAD", path = "/manifests/" .. reference, headers = { Accept = media_type.accept } }
  if options and options.head_alone then
    return described(repository, reference, try(repository:send(request)))
  end
  local without_head = repository.loop.without_head
  if without_head[repository.domain] then
    return manifests.get(repository, reference)
  end
  local response = repository:read(request, check_said, reference)
  if must_get(reference, response, said_by(response), options) then
    local got, why = caught(manifests.get, repository, reference)
    if serves_no_head(response.status, got) and not problem.is_elsewhere(response, repository.domain) then
      without_head[repository.domain] = true
    end
    return (try(got, why))
  end
  return described(repository, reference, response)
end

--- Makes sure that an answer other than 201 was no mere politeness: some servers say 200 to everything.
local function confirm(repository, reference, digest)
  local found = manifests.head(repository, reference)
  if found.digest ~= digest and is_same_algorithm(found.digest, digest) then
    mismatch(repository.domain, "has %s as %s, not as the %s that was stored", reference, found.digest, digest)
  end
end

--- One PUT.
---@param where string below /manifests/
---@param digest string of the bytes, as the repository is to know them
local function put_once(repository, where, bytes, kind, digest, instead_of)
  local headers = { ["Content-Type"] = kind }
  if instead_of ~= nil then
    headers[instead_of and "If-Match" or "If-None-Match"] = instead_of and ('"%s"'):format(instead_of) or "*"
  end
  local request = { method = "PUT", path = "/manifests/" .. where, headers = headers, body = bytes }
  local response = try(repository:send(request))
  if response.status < 200 or response.status > 204 then
    fail(problem.of_response(response, "PUT manifest " .. where, repository.domain))
  end
  local said = response.headers["docker-content-digest"]
  if said ~= digest and digest_name.contradicts(said, digest) then
    mismatch(repository.domain, "stored %s as %s although it hashes to %s", where, said, digest)
  end
  if response.status ~= 201 and not said_by(response) then
    confirm(repository, where, digest)
  end
  return { digest = digest, size = #bytes, media_type = kind, subject = response.headers["oci-subject"] }
end

--- Puts a document under a tag that is to name it by another algorithm than sha256, where the registry knows how.
---@return table|nil stored nil: it does not
local function put_named(repository, tag, bytes, kind, digest)
  local stored, why = caught(put_once, repository, ("%s?tag=%s"):format(digest, tag), bytes, kind, digest)
  if not stored and not problem.is_refusal(why.status) then
    fail(why)
  end
  local found = stored and caught(manifests.head, repository, tag)
  return found and found.digest == digest and stored or nil
end

local function put(repository, reference, document, options)
  local bytes, kind = document.raw, document.media_type
  local digest = is_digest(reference) and reference or document.digest
  if digest and digest ~= reference and not digest:find("^sha256:") then
    local stored = put_named(repository, reference, bytes, kind, digest)
    if stored then
      return stored
    end
    digest = nil
  end
  return put_once(repository, reference, bytes, kind, digest or digest_name.of(bytes), options.instead_of)
end

--- Sees that a stored manifest which refers to another one is listed among its referrers.
---@param stored table of put_once; gets listed
---@return table stored; fails with is_stored
local function keep_listed(repository, stored, bytes, options)
  local noted = stored.subject -- by the registry
  stored.subject = nil
  if not bytes:find("subject", 1, true) then
    return stored
  end
  local subject, descriptor = referrer.describe(bytes, stored.media_type, stored.digest)
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
  stored.listed = try(repository:list_referrers({ one }))[1]
  return stored
end

--- A manifest that was stored needs no more than time, see restore.lua.
local function nothing_to_do()
  return true
end

--- Stores a manifest under a tag or its digest.
---@param reference string tag or digest
---@param document table {raw, media_type, digest (of the bytes, when it is known: a tag keeps its algorithm where the
--- registry knows how)}
---@param options table|nil instead_of (digest, or false for none: what the reference must name now, for registries
--- that heed such a condition); defer (a list that gets what is still to be listed as a referrer, for list_referrers;
--- without it that is done here)
---@return table stored {digest, size, media_type, listed (tag of the list of referrers that names it now;
--- false: the registry lists it; nil: it refers to nothing, or that was deferred)}; fails with unauthorized, denied,
--- conflict, too_large, digest_mismatch, registry, ...; with is_stored when only the list of referrers is at fault
function manifests.put(repository, reference, document, options)
  local bytes = document.raw
  if #bytes > repository.manifest_limit then
    return interface.check_manifest(repository, bytes) --[[@as any]] -- it fails
  end
  options = options or {}
  local function store()
    return put(repository, reference, document, options)
  end
  local stored, why = caught(store)
  if not stored then
    stored, why = caught(restore.retry, repository, bytes, why, store)
  end
  stored = stored or there_already.find(repository, reference, document, why) or fail(why)
  repository.brought[stored.digest] = nothing_to_do
  return keep_listed(repository, stored, bytes, options)
end

--- Codes that a registry which deletes by digest alone has for a tag, beside the status 405 (which Azure's also has for
--- one that is locked: conflict).
local DIGEST_ALONE = { UNSUPPORTED = true, DIGEST_INVALID = true }

local function delete(repository, reference)
  local response = try(repository:send({ method = "DELETE", path = "/manifests/" .. reference }))
  local status = response.status
  if GONE[status] or status == 404 then
    return { gone = status ~= 404 }
  end
  local err = problem.of_response(response, "DELETE manifest " .. reference, repository.domain)
  local by_digest = status == 405 and err.code ~= "conflict"
    or status == 400 and problem.has_code(err.errors, DIGEST_ALONE)
  if by_digest and not is_digest(reference) then
    err.code, err.digest_alone = "unsupported", true
  end
  return fail(err)
end

--- Takes a manifest that is gone off the list of its subject's referrers. It is gone: a failure is a warning.
local function unlist(repository, subject, digest)
  local ok, why = caught(referrer_list.remove, repository, subject, digest)
  if not ok then
    repository.loop:warn(("%s is deleted, and still listed among what refers to %s: %s"):format(digest, subject,
      why.message))
  end
end

--- Deletes a manifest by digest, or a tag where the registry allows that. A manifest that refers to another is taken
--- off the list of its referrers.
---@param reference string tag or digest
---@return table deleted {gone = false: it was not there any more}; fails with unsupported (with digest_alone: it
--- deletes by digest, and not by tag), denied, ...
function manifests.delete(repository, reference)
  local subject
  if is_digest(reference) then
    local got = caught(manifests.get, repository, reference)
    subject = got and referrer.describe(got.raw, got.media_type, reference)
  end
  local done = delete(repository, reference)
  if done.gone and subject then
    unlist(repository, subject, reference)
  end
  return done
end

return manifests
