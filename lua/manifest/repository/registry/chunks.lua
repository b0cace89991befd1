--- A blob sent in parts: where the client says so, or where a registry (or what stands before it) refused a body as too
--- large. Parts go one after the other; a part that got lost is sent again from where the registry says that it is.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local problem = require("manifest.repository.problem")
local session = require("manifest.repository.registry.session")

local caught, fail = failure.caught, failure.fail

local chunks = {}

--- Bytes of a part, tried one after the other while a registry refuses them as too large.
local SIZES = { 8 << 20, 2 << 20, 512 << 10, 128 << 10, 32 << 10 }
local MOST_LEAST = 64 << 20 -- a registry may ask for parts of at least so many bytes
local LEAST = 8 << 10 -- bytes of a part, after some that broke off
local TRIES = 5 -- in a row that bring an upload no further

--- How a registry takes blobs: {above = bytes: larger ones go in parts, size = bytes of a part}; nil: whole.
local function rules_of(repository)
  local known = repository.loop.chunks
  if not known[repository.domain] and repository.chunk_size then
    known[repository.domain] = { above = repository.chunk_size, size = repository.chunk_size }
  end
  return known[repository.domain]
end

--- The size of the next part.
---@param limit integer|nil bytes
local function size_of_chunk(repository, limit)
  local size = math.min(rules_of(repository).size, limit or math.huge)
  return math.max(size, math.min(repository.least_chunk or 0, MOST_LEAST))
end

--- Is a blob of that size to be sent in parts?
---@param repository table
---@param size integer|nil
---@return boolean
function chunks.are_wanted(repository, size)
  local rules = rules_of(repository)
  return rules ~= nil and size ~= nil and size > rules.above
end

--- Learns from a refusal as too large.
---@param repository table
---@param sent integer|nil bytes of the body that was refused
---@return boolean smaller is there a smaller size to try?
function chunks.learn(repository, sent)
  local rules = rules_of(repository) or { above = math.huge, size = math.huge }
  local size = rules.size
  for _, smaller in ipairs(SIZES) do
    if sent and size >= sent and smaller < sent then
      size = smaller
    end
  end
  if not sent or size >= sent then
    return false
  end
  repository.loop.chunks[repository.domain] = { above = math.min(rules.above, sent - 1), size = size }
  return size_of_chunk(repository) < sent
end

--- The number of bytes that a registry says to have: the header is `0-LAST`, where `0-0` may stand for none at all.
local function received(response)
  local header = response.headers.range
  local last = header and header:match("^b?y?t?e?s?=?0%-(%d+)$")
  last = last and math.tointeger(tonumber(last))
  return last and (last == 0 and 0 or last + 1)
end

--- Asks how far an upload has come.
---@return table|nil state {url, offset}
local function ask(repository, url, size)
  local response = repository:send({ method = "GET", url = url })
  local offset = response and response.status >= 200 and response.status <= 204 and received(response)
  local now = offset and offset <= size and caught(session.url, repository, response, url)
  return now and { url = now, offset = offset } or nil
end

--- Sends one part. One that was taken is there unless its answer names an end within it: Amazon's registry names the
--- end of the first part each time, others the length of the last one.
---@return table state {url, offset}: where the upload goes on
local function send_part(repository, state, digest, length, send)
  local last = state.offset + length - 1
  local response = send({ method = "PATCH", url = state.url, blob = digest, blob_offset = state.offset, headers = {
    ["Content-Type"] = "application/octet-stream", ["Content-Range"] = ("%d-%d"):format(state.offset, last),
  } }, state.offset, length)
  if response.status < 200 or response.status > 204 then
    local err = problem.of_response(response, "PATCH blob upload", repository.domain)
    err.held = response.held and true or nil
    err.retryable = err.retryable or response.status == 416
    fail(err)
  end
  local offset = received(response) or last + 1
  offset = offset == last + 2 and last + 1 or offset -- who names the first byte that is missing in place of the last
  local url = session.url(repository, response, state.url)
  if offset > last + 1 then
    fail {
      code = "registry", host = repository.domain,
      message = ("%s says that it has %d bytes of an upload that was sent %d"):format(repository.domain, offset,
        last + 1),
    }
  end
  return { url = url, offset = offset > state.offset and offset or last + 1 }
end

--- What to go on with after a part that failed: smaller parts, the same once more, or from where the registry is.
local function recover(repository, state, size, length, err)
  if session.may_wait(repository, err, state.since) then
    return state
  end
  if err.status == 413 then
    return chunks.learn(repository, length) and state or nil
  end
  local is_waited_out = err.status == 429
  local now = err.retryable and not is_waited_out and ask(repository, state.url, size)
  local is_further = now and now.offset > state.offset -- its answer was lost: nothing was sent in vain
  return now and (is_further or repository:may_retry()) and now or nil
end

--- Completes where an upload is with how it goes. What stands in between may cut long requests off: after a part that
--- brought nothing the next one is much smaller, after each that arrived a little larger.
local function follow(now, before, length)
  local got_further = now.offset > before.offset
  now.idle = got_further and 0 or before.idle + 1
  now.since = got_further and core.clock() or before.since
  now.limit = before.limit and before.limit * 9 // 8
  if not got_further then
    now.limit = math.max(LEAST, length // 8)
  end
end

--- Sends a blob into an open upload and finishes it; one that fails is given up.
---@param repository table
---@param url string
---@param digest string
---@param size integer
---@param send function (request, offset, length) -> response: sends a request with these bytes as its body
---@return boolean ok
function chunks.send(repository, url, digest, size, send)
  local state = { url = url, offset = 0, idle = 0, since = core.clock() }
  while state.offset < size do
    local length = math.min(size_of_chunk(repository, state.limit), size - state.offset)
    local now, why = caught(send_part, repository, state, digest, length, send)
    now = now or recover(repository, state, size, length, why)
    if now and now ~= state then
      follow(now, state, length)
    end
    if not now or now.idle >= TRIES then
      session.abandon(repository, now and now.url or state.url)
      fail(why)
    end
    state = now
  end
  return session.finish(repository, state.url, digest, { body = "", blob_offset = size })
end

return chunks
