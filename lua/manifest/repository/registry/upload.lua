--- Blobs into a repository: mounted, sent, or streamed from another registry. Existing ones are not sent.

local core = require("manifest.base.core")
local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local interface = require("manifest.repository.interface")
local later = require("manifest.base.later")
local merged = require("manifest.base.merged")
local problem = require("manifest.repository.problem")
local chunks = later("manifest.repository.registry.chunks")
local session = later("manifest.repository.registry.session")

local caught, fail, try = failure.caught, failure.fail, failure.try

local upload = {}

local PIPE_BYTES = 128 * 1024 -- in flight for one blob, at most, of those that pass piece by piece
local LEAST_PIPE = 32 * 1024
local TRIES = 5 -- as many as of any request: of an upload that broke in the middle or that the registry forgot
local PAUSE = 0.2 -- seconds before the second of them at most, and half of that at least; twice as many before the next

--- The failure that caused the other: when one end of a stream breaks, the other is given up.
local function cause_of(errors)
  local first = errors[1]
  return first and not first.was_given_up and first or errors[2] or first
end

--- Runs both ends of a stream at once, joined by a bounded pipe. Within one registry the upload waits for bytes: a
--- registry that answers nothing else while it reads an upload would wait for itself.
--
-- A small blob passes as a whole: its pipe has room for all of it twice, which no end ever waits for, so both go over
-- the connections that other requests share (csrc/curl/transfer.h). The smallest are bounded as requests are.
---@param size integer|nil bytes that pass, nil when not known
---@param part table {range_offset, range_length}, or empty: the whole blob
---@param send function (body of a request) -> value
---@return any value of send
local function stream(repository, source, digest, size, part, send)
  local bytes = size or math.huge
  local is_whole = bytes <= interface.SHARED_BYTES
  local _ <close> = repository.loop:stream(bytes <= PIPE_BYTES)
  local pipe <close> = core.pipe(is_whole and math.max(2 * bytes + 2, LEAST_PIPE) or PIPE_BYTES, size)
  local results, errors = repository.loop:all({
    function()
      return source:body(digest).pipe(pipe, part, size)
    end,
    function()
      return send({
        body_pipe = pipe, streams = bytes, attempts = 1,
        after_body = is_whole or source.domain == repository.domain,
      })
    end,
  }, 2, function(run)
    return run()
  end, true)
  if results[2] then -- what was refused may be there: then nobody needs the rest of the source
    return results[2]
  end
  local err = cause_of(errors)
  err.message = ("copying blob %s from %s to %s: %s"):format(digest, source.domain, repository.domain, err.message)
  return fail(err)
end

--- Asks for an upload, or for a mount.
local function ask_for_upload(repository, mount)
  local query = mount and ("?mount=%s&from=%s"):format(mount.digest, mount.from) or ""
  local response = try(repository:send({ method = "POST", path = "/blobs/uploads/" .. query, body = "" }))
  if mount and response.status == 201 then
    local said = response.headers["docker-content-digest"]
    return said == mount.digest or not digest_name.contradicts(said, mount.digest)
  end
  local is_opened = not mount and (response.status == 200 or response.status == 201) and response.headers.location
  if response.status == 202 or is_opened then
    repository.least_chunk = math.tointeger(tonumber(response.headers["oci-chunk-min-length"]))
    return session.url(repository, response)
  end
  return fail(problem.of_response(response, "POST blob upload", repository.domain))
end

--- Opens an upload. Once it is asked for, the registry may have opened it: its name is waited for even when nobody
--- wants it any more, so that it can be given up.
---@param repository table `least_chunk` becomes what the registry says of the size of parts
---@param mount table|nil {digest, from}: it may be mounted instead
---@return any url of the open session; true: the blob was mounted; false: something else was
function upload.open(repository, mount)
  return (try(repository.loop:shield(function()
    return ask_for_upload(repository, mount)
  end)))
end

local function tell_again(repository, attempt, seconds, err)
  local teller = repository.loop.control.teller
  if teller then
    teller:tell { event = "retry", attempt = attempt, seconds = seconds, reason = err.message, status = err.status,
      registry = repository.domain, repository = repository.path }
  end
end

--- Sends a blob, again from the start in an upload of its own when that may help: after a failure, in parts after a
--- refusal as too large, and after a 429 in the same upload.
---@param repository table
---@param url string|nil an upload that is open already
---@param size integer|nil bytes of the blob
---@param send function (url) -> true
---@param may_help function (err) -> boolean
local function in_new_uploads(repository, url, size, send, may_help)
  local since, tries = core.clock(), 1
  while true do
    url = url or upload.open(repository)
    local is_whole = not chunks.are_wanted(repository, size)
    local ok, why = caught(send, url)
    if ok then
      return true
    end
    local waits = session.may_wait(repository, why, since)
    if not waits and not (is_whole and why.status == 413 and chunks.learn(repository, size)) then
      if tries >= TRIES or not may_help(why) or not repository:may_retry() then
        fail(why)
      end
      local pause = PAUSE * 2 ^ (tries - 1) * (1 + math.random()) / 2
      tell_again(repository, tries, pause, why)
      repository.loop:sleep(pause)
      tries = tries + 1
    end
    url = waits and repository.loop.uploads[url] and url or nil --[[@as string?]]
  end
end

--- Copies a blob by way of this process, again when the stream broke.
---@param url string|nil an upload that is open already
local function copy_through(repository, url, descriptor, source)
  local digest, size = descriptor.digest, descriptor.size
  return in_new_uploads(repository, url, size, function(open_url)
    if not chunks.are_wanted(repository, size) then
      return stream(repository, source, digest, size, {}, function(body)
        return session.finish(repository, open_url, digest, body)
      end)
    end
    return chunks.send(repository, open_url, digest, size, function(request, offset, length)
      return stream(repository, source, digest, length, { range_offset = offset, range_length = length }, function(body)
        return try(repository:send(merged(request, body)))
      end)
    end)
  end, function(err)
    return err.retryable and err.status ~= 429 -- one that may pass soon was waited out
  end)
end

--- The bytes of a body that is at hand.
local function size_of(body)
  if body.body then
    return #body.body
  end
  local size = body.body_length
  if not size then
    local file <close> = io.open(body.body_file, "rb") -- what cannot be opened is told by who sends it
    size = file and file:seek("end", 0)
  end
  return size
end

--- A part of a body that is at hand, as the body of a request.
local function add_part(request, body, offset, length)
  if body.body then
    request.body = body.body:sub(offset + 1, offset + length)
  else
    request.body_file, request.streams = body.body_file, length
    request.body_offset, request.body_length = (body.body_offset or 0) + offset, length
  end
  return request
end

--- Sends a blob that is at hand.
---@param url string|nil an upload that is open already
local function send_body(repository, url, digest, body)
  local size = size_of(body)
  return in_new_uploads(repository, url, size, function(open_url)
    if not chunks.are_wanted(repository, size) then
      return session.finish(repository, open_url, digest, body.body and body or add_part({}, body, 0, size))
    end
    return chunks.send(repository, open_url, digest, size, function(request, offset, length)
      add_part(request, body, offset, length)
      return try(repository:send(request))
    end)
  end, function(err)
    return err.status == 404 -- anything else was tried often enough
  end)
end

--- Brings a blob of another repository here: by a mount where both are of one registry, else out of its file when that
--- is a layout or an archive, else by streaming it. A mount that is not granted (202) goes on in the upload that its
--- answer opened; a refused one in an upload of its own.
---@param repository table the target
---@param descriptor table {digest=, size=, reader = another repository that has it: what is not mounted is read there}
---@param source table the repository that has it
---@return boolean ok; fails with not_found (the source lacks it), unauthorized, denied, digest_mismatch, ...
function upload.copy(repository, descriptor, source)
  local digest, reader = descriptor.digest, descriptor.reader or source
  local function store(url)
    local body = try(reader:body(digest))
    if body.pipe then
      return copy_through(repository, url, descriptor, reader)
    end
    return send_body(repository, url, digest, body)
  end
  local function bring()
    return session.exists(repository, digest) or store()
  end
  repository.brought[digest] = bring
  if source.domain ~= repository.domain then
    return bring()
  end
  local url, refusal = caught(upload.open, repository, { digest = digest, from = source.path })
  if url == true then
    return true
  end
  if refusal and not refusal.status and refusal.code ~= "redirect" then -- one that does not say where it goes on
    fail(refusal)
  end
  return store(url or nil)
end

--- Sends a blob unless it is there.
---@param repository table the target
---@param digest string of the content
---@param body table {body=bytes} or {body_file=path}
---@return boolean ok; fails with unauthorized, denied, digest_mismatch, io, ...
function upload.send(repository, digest, body)
  local function bring()
    return session.exists(repository, digest) or send_body(repository, nil, digest, body)
  end
  repository.brought[digest] = bring
  return bring()
end

--- Gives up every upload of a loop that is still open: what an interrupted command owes the registry. docker-registry
--- refuses that once bytes have arrived (its URL of the upload carries the offset); there its own purging has to do it.
---@param loop table
---@param seconds number to learn the names of those that were just asked for, and as many again for all of them
function upload.abandon_all(loop, seconds)
  loop:watch(function()
    return not next(loop.shielded)
  end, seconds)
  local urls = {}
  for url in pairs(loop.uploads) do
    urls[#urls + 1] = url
  end
  loop:all(urls, #urls, function(url)
    session.abandon(loop.uploads[url], url, seconds)
    return true
  end, true)
end

return upload
