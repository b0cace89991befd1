--- What the calls of a client share: its options, the local store, connections and tokens, warnings, repositories.
--
-- Nothing is opened before a verb needs it: a script that only annotates never touches the network.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local failure = require("manifest.base.failure")
local vault = require("manifest.base.later")("manifest.credential.vault")

--- More than a registry's answers overlap usefully, fewer than the streams that an HTTP/2 server allows.
local DEFAULT_JOBS = 32

--- Requests of one verb that may be sent again, beside one for each that is under way (they may lose one connection);
--- every fifth answer gives one back.
local RETRIES = 20

--- The folder of docker's configuration.
---@return string|nil folder
---@return table|nil err io
local function config_folder(options)
  local folder = options.config or os.getenv("DOCKER_CONFIG")
  if folder and folder ~= "" then
    return core.file.absolute(folder) -- a relative one is taken, as docker does
  end
  local home = core.file.home()
  if not home then
    return nil, error_of.new({
      code = "io", message = "there is no folder for local lists and credentials: HOME is not set to a path",
      hint = "set HOME, or DOCKER_CONFIG to the folder to use",
    })
  end
  return home .. "/.docker"
end

--- Opens an engine.
---@return userdata|nil engine
---@return table|nil err
local function open_engine(context, changes)
  return core.engine(require("manifest.engine.settings").of(context.options, context.folder, changes))
end

--- Asks the caller's own source of credentials, for the loop.
---@return function|nil ask (registry, repository); nil without such a source
local function asker_of(credentials)
  return credentials and failure.boxed(function(registry, repository)
    return vault.ask(credentials, registry, repository)
  end)
end

--- Opens the network side once; verbs call it before their first request.
---@return table|nil loop
---@return table|nil err such as a certificate file that cannot be read
local function connect(context)
  if not rawget(context, "loop") then
    local engine, err = open_engine(context)
    if not engine then
      return nil, err
    end
    context.engine = engine
    context.loop = require("manifest.engine.loop").new(engine, asker_of(context.options.credentials),
      context.options.connections, context.control)
    context.loop.owner = context.owner
  end
  return context.loop
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

--- The scopes of another repository, when its token is to serve for this one too.
local function scopes_beside(reference, other)
  return other and other.domain == reference.domain and other:token_scopes() or nil
end

--- Gives a context what collects warnings for the user, each once.
local function add_warnings(context)
  local seen = {}
  context.warned = {}
  function context.warn(line)
    if not seen[line] then
      seen[line] = true
      context.warned[#context.warned + 1] = line
    end
  end
  function context.note_warnings(engine)
    for _, line in ipairs(engine:warnings()) do
      context.warn(line)
    end
  end
end

--- The repository of a reference or of another place.
---@param context table
---@param reference table of name/location or name/reference
---@param wanted table for a registry: actions ("pull" or "pull,push"), also (references that the verb reads), beside (a
--- repository whose token serves this one too, when both are of one registry), shared (false: nobody else writes lists
--- of referrers there now)
---@return table repository
local function open_plain(context, reference, wanted)
  local options = context.options
  if reference.kind == "layout" then
    return require("manifest.repository.layout").new(reference.path, options)
  end
  if reference.kind == "archive" then
    return require("manifest.repository.archive").new(reference.format, reference.path, options)
  end
  local read = wanted.also and read_scopes(context.scopes, reference.domain, wanted.also)
  return require("manifest.repository.registry").new(context.loop, {
    domain = reference.domain, path = reference.path, actions = wanted.actions, also = read and read.texts,
    scopes = scopes_beside(reference, wanted.beside)
      or read and wanted.actions == "pull" and read.paths[reference.path] and read.all or nil,
    timeout = options.timeout, manifest_limit = options.manifest_limit, chunk_size = options.chunk_size,
    mirrors = options.mirrors, retries = context.retries, jobs = context.jobs, shared = wanted.shared,
  })
end

--- The same; it tells of its blobs where somebody listens.
local function open_repository(context, reference, wanted)
  local repository, teller = open_plain(context, reference, wanted), context.control.teller
  return teller and require("manifest.repository.watched")(repository, teller) or repository
end

--- Makes the context of a client's verbs: options, jobs, folder, store, warned (lines), and
--- connect() -> loop | nil, err; repository(reference, wanted), see open_plain; open_engine(changes), an engine of
--- the verb's own; warn(line); note_warnings(engine). A verb that calls connect() first gets an error
--- that it can return; one that uses `loop` or repository() at once raises it.
---@param options table of the client, checked
---@param control table of engine/control.lua
---@param owner table the client. Whoever is at work has the loop at hand, and so the client, which ends all connections
--- when it is collected: it may be one that nobody else holds, manifest.client():get(...)
---@return table|nil context
---@return table|nil err io: there is no folder for local lists
local function new(options, control, owner)
  local folder, err = config_folder(options)
  if not folder then
    return nil, err
  end
  local context = {
    options = options, control = control, owner = owner, jobs = options.jobs or DEFAULT_JOBS, folder = folder,
    scopes = setmetatable({}, { __mode = "k" }),
  }
  function context.connect()
    return connect(context)
  end
  function context.repository(reference, wanted)
    return open_repository(context, reference, wanted)
  end
  function context.open_engine(changes)
    return open_engine(context, changes)
  end
  add_warnings(context)
  return setmetatable(context, {
    __index = function(_, name)
      if name == "loop" then
        local loop, problem = connect(context)
        return loop or error(problem, 0)
      end
      if name == "store" then -- most verbs have nothing to do with it
        context.store = require("manifest.draft.store").open({ folder = folder })
        return context.store
      end
    end,
  })
end

--- The context as one call of a verb has it: its requests share their retries.
---@param context table
---@return table context
local function of_one_call(context)
  local own = setmetatable({}, { __index = context })
  function own.repository(reference, wanted)
    own.retries = own.retries or core.allowance(RETRIES + own.jobs)
    return open_repository(own, reference, wanted)
  end
  return own
end

return { new = new, of_one_call = of_one_call }
