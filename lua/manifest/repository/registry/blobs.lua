--- Blobs out of a repository: into memory, into a file, piece by piece, or streamed on. What arrives is hashed.

local core = require("manifest.base.core")
local later = require("manifest.base.later")
local measure = later("manifest.layer.measure")
local mirror = later("manifest.repository.registry.mirror")
local problem = require("manifest.repository.problem")

local blobs = {}

local function check_status(response, digest, domain)
  if response.status == 200 or response.status == 206 then
    return response
  end
  return nil, problem.of_response(response, "GET blob " .. digest, domain)
end

--- Fetches a blob; where its bytes go is said by the request: sink_file, sink_scratch, discard = true (hashed, not
--- kept), else memory, up to a limit in bytes.
local function get(repository, digest, request)
  request.method, request.path, request.digest, request.blob = "GET", "/blobs/" .. digest, digest, digest
  request.streams = (request.sink_file or request.sink_scratch) and (request.limit or math.huge) or nil
  local response, err = repository:read(request)
  if not response then
    return nil, err
  end
  return check_status(response, digest, repository.domain)
end

--- Fetches a small blob, such as a config, into memory.
---@param repository table
---@param digest string
---@param most integer? bytes; default as for manifests
---@return string|nil bytes
---@return table|nil err not_found, unauthorized, denied, digest_mismatch, too_large, ...
function blobs.bytes(repository, digest, most)
  local response, err = get(repository, digest, { limit = most or repository.manifest_limit })
  return response and response.body, err
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
  local response, err = repository:send({
    method = "GET", path = "/blobs/" .. digest, digest = not part.range_length and digest or nil, sink_pipe = pipe,
    streams = size, range_offset = part.range_offset, range_length = part.range_length,
  }, endpoint)
  if response then
    response, err = check_status(response, digest, (endpoint or repository).domain)
  end
  if not response and endpoint and err.code ~= "canceled" then
    mirror.fail(repository, endpoint, err)
    err.retryable = true
  end
  return response, err
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
---@return boolean|nil ok
---@return table|nil err
function blobs.save(repository, descriptor, path)
  local response, err = get(repository, descriptor.digest, { sink_file = path, limit = descriptor.size })
  if err and err.code == "too_large" then
    err.message = ("the blob %s has more than the %d bytes that its descriptor tells"):format(descriptor.digest,
      descriptor.size)
    err.hint = "the registry sends something else than the manifest names"
  end
  return response and true, err
end

--- Reads a blob in pieces. They arrive while other requests run, and wait in a file until they are whole and hash
--- right.
---@param repository table
---@param digest string
---@param take function|nil (piece) -> true | nil, err; none: it is only fetched and hashed
---@return integer|nil size
---@return table|nil err
function blobs.read(repository, digest, take)
  if not take then
    local response, err = get(repository, digest, { discard = true })
    return response and response.received, err
  end
  local file <close>, failure = core.file.scratch(os.getenv("TMPDIR") or "/tmp")
  if not file then
    return nil, failure
  end
  local response, err = get(repository, digest, { sink_scratch = file })
  local measured
  if response then
    measured, err = measure.open_file(file, "the blob " .. digest, { take = take })
  end
  return measured and measured.size, err
end

return blobs
