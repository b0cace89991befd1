--- Manifests of a repository: read, looked at, stored, deleted.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local limit = require("manifest.repository.limit")
local media_type = require("manifest.name.media_type")
local problem = require("manifest.repository.problem")
local told_by = require("manifest.repository.registry.told")
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
    digest = response.digest,
    size = #response.body,
    response = problem.outline(response),
  }
end

--- Is a GET the way to learn it? Where HEAD is not served, or tells nothing of use, or was sent on to a place whose
--- signed URL is good for GET alone.
local function must_get(repository, reference, response)
  local status = response.status
  if status == 405 or status == 501 then
    repository.loop.without_head[repository.domain] = true
    return true
  end
  if status == 200 then
    local told = told_by.digest(response)
    return not told or is_digest(reference) and not told_by.same_algorithm(told, reference)
  end
  return (status == 400 or status == 403 or status == 404) and problem.is_elsewhere(response, repository.domain)
end

--- A manifest without its bytes.
function manifests.head(repository, reference)
  if repository.loop.without_head[repository.domain] then
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
  if must_get(repository, reference, response) then
    return manifests.get(repository, reference)
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

local function put_once(repository, reference, bytes, kind, options)
  local headers, instead_of = { ["Content-Type"] = kind }, options and options.instead_of
  if instead_of ~= nil then
    headers[instead_of and "If-Match" or "If-None-Match"] = instead_of and ('"%s"'):format(instead_of) or "*"
  end
  local digest = "sha256:" .. core.hash.sum("sha256", bytes)
  local response, err = repository:send({
    method = "PUT", path = "/manifests/" .. reference, headers = headers, body = bytes,
  })
  if not response then
    return nil, err
  end
  if response.status < 200 or response.status > 204 then
    return nil, problem.of_response(response, "PUT manifest " .. reference, repository.domain)
  end
  local other = told_by.another(response, digest)
  if other then
    return nil, mismatch(repository.domain, "stored %s as %s although it hashes to %s", reference, other, digest)
  end
  if response.status ~= 201 and not told_by.digest(response) then
    local ok
    ok, err = confirm(repository, reference, digest)
    if not ok then
      return nil, err
    end
  end
  local subject = response.headers["oci-subject"]
  return { digest = digest, size = #bytes, media_type = kind, subject = type(subject) == "string" and subject or nil }
end

--- Does a reference name these bytes already? A registry that stores nothing twice, or moves no tag, refuses them then.
local function is_there(repository, reference, digest)
  local found = manifests.head(repository, reference)
  if found and not told_by.same_algorithm(found.digest, digest) then
    found = manifests.get(repository, reference)
  end
  return found ~= nil and found.digest == digest
end

--- A manifest that was stored needs no more than time, see restore.lua.
local function nothing_to_do()
  return true
end

--- Stores a manifest.
function manifests.put(repository, reference, bytes, kind, options)
  local ok, refusal = limit.check(repository, bytes)
  if not ok then
    return nil, refusal
  end
  local stored, err = restore.put(repository, bytes, function()
    return put_once(repository, reference, bytes, kind, options)
  end)
  if not stored and problem.is_refusal(err.status) then
    local digest = "sha256:" .. core.hash.sum("sha256", bytes)
    stored = is_there(repository, reference, digest) and { digest = digest, size = #bytes, media_type = kind } or nil
  end
  if not stored then
    return nil, err
  end
  restore.note(repository, stored.digest, nothing_to_do)
  return stored
end

--- Deletes a manifest or a tag.
function manifests.delete(repository, reference)
  local response, err = repository:send({ method = "DELETE", path = "/manifests/" .. reference })
  if not response then
    return nil, err
  end
  if GONE[response.status] then
    return true
  end
  if response.status == 404 then
    return false
  end
  return nil, problem.of_response(response, "DELETE manifest " .. reference, repository.domain)
end

return manifests
