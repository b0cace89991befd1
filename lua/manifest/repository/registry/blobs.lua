--- Blobs out of a repository: into memory, into a file, piece by piece, or streamed on. What arrives is hashed.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local later = require("manifest.base.later")
local measure = later("manifest.layer.measure")
local mirror = later("manifest.repository.registry.mirror")
local problem = require("manifest.repository.problem")

local amend, fail, try = failure.amend, failure.fail, failure.try

local blobs = {}

local function check_status(response, digest, domain)
  if response.status ~= 200 and response.status ~= 206 then
    fail(problem.of_response(response, "GET blob " .. digest, domain))
  end
  return response
end

--- Fetches a blob; where its bytes go is said by the request: sink_file, sink_scratch, discard = true (hashed, not
--- kept), else memory, up to a limit in bytes.
local function get(repository, digest, request)
  request.method, request.path, request.digest, request.blob = "GET", "/blobs/" .. digest, digest, digest
  request.streams = (request.sink_file or request.sink_scratch) and (request.limit or math.huge) or nil
  return check_status(repository:read(request), digest, repository.domain)
end

--- Fetches a small blob, such as a config, into memory.
---@param repository table
---@param digest string
---@param most integer? bytes; default as for manifests
---@return string bytes; fails with not_found, unauthorized, denied, digest_mismatch, too_large, ...
function blobs.bytes(repository, digest, most)
  return get(repository, digest, { limit = most or repository.manifest_limit }).body
end

--- Streams a blob into a pipe. That cannot be begun twice, so a mirror is asked first whether it has the blob; one that
--- breaks off all the same is left out when the caller streams it again.
local function stream(repository, digest, pipe, part, size)
  local endpoint
  if repository.endpoints[2] then
    endpoint = select(2, mirror.first(repository, function(one)
      return repository:has_blob(digest, one)
    end))
  end
  local _ <close> = amend(endpoint and function(err)
    if err.code ~= "canceled" and not err.was_given_up then
      mirror.fail(repository, endpoint, err)
      err.retryable = true
    end
  end)
  return check_status(try(repository:send({
    method = "GET", path = "/blobs/" .. digest, digest = not part.range_length and digest or nil, sink_pipe = pipe,
    streams = size, range_offset = part.range_offset, range_length = part.range_length,
  }, endpoint)), digest, (endpoint or repository).domain)
end

--- Where the bytes of a blob are, for an upload: in a stream.
---@param repository table
---@param digest string
---@return table body {pipe = fn(pipe, part, size): streams it there; part = range_offset and range_length (bytes), or
--- empty: all of it; size: bytes, nil when not known}
function blobs.body(repository, digest)
  return { pipe = function(pipe, part, size)
    return stream(repository, digest, pipe, part or {}, size or math.huge)
  end }
end

--- Writes a blob into a new file.
---@param repository table
---@param descriptor table {digest, size}
---@param path string
---@return boolean ok
function blobs.save(repository, descriptor, path)
  local _ <close> = amend(function(err)
    if err.code == "too_large" then
      err.message = ("the blob %s has more than the %d bytes that its descriptor tells"):format(descriptor.digest,
        descriptor.size)
      err.hint = "the registry sends something else than the manifest names"
    end
  end)
  get(repository, descriptor.digest, { sink_file = path, limit = descriptor.size })
  return true
end

--- Reads a blob in pieces. They arrive while other requests run, and wait in a file until they are whole and hash
--- right.
---@param repository table
---@param digest string
---@param take function|nil (piece); none: it is only fetched and hashed
---@return integer size
function blobs.read(repository, digest, take)
  if not take then
    return get(repository, digest, { discard = true }).received
  end
  local file <close> = try(core.file.scratch(os.getenv("TMPDIR") or "/tmp"))
  get(repository, digest, { sink_scratch = file })
  return measure.open_file(file, "the blob " .. digest, { take = take }).size
end

return blobs
