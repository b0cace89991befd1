--- A client: options, the connections and tokens that its verbs share, and the verbs as methods.
--
-- Nothing is opened before a verb needs it: a script that only annotates never touches the network.

local check = require("manifest.base.check")
local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local verbs = require("manifest.verbs")

local methods = {}
local mt = { __name = "manifest.client", __index = methods }

--- The options of a client: the one table of their names and types.
local OPTIONS = {
  config = "string", -- folder of docker's configuration; default $DOCKER_CONFIG or ~/.docker
  insecure = "boolean|table", -- plain HTTP and unverified TLS, for every registry or for those listed
  jobs = "integer", -- requests at once, default 32
  timeout = "number", -- seconds a request may take
  connect_timeout = "number", -- seconds until a connection stands, default 15
  stall_timeout = "number", -- seconds without a byte, default 60
  connections = "integer", -- to one host over HTTP/1.1, default 6; a blob copied within one registry takes two
  manifest_limit = "integer", -- bytes of a manifest or config, default 4 MiB
  ca_file = "string", -- more certificate authorities, PEM
  client_certificate = "string", -- PEM
  client_key = "string",
  auth_hosts = "table", -- "REGISTRY=TOKEN-SERVER" pairs that may get credentials
  same_domain = "boolean", -- so may token servers of the registry's own domain, default true
  mirrors = "table", -- {["docker.io"] = {"HOST[:PORT][/PREFIX]", ...}}: read from these first, in order
  credentials = "function|table", -- (registry, repository) -> {username=, password=} or nil; or {[registry] = {...}}
  user_agent = "string",
}

--- Options that the engine takes as they are.
local PASSED_ON = {
  "connect_timeout", "stall_timeout", "connections", "ca_file", "client_certificate", "client_key", "auth_hosts",
  "same_domain", "user_agent",
}

--- More than a registry's answers overlap usefully, fewer than the streams that an HTTP/2 server allows.
local DEFAULT_JOBS = 32

--- Requests of one verb that may be sent again; every fifth answer gives one back.
local RETRIES = 20

--- The folder of docker's configuration.
---@return string|nil folder
---@return table|nil err
local function config_folder(options)
  local folder = options.config or os.getenv("DOCKER_CONFIG")
  if folder and folder ~= "" then
    return folder
  end
  local home = os.getenv("HOME")
  if not home or home:sub(1, 1) ~= "/" then
    return nil, error_of.new({
      code = "io", message = "there is no folder for local lists and credentials: HOME is not set to a path",
      hint = "set HOME, or DOCKER_CONFIG to the folder to use",
    })
  end
  return home .. "/.docker"
end

--- The engine's settings out of the client's options; CHANGES take the place of some.
local function settings_of(context, changes)
  local options = context.options
  local settings = { ask = options.credentials ~= nil, config_folder = context.folder }
  for _, name in ipairs(PASSED_ON) do
    settings[name] = options[name]
  end
  if type(options.insecure) == "table" then
    settings.insecure_hosts = options.insecure
  else
    settings.insecure = options.insecure
  end
  settings.user_agent = settings.user_agent or "manifest/" .. require("manifest.base.version")
  for name, value in pairs(changes or {}) do
    settings[name] = value
  end
  return settings
end

--- Opens an engine.
---@return userdata|nil engine
---@return table|nil err
local function open_engine(context, changes)
  local engine, problem = core.engine(settings_of(context, changes))
  if not engine then
    return nil, error_of.of_core(problem)
  end
  return engine
end

--- Opens the network side once; actions call it before their first request.
---@return table|nil loop
---@return table|nil err such as a certificate file that cannot be read
local function connect(context)
  if not rawget(context, "loop") then
    local engine, err = open_engine(context)
    if not engine then
      return nil, err
    end
    context.engine = engine
    context.loop = require("manifest.repository.loop").new(engine, context.options.credentials,
      context.options.connections)
  end
  return context.loop
end

--- The token scopes of the references that a verb reads in one registry, made once for a list of references: a list of
--- 500 would otherwise be read 500 times.
---@return table {texts = scopes, paths = set of paths, all = of core.scopes}
local function reading(cache, domain, also)
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

--- The repository of a reference. wanted: actions ("pull" or "pull,push"), also (references that the verb reads),
--- beside (a repository whose token serves this one too, when both are of one registry).
local function open_repository(context, reference, wanted)
  local options = context.options
  if reference.kind == "layout" then
    return require("manifest.repository.layout").new(reference.path, options)
  end
  if reference.kind == "archive" then
    return require("manifest.repository.archive").new(reference.format, reference.path, options)
  end
  local read = wanted.also and reading(context.scopes, reference.domain, wanted.also)
  return require("manifest.repository.remote").new(context.loop, {
    domain = reference.domain, path = reference.path, actions = wanted.actions, also = read and read.texts,
    scopes = scopes_beside(reference, wanted.beside)
      or read and wanted.actions == "pull" and read.paths[reference.path] and read.all or nil,
    timeout = options.timeout, manifest_limit = options.manifest_limit, mirrors = options.mirrors,
    retries = context.retries,
  })
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

--- What an action works with: jobs, store, connect(), repository(), loop. An action that calls connect() first gets an
--- error that it can return; one that uses loop or repository at once raises it.
local function new_context(options, folder)
  local context = {
    options = options, jobs = options.jobs or DEFAULT_JOBS, folder = folder,
    store = require("manifest.draft.store").open({ folder = folder }),
    scopes = setmetatable({}, { __mode = "k" }),
    turns = {}, -- at tags that are being edited
  }
  function context.connect()
    return connect(context)
  end
  --- An engine of an action's own.
  function context.open_engine(changes)
    return open_engine(context, changes)
  end
  add_warnings(context)
  return setmetatable(context, {
    __index = function(_, name)
      if name == "loop" then
        local loop, err = connect(context)
        return loop or error(err, 0)
      end
    end,
  })
end

local function context_of(self)
  if self.closed then
    error("attempt to use a closed client", 3)
  end
  if not self.context then
    local folder, err = config_folder(self.options)
    if not folder then
      return nil, err
    end
    self.context = new_context(self.options, folder)
  end
  return self.context
end

--- The context as one call of a verb has it: its requests share their retries.
local function of_one_call(context)
  local own = setmetatable({ retries = core.allowance(RETRIES) }, { __index = context })
  function own.repository(reference, wanted)
    return open_repository(own, reference, wanted)
  end
  return own
end

for verb, module in pairs(verbs) do
  methods[verb] = function(self, ...)
    local context, err = context_of(self)
    if not context then
      return nil, err:with({ verb = verb })
    end
    return require(module).perform(of_one_call(context), ...)
  end
end

--- Runs fn(item, index) over a list, the client's `jobs` at once; results keep the list's order.
---@param list table
---@param fn function item, index -> value, or nil and an error
---@param options table|nil {jobs, collect = boolean: go on after an error}
---@return table|nil results
---@return table|nil err the first error, or with collect the table of errors by index
function methods:all(list, fn, options)
  options = check.options("all", options, { jobs = "integer", collect = "boolean" })
  check.type("all: list", list, "table")
  check.type("all: function", fn, "function")
  local context, err = context_of(self)
  if not context then
    return nil, err
  end
  local loop
  loop, err = context.connect()
  if not loop then
    return nil, err
  end
  return loop:all(list, options.jobs or context.jobs, fn, options.collect)
end

--- Gives up what an interrupted verb left open in a registry: uploads that were begun. Best effort.
---@param seconds number at most
function methods:abandon(seconds)
  local loop = not self.closed and self.context and rawget(self.context, "loop")
  if loop then
    require("manifest.repository.remote.upload").abandon_all(loop, seconds)
  end
end

--- Where a login at a registry would be kept; an error when it could not be.
---@param registry string|nil default Docker Hub
---@return string|nil place a helper's program, or the path of a file
---@return table|nil err
function methods:login_place(registry)
  local context, err = context_of(self)
  if not context then
    return nil, err
  end
  return require("manifest.action.login").place(context, registry)
end

--- What was skipped or odd so far, such as a configuration that cannot be read: lines without secrets, each once.
---@return string[]
function methods:warnings()
  local context = self.context
  if not context then
    return {}
  end
  local engine = rawget(context, "engine")
  if engine and not self.closed then
    context.note_warnings(engine)
  end
  return table.move(context.warned, 1, #context.warned, 1, {})
end

--- Ends all connections. A second call does nothing.
function methods:close()
  if self.closed then
    return
  end
  self.closed = true
  local engine = self.context and rawget(self.context, "engine")
  if engine then
    self.context.note_warnings(engine)
    engine:close()
  end
end

mt.__close = methods.close

--- The engine may have been collected before us, so nothing is asked of it.
function mt:__gc()
  local engine = not self.closed and self.context and rawget(self.context, "engine")
  self.closed = true
  if engine then
    engine:close()
  end
end

function mt:__tostring()
  return self.closed and "manifest.client (closed)" or "manifest.client"
end

--- Makes a client.
---@param options table|nil
---@return table client
local function new(options)
  options = check.options("client", options, OPTIONS)
  if options.jobs and options.jobs < 1 then
    error("client: option 'jobs' must be at least 1", 2)
  end
  if options.mirrors then
    require("manifest.repository.remote.mirror").check(options.mirrors, 3)
  end
  local own = {}
  for name, value in pairs(options) do
    own[name] = value
  end
  if type(own.credentials) == "table" then
    own.credentials = require("manifest.repository.credentials.vault").of_table(own.credentials)
  end
  return setmetatable({ options = own }, mt)
end

return { new = new, options = OPTIONS, verbs = verbs }
