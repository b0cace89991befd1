--- Blobs into a repository: mounted, sent, or streamed from another registry. Existing ones are not sent.

local core = require("manifest.base.core")
local problem = require("manifest.repository.problem")
local restore = require("manifest.repository.registry.restore")
local shield = require("manifest.engine.shield")
local told = require("manifest.repository.registry.told")

local upload = {}

local PIPE_BYTES = 128 * 1024 -- in flight for one blob, at most
local ABANDON_SECONDS = 5
local TRIES = 3 -- of an upload that broke in the middle or that the registry forgot

local stored = { [200] = true, [201] = true, [204] = true }

--- Is the blob there? A HEAD sent on to a place where only GET is allowed was answered by a registry that has it; one
--- that does not know HEAD leaves it open, and sending is then the way to find out.
---@param repository table
---@param digest string
---@param place table|nil a mirror of the repository, to ask that
---@return boolean|nil there
---@return table|nil err unauthorized, denied, ...
function upload.exists(repository, digest, place)
  local domain = (place or repository).domain
  local response, err = repository:send({ method = "HEAD", path = "/blobs/" .. digest }, place)
  if not response then
    return nil, err
  end
  local status = response.status
  if status == 200 or status == 204 then
    return true
  end
  if problem.is_elsewhere(response, domain) then
    return status == 403 or status == 405
  end
  if status == 404 or status == 405 or status == 501 then
    return false
  end
  return nil, problem.of_response(response, "HEAD blob " .. digest, domain)
end

--- Adds the digest to an upload's URL without touching what the registry put there.
local function with_digest(location, digest)
  return location .. (location:find("?", 1, true) and "&" or "?") .. "digest=" .. digest:gsub(":", "%%3A")
end

--- Where the upload goes on, resolved against the URL that answered. From here on it is open: it is noted, so that an
--- interrupted command can still give it up.
local function session_url(repository, response)
  local url, warning = core.location(response.url, response.headers.location or "")
  if not url then
    return nil, repository:failed(warning)
  end
  if warning then
    repository.loop:warn(warning)
  end
  repository.loop.uploads[url] = repository
  return url
end

--- Asks for an upload, or for a mount.
local function ask_for_upload(repository, mount)
  local query = mount and ("?mount=%s&from=%s"):format(mount.digest, mount.from) or ""
  local response, err = repository:send({ method = "POST", path = "/blobs/uploads/" .. query, body = "" })
  if not response then
    return nil, err
  end
  if mount and response.status == 201 then
    return not told.another(response, mount.digest)
  end
  if response.status == 202 then
    return session_url(repository, response)
  end
  return nil, problem.of_response(response, "POST blob upload", repository.domain)
end

--- Opens an upload. Once it is asked for, the registry may have opened it: its name is waited for even when nobody
--- wants it any more, so that it can be given up.
---@param mount table|nil {digest, from}: it may be mounted instead
---@return string|boolean|nil url of the open session; true: the blob was mounted; false: something else was
---@return table|nil err
local function open(repository, mount)
  return shield.run(repository.loop, function()
    return ask_for_upload(repository, mount)
  end)
end

--- Gives up an open upload, so that nothing stays behind where the registry lets us.
local function abandon(repository, url, seconds)
  repository.loop.uploads[url] = nil
  repository:send({ method = "DELETE", url = url, attempts = 1, timeout = seconds })
end

local function is_lost(response)
  return response ~= nil and response.status == 404
end

--- Finishes an open upload with the whole blob in one request; one that fails is given up.
local function finish(repository, url, digest, body)
  body.method, body.url = "PUT", with_digest(url, digest)
  body.bulk = body.bulk or body.body_file ~= nil
  body.headers = { ["Content-Type"] = "application/octet-stream" }
  local response, err = repository:send(body)
  if response and stored[response.status] then
    repository.loop.uploads[url] = nil
    return true
  end
  if is_lost(response) then
    -- Sent again after an answer that was lost, by us or inside libcurl: the upload is over, and the blob is there.
    -- Else the registry has forgotten the upload, and a new one may do.
    repository.loop.uploads[url] = nil
    if upload.exists(repository, digest) then
      return true
    end
  else
    abandon(repository, url, ABANDON_SECONDS)
  end
  err = err or problem.of_response(response, "PUT blob " .. digest, repository.domain)
  err.retryable = err.retryable or is_lost(response)
  return nil, err
end

--- The failure that caused the other: when one end of a stream breaks, the other is canceled.
local function cause_of(errors)
  local first = errors[1]
  return first and first.code ~= "canceled" and first or errors[2] or first
end

--- Streams a blob from SOURCE into an open upload. Both ends run at once, joined by a bounded pipe. Within one registry
--- the upload waits for bytes: a registry that answers nothing else while it reads an upload would wait for itself.
local function stream(repository, url, descriptor, source)
  local _ <close> = repository.loop:stream()
  local pipe <close> = core.pipe(PIPE_BYTES, descriptor.size or -1)
  local ends = {
    function()
      return source:get_blob(descriptor.digest, { sink_pipe = pipe })
    end,
    function()
      local body = { body_pipe = pipe, bulk = true, attempts = 1, after_body = source.domain == repository.domain }
      return finish(repository, url, descriptor.digest, body)
    end,
  }
  local _, errors = repository.loop:all(ends, #ends, function(run)
    return run()
  end, true)
  local err = cause_of(errors)
  if not err then
    return true
  end
  err.message = ("copying blob %s from %s to %s: %s"):format(descriptor.digest, source.domain, repository.domain,
    err.message)
  return nil, err
end

--- Calls a function that stores a blob, unless it is there.
local function unless_there(repository, digest, store)
  local there, failure = upload.exists(repository, digest)
  if there ~= false then
    return there, failure
  end
  return store()
end

--- Sends a blob, again from the start in an upload of its own when that may help.
---@param url string|nil an upload that is open already
---@param send function (url) -> true | nil, err
---@param may_help function (err) -> boolean
local function in_new_uploads(repository, url, send, may_help)
  local ok, err
  for _ = 1, TRIES do
    if not url then
      url, err = open(repository)
    end
    if not url then
      return nil, err
    end
    ok, err = send(url)
    if ok then
      return true
    end
    if not may_help(err) or not repository:may_retry() then
      return nil, err
    end
    url = nil
  end
  return nil, err
end

--- Copies a blob by way of this process, again when the stream broke.
---@param url string|nil an upload that is open already
local function copy_through(repository, url, descriptor, source)
  return in_new_uploads(repository, url, function(open_url)
    return stream(repository, open_url, descriptor, source)
  end, function(err)
    return err.retryable
  end)
end

--- Where a source that is on this disk has a blob, as the body of a request; false for a source in a registry.
local function body_on_disk(source, digest)
  if source.blob_path then
    local path, err = source:blob_path(digest)
    return path and { body_file = path }, err
  end
  if source.blob_range then
    local range, err = source:blob_range(digest)
    return range and { body_file = range.path, body_offset = range.offset, body_length = range.size }, err
  end
  return false
end

--- Brings a blob of another repository here: out of its file when that is a layout or an archive, by a mount where both
--- are of one registry, else by streaming it. A mount that is not granted (202) goes on in the upload that its answer
--- opened; a refused one in an upload of its own.
---@param repository table the target
---@param descriptor table {digest=, size=}
---@param source table the repository that has it
---@return boolean|nil ok
---@return table|nil err not_found (the source lacks it), unauthorized, denied, digest_mismatch, ...
function upload.copy(repository, descriptor, source)
  local body, failure = body_on_disk(source, descriptor.digest)
  if body == nil then
    return nil, failure
  end
  if body then
    return upload.send(repository, descriptor.digest, body)
  end
  local function bring()
    return unless_there(repository, descriptor.digest, function()
      return copy_through(repository, nil, descriptor, source)
    end)
  end
  restore.note(repository, descriptor.digest, bring)
  if source.domain ~= repository.domain then
    return bring()
  end
  local url, err = open(repository, { digest = descriptor.digest, from = source.path })
  if url == true then
    return true
  end
  if not url and err and not err.status then
    return nil, err
  end
  return copy_through(repository, url or nil, descriptor, source)
end

--- Sends a blob unless it is there.
---@param repository table the target
---@param digest string of the content
---@param body table {body=bytes} or {body_file=path}
---@return boolean|nil ok
---@return table|nil err unauthorized, denied, digest_mismatch, io, ...
function upload.send(repository, digest, body)
  local function bring()
    return unless_there(repository, digest, function()
      return in_new_uploads(repository, nil, function(url)
        return finish(repository, url, digest, body)
      end, function(err)
        return err.status == 404 -- anything else was tried often enough
      end)
    end)
  end
  restore.note(repository, digest, bring)
  return bring()
end

--- Gives up every upload of a loop that is still open: what an interrupted command owes the registry. docker-registry
--- refuses that once bytes have arrived (its URL of the upload carries the offset); there its own purging has to do it.
---@param loop table
---@param seconds number to learn the names of those that were just asked for, and as many again for all of them
function upload.abandon_all(loop, seconds)
  shield.settle(loop, seconds)
  local urls = {}
  for url in pairs(loop.uploads) do
    urls[#urls + 1] = url
  end
  loop:all(urls, #urls, function(url)
    abandon(loop.uploads[url], url, seconds)
    return true
  end, true)
end

return upload
