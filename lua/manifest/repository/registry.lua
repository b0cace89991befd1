--- A repository in a registry: manifests and blobs by the distribution specification, as bytes with their media type.
--
-- Nothing here decodes an index. Whatever is asked for by digest must hash to it; whatever arrives is hashed. This file
-- sends requests; what they mean is in the files beside it, of which some are compiled when they are first used.

local blobs = require("manifest.repository.registry.blobs")
local challenge = require("manifest.repository.registry.challenge")
local core = require("manifest.base.core")
local later = require("manifest.base.later")
local holders = later("manifest.repository.registry.holders")
local limit = require("manifest.repository.limit")
local manifests = require("manifest.repository.registry.manifests")
local mirror = require("manifest.repository.registry.mirror")
local problem = require("manifest.repository.problem")
local reference_name = require("manifest.name.reference")
local referrer_list = later("manifest.repository.referrer_list")
local referrers = later("manifest.repository.registry.referrers")
local tags = later("manifest.repository.registry.tags")
local upload = later("manifest.repository.registry.upload")
local warning = later("manifest.repository.registry.warning")

local methods = {}
local mt = { __name = "manifest.repository", __index = methods }

--- Seconds for a body that is streamed, unless the client has a limit of its own: however large it is, it goes on as
--- long as bytes flow (stall_timeout), and no longer than a week.
local STREAM_TIMEOUT = 7 * 24 * 60 * 60

--- What a token for a place must cover: the repository itself, and what else the verb reads there.
local function scopes_of(place, actions, also)
  local scopes = { ("repository:%s:%s"):format(place.path, actions) }
  return core.scopes(table.move(also or {}, 1, #(also or {}), 2, scopes))
end

--- Opens a repository; nothing is sent yet.
---@param loop table
---@param options table domain, path; actions ("pull" or "pull,push"); also (scopes of what else the verb reads in this
--- registry, so that one token serves all), or scopes (of core.scopes: all of them); timeout (seconds); retries (of
--- core.allowance: for all requests of the verb); jobs (requests at once); manifest_limit (bytes); chunk_size (bytes:
--- larger blobs go in parts); mirrors (by domain, for a repository that is only read); shared (false: nobody else
--- writes lists of referrers now)
local function new(loop, options)
  local actions = options.actions or "pull"
  local places = mirror.places(actions == "pull" and options.mirrors, options.domain, options.path)
  for index, place in ipairs(places) do
    local own = index == #places
    place.scopes = own and options.scopes or scopes_of(place, actions, own and options.also)
    place.retries = own and options.retries or nil -- a dead mirror must not use up the registry's
  end
  return setmetatable({
    loop = loop,
    domain = options.domain,
    path = options.path,
    identity = ("%s/%s"):format(options.domain, options.path),
    base = places[#places].base,
    places = places, -- to read from; the registry itself is the last
    timeout = options.timeout,
    jobs = options.jobs or 1,
    manifest_limit = options.manifest_limit or limit.DEFAULT,
    chunk_size = options.chunk_size,
    brought = {}, -- [digest] = function that brings the blob again (restore.lua)
    shared = options.shared,
    subjects = {}, -- [digest] = what that manifest refers to (referrer.lua)
  }, mt)
end

--- What a token for this repository is asked for.
function methods:token_scopes()
  return self.places[#self.places].scopes
end

--- Asks for the token of another repository of this registry, which covers this one.
---@param other table repository
function methods:share_token(other)
  self.places[#self.places].scopes = other:token_scopes()
end

--- Whether a blob of another repository can be mounted here: the registry links it, no byte moves.
---@param other table repository
---@return boolean
function methods:mounts_from(other)
  return other.domain == self.domain
end

--- What to do about errors of what a server sent, by code; their words need its name.
local ABOUT_ANSWER = {
  redirect = "the registry's answer is unsafe; nothing was sent on",
  too_large = "look at what answers there; the client's option 'manifest_limit' allows larger manifests",
}

--- Completes an error with what only this room knows, and takes out what an error must not hold.
---@param err table
---@param place table|nil the mirror that it is about
---@return table err
function methods:failed(err, place)
  local domain = place and place.domain or self.domain
  problem.clean(err)
  if ABOUT_ANSWER[err.code] and not err.message:find(domain, 1, true) then
    err.message = domain .. ": " .. err.message
    err.hint = ABOUT_ANSWER[err.code]
  end
  return err:with({ host = domain })
end

--- May the verb send something again? For what is no request of its own, such as a stream.
---@return boolean
function methods:may_retry()
  local retries = self.places[#self.places].retries
  return retries == nil or retries:take()
end

--- Sends a request below this repository (path) or to a URL that the registry gave (url).
---@param request table method, path or url, headers, body, body_file, body_pipe, sink_pipe, sink_file, limit, ...
---@param place table|nil one of `places`: a mirror; default the registry itself
---@return table|nil response any HTTP status
---@return table|nil err network, tls, timeout, unauthorized, redirect, ...
function methods:send(request, place)
  place = place or self.places[#self.places]
  local refused = problem.of_headers(place.domain, request.headers)
  if refused then
    return nil, self:failed(refused, place)
  end
  local own = {
    url = place.base .. (request.path or ""), home = place.base, registry = place.domain, repository = place.path,
    scopes = place.scopes, retries = place.retries, timeout = self.timeout, attempts = place.attempts,
  }
  for name, value in pairs(request) do
    own[name] = value
  end
  own.timeout = own.timeout or (own.bulk or own.discard) and STREAM_TIMEOUT or nil
  local may_learn = place.learned == nil and not (own.body_pipe or own.sink_pipe)
  local response, err = self.loop:request(own)
  if not response and may_learn and challenge.is_missing(err) and challenge.ask(self, place) then
    response, err = self.loop:request(own)
  end
  if response then
    if response.headers.warning then
      warning.pass_on(self.loop, place.domain, response)
    end
    return response
  end
  return nil, self:failed(err, place)
end

local function is_success(response)
  return response.status >= 200 and response.status <= 299
end

--- Sends a request that only reads: to each mirror first.
---@param request table as for send, without sink_pipe
---@param check function? (response, domain) -> true | nil, err: is a success what was asked for?
---@return table|nil response of a mirror: a success; of the registry: any HTTP status
---@return table|nil err of send, or of check
function methods:read(request, check)
  local function ask(place)
    local response, err = self:send(request, place)
    local ok = response ~= nil
    if ok and check and is_success(response) then
      ok, err = check(response, place.domain)
    end
    return ok and response or nil, err
  end
  local found = mirror.first(self, function(place)
    local response, err = ask(place)
    if response and not is_success(response) then
      return nil, problem.of_response(response, request.method .. " " .. request.path, place.domain)
    end
    return response, err
  end)
  if found then
    return found
  end
  return ask(self.places[#self.places])
end

--- Fetches a manifest, list or index.
---@param reference string tag or digest
---@param options table? accept (media types, comma-separated)
---@return table|nil got {bytes, media_type (the header's, nil when it says nothing useful), digest, size, response}
---@return table|nil err not_found, unauthorized, denied, digest_mismatch, too_large, ...
function methods:manifest(reference, options)
  return manifests.get(self, reference, options)
end

--- Asks for a manifest's descriptor without its bytes; a registry that cannot tell it, or says that there is none, is
--- asked for the bytes.
---@param reference string tag or digest
---@param options table? believe_404 (a 404 is believed as it is: for who only sends again what is not there)
---@return table|nil found {digest, size, media_type, response}
---@return table|nil err not_found, unauthorized, denied, digest_mismatch, ...
function methods:head(reference, options)
  return manifests.head(self, reference, options)
end

--- What a registry can do: whether it deletes a tag alone shows only when it is told to.
methods.can = { write = true, untagged = false, delete_tag = "try" }

--- Refuses a manifest that is too large to be stored; put_manifest does so too.
methods.check_manifest = limit.check

--- Refuses what is no tag, before anything is sent: `a?b` would be put as `a`.
---@param tag string
---@return boolean|nil ok
---@return table|nil err invalid_reference
function methods:check_tag(tag)
  local ref, err = reference_name.parse(self.identity)
  if ref then
    ref, err = ref:with_tag(tag)
  end
  return ref and true, err
end

--- Stores a manifest under a tag or its digest.
---@param reference string tag or digest
---@param bytes string
---@param kind string media type
---@param options table? instead_of, digest, defer; manifests.lua says what they are
---@return table|nil stored {digest, size, media_type, listed}
---@return table|nil err unauthorized, denied, conflict, too_large, digest_mismatch, registry, ...; with is_stored when
--- only the list of referrers is at fault
function methods:put_manifest(reference, bytes, kind, options)
  return manifests.put(self, reference, bytes, kind, options)
end

--- Lists referrers that were stored with `defer`; referrer_list.lua says how.
---@param deferred table[]
---@param options table|nil tolerant
---@return table|nil tags
---@return table|nil err
function methods:list_referrers(deferred, options)
  if #deferred == 0 then
    return {}
  end
  return referrer_list.keep(self, deferred, options)
end

--- Deletes a manifest by digest, or a tag where the registry allows that. A manifest that refers to another is taken
--- off the list of its referrers.
---@param reference string tag or digest
---@return boolean|nil deleted false: it was gone already
---@return table|nil err unsupported (with digest_alone: it deletes by digest, and not by tag), denied, ...
function methods:delete(reference)
  return manifests.delete(self, reference)
end

--- Who names a manifest; holders.lua says how that is found out.
---@param digest string
---@return table|nil found {tags = of the digest, parents = of indexes that lead to it, as tags or digests}
---@return table|nil err
function methods:holders(digest)
  return holders.of(self, digest, self.jobs)
end

--- Lists the tags; tags.lua says how.
---@param options table|nil see tags.lua
---@return string[]|nil names
---@return table|nil err not_found, unauthorized, denied, too_large, ...
function methods:tags(options)
  return tags.list(self, options)
end

--- Lists what refers to a digest; referrers.lua says how.
---@param digest string
---@param options table|nil see referrers.lua
---@return table[]|nil descriptors
---@return table|nil err unauthorized, denied, conflict, too_large, ...
function methods:referrers(digest, options)
  return referrers.list(self, digest, options)
end

--- Fetches a small blob, such as a config, into memory.
---@param digest string
---@param most integer? bytes; default as for manifests
---@return string|nil bytes
---@return table|nil err not_found, unauthorized, denied, digest_mismatch, too_large, ...
function methods:blob(digest, most)
  local response, err = blobs.get(self, digest, { limit = most or self.manifest_limit })
  return response and response.body, err
end

--- Reads a blob of any size in pieces.
---@param digest string
---@param take function|nil (piece) -> true | nil, err; none: it is only fetched and hashed
---@return integer|nil size
---@return table|nil err as of blob; of take
function methods:read_blob(digest, take)
  return blobs.read(self, digest, take)
end

--- Writes a blob into a new file.
---@param descriptor table {digest, size}
---@param path string
---@return boolean|nil ok
---@return table|nil err
function methods:save_blob(descriptor, path)
  return blobs.save(self, descriptor, path)
end

--- Where the bytes of a blob are, for an upload: in a stream.
---@param digest string
---@return table body {pipe = fn(pipe, part): streams it there; part = range_offset and range_length, or empty}
function methods:body(digest)
  return { pipe = function(pipe, part)
    return blobs.stream(self, digest, pipe, part or {})
  end }
end

--- Is the blob there?
---@param digest string
---@param place table|nil one of `places`: a mirror; default the registry itself
---@return boolean|nil there
---@return table|nil err when the registry could not be asked, or may not tell
function methods:has_blob(digest, place)
  return upload.exists(self, digest, place)
end

--- Brings a blob of another repository here (upload.lua says how).
---@param descriptor table {digest=, size=}
---@param source table repository
function methods:copy_blob(descriptor, source)
  return upload.copy(self, descriptor, source)
end

--- Stores a blob unless it is there.
---@param digest string of the content
---@param body table {body=bytes} or {body_file=path}
function methods:upload(digest, body)
  return upload.send(self, digest, body)
end

--- Nothing stays open: connections are the engine's.
function methods:close() -- luacheck: ignore self
end

return { new = new }
