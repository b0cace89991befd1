--- A repository in a registry: manifests and blobs by the distribution specification, as bytes with their media type.
--
-- Nothing here decodes an index. Whatever is asked for by digest must hash to it; whatever arrives is hashed. This file
-- sends requests; what they mean is in the files of its folder, of which some are compiled when they are first used.

local blobs = require("manifest.repository.registry.blobs")
local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local hub = require("manifest.name.hub")
local interface = require("manifest.repository.interface")
local later = require("manifest.base.later")
local manifests = require("manifest.repository.registry.manifests")
local media_type = require("manifest.name.media_type")
local problem = require("manifest.repository.problem")
local text = require("manifest.base.text")
local mirror = later("manifest.repository.registry.mirror")
local reference_name = later("manifest.name.reference")
local warning = later("manifest.repository.registry.warning")

local fail = failure.fail

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local methods = {
  --- What a registry can do: whether it deletes a tag alone shows only when it is told to.
  can = { write = true, untagged = false, incomplete = false, delete_tag = "try" },
  check_manifest = interface.check_manifest,
  manifest = manifests.get, head = manifests.head, put_manifest = manifests.put, delete = manifests.delete,
  blob = blobs.bytes, read_blob = blobs.read, save_blob = blobs.save, body = blobs.body,
}
local mt = { __name = "manifest.repository", __index = methods }

--- Methods that few verbs call: the module of each, which is compiled then, and its name there.
local upload = later("manifest.repository.registry.upload")
---@type table<string, {[1]: table, [2]: string}?>
local FURTHER = {
  copy_blob = { upload, "copy" }, upload = { upload, "send" },
  delete_tags = { later("manifest.repository.registry.delete_tags"), "run" },
  has_blob = { later("manifest.repository.registry.session"), "exists" },
  holders = { later("manifest.repository.registry.holders"), "of" },
  list_referrers = { later("manifest.repository.referrer_list"), "keep" },
  referrers = { later("manifest.repository.registry.referrers"), "list" },
  tags = { later("manifest.repository.registry.tags"), "list" },
}

setmetatable(methods, {
  __index = function(_, name)
    local further = FURTHER[name]
    if further then
      local module = further[1] ---@type table
      methods[name] = failure.returned(module[further[2]])
      return methods[name]
    end
  end,
})

--- Seconds for a body that is streamed, unless the client has a limit of its own: however large it is, it goes on as
--- long as bytes flow (stall_timeout), and no longer than a week.
local STREAM_TIMEOUT = 7 * 24 * 60 * 60

--- What a token must cover: a repository, and what else the verb reads in that registry.
local function scopes_of(path, actions, also)
  local scopes = { ("repository:%s:%s"):format(path, actions) }
  return core.scopes(table.move(also or {}, 1, #(also or {}), 2, scopes))
end

--- The mirrors of a repository that is only read.
local function mirrors_of(options, actions)
  if actions ~= "pull" or not options.mirrors then
    return {}
  end
  local endpoints = mirror.endpoints(options.mirrors[options.domain], options.path)
  for _, endpoint in ipairs(endpoints) do
    endpoint.scopes = scopes_of(endpoint.path, actions)
  end
  return endpoints
end

--- Opens a repository; nothing is sent yet.
---@param loop table
---@param options table domain, path; actions ("pull" or "pull,push"); also (scopes of what else the verb reads in this
--- registry, so that one token serves all), or scopes (of core.scopes: all of them); timeout (seconds); retries (of
--- core.allowance: for all requests of the verb; a dead mirror does not use them up); jobs (requests at once);
--- manifest_limit (bytes); chunk_size (bytes: larger blobs go in parts); mirrors (by domain, for a repository that is
--- only read); shared (false: nobody else writes lists of referrers now)
local function new(loop, options)
  local domain, path, actions = options.domain, options.path, options.actions or "pull"
  local endpoints = mirrors_of(options, actions)
  endpoints[#endpoints + 1] = {
    domain = domain, path = path, scopes = options.scopes or scopes_of(path, actions, options.also),
    base = ("%s/v2/%s"):format(hub.url(domain), path), retries = options.retries,
  }
  return setmetatable({
    loop = loop, domain = domain, path = path, identity = ("%s/%s"):format(domain, path),
    endpoints = endpoints, -- to read from; the registry itself is the last
    timeout = options.timeout, jobs = options.jobs or 1, chunk_size = options.chunk_size, shared = options.shared,
    manifest_limit = options.manifest_limit or interface.MANIFEST_LIMIT,
    brought = {}, -- [digest] = function that brings the blob again (restore.lua)
    subjects = {}, -- [digest] = what that manifest says that it refers to (referrer.lua)
  }, mt)
end

--- What a token for this repository is asked for.
function methods:token_scopes()
  return self.endpoints[#self.endpoints].scopes
end

--- Asks for the token of another repository of this registry, which covers this one.
---@param other table repository
function methods:share_token(other)
  self.endpoints[#self.endpoints].scopes = other:token_scopes()
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
---@param endpoint table|nil the mirror that it is about
---@return table err
function methods:failed(err, endpoint)
  local domain = endpoint and endpoint.domain or self.domain
  problem.clean(err)
  if ABOUT_ANSWER[err.code] and not err.message:find(domain, 1, true) then
    err.message = domain .. ": " .. err.message
    err.hint = rawget(err, "hint") or ABOUT_ANSWER[err.code]
  end
  return err:with({ host = domain })
end

--- May the verb send something again? For what is no request of its own, such as a stream.
---@return boolean
function methods:may_retry()
  local retries = self.endpoints[#self.endpoints].retries ---@type table?
  return retries == nil or retries:take()
end

--- What goes into a header and is not the user's own comes from documents of a registry: a line end there is an error
--- of whoever wrote it. The one that nearly all requests have is ours.
local function check_headers(domain, headers)
  for name, value in next, headers do
    if value ~= media_type.accept and value:find("[^\t -~\x80-\xff]") then
      fail {
        code = "registry", host = domain,
        message = ("%s names '%s', which cannot be sent as %s"):format(domain, text.printable(value), name),
      }
    end
  end
end

--- Was a request refused without a word on how to authenticate?
local function lacks_challenge(err)
  return err.status == 401 and err.response ~= nil and not err.response.headers["www-authenticate"]
end

--- Does an answer say so little because the credentials that there are were not sent? Some registries hide from anybody
--- what needs a login, and ask for one at the beginning of the API alone, where docker begins.
local function may_hide(response)
  return response.withheld and (response.status == 403 or response.status == 404)
end

--- Where the token server is, when only the beginning of a registry's API says so: one request asks there, the others
--- wait for what it learns.
---@return boolean learned false: nothing
local function ask_for_challenge(self, endpoint)
  self.loop:watch(function()
    return not endpoint.is_asking
  end)
  if endpoint.learned ~= nil then
    return endpoint.learned
  end
  endpoint.is_asking = true
  local _ <close> = failure.defer(function()
    endpoint.is_asking = false
  end)
  local response, why = self.loop:request({
    method = "GET", url = hub.url(endpoint.domain) .. "/v2/", base = endpoint.base,
    registry = endpoint.domain, repository = endpoint.path, scopes = endpoint.scopes, timeout = self.timeout,
    retries = endpoint.retries,
  })
  endpoint.learned = response and not response.withheld or why ~= nil and not lacks_challenge(why)
  return endpoint.learned
end

--- Sends a request below this repository (path) or to a URL that the registry gave (url).
---@param request table method, path or url, headers, body, body_file, body_pipe, sink_pipe, sink_file, limit, streams
--- (bytes that go out of a file or a pipe, or into one; math.huge: not known), ...
---@param endpoint table|nil one of `endpoints`: a mirror; default the registry itself
---@return table response any HTTP status; fails with network, tls, timeout, unauthorized, redirect, ...
local function send(self, request, endpoint)
  endpoint = endpoint or self.endpoints[#self.endpoints]
  if request.headers then
    check_headers(endpoint.domain, request.headers)
  end
  local own = { -- with what nearly all have, so that the table is not made larger twice
    method = request.method, headers = request.headers, limit = request.limit,
    url = endpoint.base .. (request.path or ""), base = endpoint.base, registry = endpoint.domain,
    repository = endpoint.path, scopes = endpoint.scopes, retries = endpoint.retries, timeout = self.timeout,
    attempts = endpoint.attempts,
  }
  for name, value in next, request do
    own[name] = value
  end
  own.bulk = own.streams ~= nil and own.streams > interface.SHARED_BYTES
  own.timeout = own.timeout or (own.streams or own.discard) and STREAM_TIMEOUT or nil
  local may_learn = endpoint.learned == nil and not (own.body_pipe or own.sink_pipe)
  local response, why = self.loop:request(own)
  local is_in_doubt = may_learn and (response and may_hide(response) or why and lacks_challenge(why))
  if is_in_doubt and ask_for_challenge(self, endpoint) then
    response, why = self.loop:request(own)
  end
  if not response then
    -- No interrupt, which is raised: the other end of its stream has failed.
    if why.code == "canceled" and (own.body_pipe or own.sink_pipe) then
      why.code, why.was_given_up = "network", true
    end
    fail(self:failed(why, endpoint))
  end
  if response.headers.warning then
    warning.pass_on(self.loop, endpoint.domain, response)
  end
  return response
end

methods.send = send

--- Refuses what is no tag, before anything is sent: `a?b` would be put as `a`.
---@param tag string
---@return_overload true ok
---@return_overload nil, table err invalid_reference
function methods:check_tag(tag) -- luacheck: ignore self
  return failure.try(reference_name.check_tag(tag))
end

--- What is well with the registry and with this in it, line by line.
---@param options {write: boolean?, events: table[]}
---@return manifest.Check[]
function methods:examine(options)
  return require("manifest.repository.registry.examine").all(self, options)
end

--- Nothing stays open: connections are the engine's.
function methods:close() -- luacheck: ignore self
end

failure.edge(methods)

local function ask(self, request, endpoint, check, about)
  local response = send(self, request, endpoint)
  if check and response.status // 100 == 2 then
    check(response, endpoint.domain, about)
  end
  return response
end

--- Sends a request that only reads: to each mirror first. For the modules of this room, so it raises.
---@param request table as for send, without sink_pipe
---@param check function? (response, domain, about): fails where a success is not what was asked for
---@param about any
---@return table response of a mirror: a success; of the registry: any HTTP status
function methods:read(request, check, about)
  local found = self.endpoints[2] and mirror.first(self, function(endpoint)
    local response = ask(self, request, endpoint, check, about)
    if response.status // 100 ~= 2 then
      fail(problem.of_response(response, request.method .. " " .. request.path, endpoint.domain))
    end
    return response
  end)
  return found or ask(self, request, self.endpoints[#self.endpoints], check, about)
end

return { new = new }
