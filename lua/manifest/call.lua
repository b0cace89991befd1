--- One call of a verb: what its `run` works with, and what the calls of a client share. What fails is raised
-- (base/failure.lua).
--
-- Nothing is opened before a verb needs it: a script that only annotates never touches the network.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local argument = require("manifest.declare.argument")
local vault = require("manifest.base.later")("manifest.credential.vault") ---@module "manifest.credential.vault"

local fail, try = failure.fail, failure.try

--- More than a registry's answers overlap usefully, fewer than the streams that an HTTP/2 server allows.
local DEFAULT_JOBS = 32

--- Requests of one verb that may be sent again, beside one for each that is under way (they may lose one connection);
--- every fifth answer gives one back.
local RETRIES = 20

--- What the calls of a client share.
---@class manifest.Shared
---@field options manifest.ClientOptions checked
---@field control table of engine/control.lua
---@field owner table the client. Whoever is at work has the loop at hand, and so the client, which ends all connections
--- when it is collected: it may be one that nobody else holds, manifest.client():get(...)
---@field jobs integer
---@field folder string? docker's configuration
---@field scopes table by list of references: see read_scopes
---@field warned table what was odd so far, each once
---@field engine userdata? and
---@field loop table? once one call has needed them
local shared_methods = {}
local shared_mt = { __name = "manifest.shared", __index = shared_methods }

--- The folder of docker's configuration; nil for a user without a home, who has neither lists nor logins.
---@return string|nil
local function config_folder(options)
  local folder = options.config or os.getenv("DOCKER_CONFIG")
  if folder and folder ~= "" then
    return core.file.absolute(folder) -- a relative one is taken, as docker does
  end
  local home = core.file.home()
  return home and home .. "/.docker"
end

--- Makes what the calls of a client share.
---@return manifest.Shared
local function share(options, control, owner)
  return setmetatable({
    options = options, control = control, owner = owner, jobs = options.jobs or DEFAULT_JOBS,
    folder = config_folder(options), scopes = setmetatable({}, { __mode = "k" }), warned = {},
  }, shared_mt)
end

--- Opens an engine.
---@param changes table|nil settings that take the place of the client's
---@return userdata engine
function shared_methods:open_engine(changes)
  local loaded, why = pcall(function()
    return core.engine -- not by require(): the core loads it lazily
  end)
  if not loaded then
    fail {
      code = "io", message = "manifest.http, the part of the core that sends requests, cannot be loaded: "
        .. (tostring(why):match("[^\n]*$") --[[@as string]]):gsub("^%s+", ""),
      hint = "build or install it again, and see that the program may open more files",
    }
  end
  return (try(core.engine(require("manifest.engine.settings").of(self.options, self.folder, changes))))
end

--- Asks the caller's own source of credentials, for the loop.
---@return function|nil ask (registry, repository); nil without such a source
local function asker_of(credentials)
  return credentials and failure.boxed(function(registry, repository)
    return vault.ask(credentials, registry, repository)
  end)
end

local function new_loop(self, engine, control)
  local loop = require("manifest.engine.loop").new(engine, {
    ask = asker_of(self.options.credentials), connections = self.options.connections, control = control,
    jobs = self.jobs,
  })
  loop.owner = self.owner
  return loop
end

--- Opens the network side once.
---@return table loop
function shared_methods:connect()
  if not self.loop then
    self.engine = self:open_engine()
    self.loop = new_loop(self, self.engine, self.control)
  end
  return self.loop
end

--- Opens another, which remembers no connection, login or token of the client's.
---@param listen function (event): is told what happens on it, before who listens to the client
---@return table loop
---@return userdata engine
function shared_methods:connect_anew(listen)
  local engine, teller = self:open_engine({ events = true, counts = false }), self.control.teller
  local events = require("manifest.engine.events").new(function(event)
    listen(event)
    if teller then
      teller:tell(event)
    end
  end)
  return new_loop(self, engine, setmetatable({ teller = events }, { __index = self.control })), engine
end

--- Collects a warning for the user, each once.
---@param line string without secrets
function shared_methods:warn(line)
  if not self.warned[line] then
    self.warned[line] = true
    self.warned[#self.warned + 1] = line
  end
end

--- Collects what an engine found odd.
---@param engine userdata
function shared_methods:note_warnings(engine)
  for _, line in ipairs(engine:warnings()) do
    self:warn(line)
  end
end

---@class manifest.Call
---@field verb string its name
---@field shared manifest.Shared
---@field options manifest.ClientOptions
---@field jobs integer
---@field folder string docker's configuration
---@field loop table
---@field store table docker's local lists
---@field retries table of core.allowance: the requests of a call share it
local methods = {}
local mt = { __name = "manifest.call" }

--- What is made when it is first used.
local LAZY = {
  loop = function(self)
    return self.shared:connect()
  end,
  folder = function(self)
    return self.shared.folder or fail {
      code = "io", message = "there is no folder for local lists and credentials: HOME is not set to a path",
      hint = "set HOME, or DOCKER_CONFIG to the folder to use",
    }
  end,
  store = function(self)
    return require("manifest.draft.store").open({ folder = self.folder })
  end,
  retries = function(self)
    return core.allowance(RETRIES + self.jobs)
  end,
}

function mt:__index(name)
  local make = LAZY[name]
  if not make then
    return methods[name]
  end
  self[name] = make(self)
  return self[name]
end

--- Begins a call.
---@param shared manifest.Shared
---@param verb string its name
---@return manifest.Call
local function new(shared, verb)
  return setmetatable({
    verb = verb, shared = shared, options = shared.options, jobs = shared.jobs,
  }, mt)
end

--- The token scopes of the references that a verb reads in one registry, made once for a list of references: a list of
--- 500 would otherwise be read 500 times.
---@return table {texts = scopes, paths = set of paths, all = of core.scopes}
local function read_scopes(cache, domain, also)
  local by_domain = cache[also] or {}
  cache[also] = by_domain
  if by_domain[domain] then
    return by_domain[domain]
  end
  local texts, paths = {}, {}
  for _, ref in ipairs(also) do
    if ref.domain == domain and not paths[ref.path] then
      paths[ref.path] = true
      texts[#texts + 1] = ("repository:%s:pull"):format(ref.path)
    end
  end
  by_domain[domain] = { texts = texts, paths = paths, all = core.scopes(texts) }
  return by_domain[domain]
end

--- A repository in a registry.
local function in_registry(self, reference, wanted)
  local options, domain, other = self.options, reference.domain, wanted.token_of
  local read, scopes = wanted.also and read_scopes(self.shared.scopes, domain, wanted.also), nil
  if other and other.domain == domain then
    scopes = other:token_scopes()
  elseif read and wanted.actions == "pull" and read.paths[reference.path] then
    scopes = read.all
  end
  return require("manifest.repository.registry").new(self.loop, {
    domain = domain, path = reference.path, actions = wanted.actions, also = read and read.texts, scopes = scopes,
    timeout = options.timeout, manifest_limit = options.manifest_limit, chunk_size = options.chunk_size,
    mirrors = options.mirrors, retries = self.retries, jobs = self.jobs, shared = wanted.shared,
  })
end

--- Gives this call connections of its own, which remember nothing of what the client did before.
---@param listen function (event): what happens on them
---@return table for `local _ <close>`: it ends them
function methods:apart(listen)
  local loop, engine = self.shared:connect_anew(listen)
  self.loop = loop
  return failure.defer(function()
    self.shared:note_warnings(engine)
    engine:close()
  end)
end

--- The repository of a reference or of another location; nothing is sent yet. It tells of its blobs where somebody
--- listens.
---@param reference table of name/location or name/reference
---@param wanted table for a registry: actions ("pull" or "pull,push"), also (references that the verb reads), token_of
--- (a repository whose token serves this one too, when both are of one registry), shared (false: nobody else writes
--- lists of referrers there now)
---@return manifest.Repository
function methods:repository(reference, wanted)
  local repository ---@type manifest.Repository
  self.shared:connect()
  if reference.kind == "layout" then
    repository = require("manifest.repository.layout").new(reference.path, self.options)
  elseif reference.kind == "archive" then
    repository = require("manifest.repository.archive").new(reference.format, reference.path, self.options)
  else
    repository = in_registry(self, reference, wanted) --[[@as any]]
  end
  local teller = self.shared.control.teller
  return teller and require("manifest.repository.watched")(repository, teller) or repository
end

---@class manifest.Opened what a text names, opened
---@field repository manifest.Repository
---@field ref table a reference, or another location
---@field name string of the repository
---@field text string the full name; of the repository when `whole`
---@field selector string? tag or digest
---@field tag string?
---@field digest string?

--- Opens what a text (or a reference) names; nothing is sent yet.
---@param given string|table
---@param wanted table|nil write: something is to be pushed there; delete: or deleted; whole: it names a repository,
--- without tag or digest; shared: false when nobody else writes lists of referrers there now; also: another place, or a
--- list of references, that is read in the same call, so that one token serves all
---@return manifest.Opened at
function methods:open(given, wanted)
  wanted = wanted or {}
  local ref = try(argument.location(self.verb, given))
  local at = {
    ref = ref, name = ref.repository, text = wanted.whole and ref.repository or tostring(ref),
    selector = ref.tag or ref.digest, tag = ref.tag, digest = ref.digest,
  }
  local _ <close> = failure.about(ref)
  local also = wanted.also
  at.repository = self:repository(ref, {
    actions = ("pull%s%s"):format(wanted.write and ",push" or "", wanted.delete and ",delete" or ""),
    also = also and also.ref and { also.ref } or also, shared = wanted.shared,
  })
  if also and also.ref and also.ref.domain and also.ref.domain == ref.domain then
    also.repository:share_token(at.repository) -- whichever of the two asks first asks for both
  end
  if wanted.write and not at.repository.can.write then
    fail {
      code = "unsupported", message = "an archive is only read",
      hint = "write to a registry, or to a layout (oci:PATH)",
    }
  end
  if wanted.whole then
    try(argument.whole(given, ref))
  end
  if wanted.whole and argument.registry_in(given) then
    self:warn(("%s is read as %s: a registry is named together with a repository"):format(given, at.text))
  end
  return at
end

--- Runs fn(item, index) over a list, the client's `jobs` at once. The first failure in the list's order is raised.
---@param list any[]
---@param fn function (item, index) -> value; raises its failure, or returns nil and it
---@param jobs integer|nil
---@return any[] results in the list's order
function methods:each(list, fn, jobs)
  if #list == 0 then
    return {}
  end
  return (try(self.loop:all(list, jobs or self.jobs, fn)))
end

--- The same, but goes on after failures.
---@return any[] results
---@return table[] errors by index; one of them is raised with fail(), which copies it
function methods:collect(list, fn)
  if #list == 0 then
    return {}, {}
  end
  local results, errors = self.loop:all(list, self.jobs, fn, true)
  return results, errors
end

--- Tells the user of something odd that goes on all the same; each line once.
---@param line string without secrets
function methods:warn(line)
  self.shared:warn(line)
end

--- Tells who listens how much is to be brought; what is there already counts too.
---@param blobs table[] {size} or {body = {size}}
function methods:announce(blobs)
  local teller = self.shared.control.teller
  if not teller or #blobs == 0 then
    return
  end
  local bytes = 0
  for _, blob in ipairs(blobs) do
    local body = blob.body or blob
    bytes = bytes + (body.size or #(body.body or ""))
  end
  teller:tell { event = "blobs_planned", verb = self.verb, blobs = #blobs, bytes = bytes }
end

--- Lets the client's requests take what has been stored or erased just now.
function methods:forget_logins()
  if self.shared.engine then
    self.shared.engine:forget_logins()
  end
end

return { share = share, new = new }
