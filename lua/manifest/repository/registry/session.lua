--- One upload of a blob that is open in a registry: where it goes on, ended with the blob's digest, or given up.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local merged = require("manifest.base.merged")
local problem = require("manifest.repository.problem")

local fail, try = failure.fail, failure.try

local session = {}

local ABANDON_SECONDS = 5

---@type table<integer, true?>
local stored = { [200] = true, [201] = true, [204] = true }

--- Answers to a GET of a blob's first byte that say whether it is there. An empty one has no first byte (416).
local READ = { [200] = true, [206] = true, [404] = false, [410] = false, [416] = true }

--- Is a blob there of which HEAD is refused? Some gateways let through no HEAD at all: a GET of its first byte tells.
local function can_be_read(repository, digest, endpoint)
  local response = repository:send({
    method = "GET", path = "/blobs/" .. digest, range_offset = 0, range_length = 1, discard = true,
  }, endpoint)
  return response and READ[response.status]
end

--- Statuses of a HEAD that say that a blob is absent, or that sending it is the way to find out: HEAD is not known.
---@type table<integer, true?>
local ABSENT = { [404] = true, [405] = true, [410] = true, [501] = true }

--- Is the blob there? A HEAD sent on to a place where only GET is allowed was answered by a registry that has it; one
--- that is refused is confirmed by a GET.
---@param repository table
---@param digest string
---@param endpoint table|nil a mirror of the repository, to ask that
---@return boolean there; fails with unauthorized, denied, ...
function session.exists(repository, digest, endpoint)
  local domain = (endpoint or repository).domain
  local response = try(repository:send({ method = "HEAD", path = "/blobs/" .. digest }, endpoint))
  local status, there = response.status, nil
  if status == 200 or status == 204 then
    return true
  end
  if problem.is_elsewhere(response, domain) then
    return status == 403 or status == 405
  end
  if ABSENT[status] then
    return false
  end
  if problem.is_refusal(status) then
    there = can_be_read(repository, digest, endpoint)
  end
  if there == nil then
    fail(problem.of_response(response, "HEAD blob " .. digest, domain))
  end
  return there
end

--- Adds the digest to an upload's URL without touching what the registry put there.
local function with_digest(location, digest)
  return location .. (location:find("?", 1, true) and "&" or "?") .. "digest=" .. digest:gsub(":", "%%3A")
end

--- Where the upload goes on, resolved against the URL that answered. From here on it is open: it is noted, so that an
--- interrupted command can still give it up.
---@param repository table
---@param response table
---@param before string|nil the URL that it had until now
---@return string url; fails with redirect
function session.url(repository, response, before)
  local location = response.headers.location
  if not location and before then
    return before
  end
  local url, warning = core.location(response.url, location or "", response.host)
  if not url then
    fail(repository:failed(warning))
  end
  if warning then
    repository.loop:warn(warning)
  end
  if before then
    repository.loop.uploads[before] = nil
  end
  repository.loop.uploads[url] = repository
  return url
end

--- Gives up an open upload, so that nothing stays behind where the registry lets us.
---@param repository table
---@param url string
---@param seconds number|nil
function session.abandon(repository, url, seconds)
  repository.loop.uploads[url] = nil
  repository:send({ method = "DELETE", url = url, attempts = 1, timeout = seconds or ABANDON_SECONDS })
end

--- May a 429 (err.held) be waited out? The engine asks nothing of the registry before it may be asked again.
---@param repository table
---@param err table
---@param since number when it was begun: a client's `timeout` ends it
---@return boolean
function session.may_wait(repository, err, since)
  return err.held ~= nil and (not repository.timeout or core.clock() - since < repository.timeout)
end

--- Finishes an open upload in one request: with the whole blob, or with nothing when all its parts were sent. One that
--- fails is given up; a 429 may pass (err.held), and the upload stays open. A registry that refuses what it has already
--- has it: another client was quicker, or it stores nothing twice. One that says neither yes nor no (202) is looked at.
---@param repository table
---@param url string
---@param digest string
---@param body table of a request; of a file with streams
---@return boolean ok
function session.finish(repository, url, digest, body)
  local response, why = repository:send(merged({
    method = "PUT", url = with_digest(url, digest), blob = digest,
    headers = { ["Content-Type"] = "application/octet-stream" },
  }, body))
  if response and stored[response.status] then
    repository.loop.uploads[url] = nil
    return true
  end
  ---@type any
  local err = why or problem.of_response(response, "PUT blob " .. digest, repository.domain)
  err.held = response and response.held and true or nil ---@type boolean?
  if err.held then
    fail(err)
  end
  -- 404: it was sent again after an answer that was lost, by us or inside libcurl, so that the upload is over and the
  -- blob there; or the registry has forgotten the upload, and a new one may do.
  local is_lost = response and response.status == 404
  if is_lost then
    repository.loop.uploads[url] = nil
  else
    session.abandon(repository, url)
  end
  local is_open = response and (problem.is_refusal(response.status) or response.status // 100 == 2)
  if is_open and session.exists(repository, digest) then
    return true
  end
  err.retryable = err.retryable or is_lost
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail(err)
end

return session
