--- A client: its options, and the verbs as methods; what a call of one has is in call.lua.

local check = require("manifest.base.check")
local contexts = require("manifest.call")
local verbs = require("manifest.verb.catalogue")

local methods = {}
local mt = { __name = "manifest.client", __index = methods }

--- The options of a client: the one table of their names and types.
local OPTIONS = {
  config = "string", -- folder of docker's configuration; default $DOCKER_CONFIG or ~/.docker
  insecure = "boolean|table", -- plain HTTP and unverified TLS, for every registry or for those listed
  jobs = "integer", -- requests at once, default 32
  timeout = "number", -- seconds a request may take, all its tries; default 600, for streamed blobs while bytes flow
  connect_timeout = "number", -- seconds until a connection stands, default 15
  stall_timeout = "number", -- seconds without a byte, default 60
  connections = "integer", -- to one host over HTTP/1.1, default 6; a blob copied within one registry takes two
  manifest_limit = "integer", -- bytes of a manifest or config, default 4 MiB
  ca_file = "string", -- more certificate authorities, PEM
  client_certificate = "string", -- PEM
  client_key = "string", -- PEM; default: it is in the file of the certificate
  auth_hosts = "table", -- "REGISTRY=TOKEN-SERVER" pairs that may get credentials
  same_domain = "boolean", -- so may token servers of the registry's own domain, default true
  mirrors = "table", -- {["docker.io"] = {"HOST[:PORT][/PREFIX]", ...}}: read from these first, in order
  credentials = "function|table", -- (registry, repository) -> {username=, password=} or nil; or {[registry] = {...}}
  user_agent = "string",
}

local function context_of(self)
  if self.closed then
    error("attempt to use a closed client", 3)
  end
  if not self.context then
    local context, err = contexts.new(self.options, self)
    if not context then
      return nil, err
    end
    self.context = context
  end
  return self.context
end

for verb, module in pairs(verbs) do
  methods[verb] = function(self, ...)
    local context, err = context_of(self)
    if not context then
      return nil, err:with({ verb = verb })
    end
    return require(module).perform(contexts.of_one_call(context), ...)
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
  if options.jobs and options.jobs < 1 then
    error("all: option 'jobs' must be at least 1", 2)
  end
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

--- Gives up what an interrupted or failed verb left open in a registry: uploads that were begun. Best effort.
---@param seconds number at most, to learn of all of them, and as many to give them up
function methods:abandon(seconds)
  local loop = not self.closed and self.context and rawget(self.context, "loop")
  if loop and loop:owes_uploads() then
    require("manifest.repository.registry.upload").abandon_all(loop, seconds)
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
  return require("manifest.verb.login").place(context, registry)
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

--- Values of the right type that cannot be meant.
local function check_values(options)
  for name, kind in pairs(OPTIONS) do
    if (kind == "integer" or kind == "number") and options[name] and options[name] <= 0 then
      error(("client: option '%s' must be above 0"):format(name), 3)
    end
  end
  if options.client_key and not options.client_certificate then
    error("client: option 'client_key' needs 'client_certificate'", 3)
  end
  if options.user_agent and options.user_agent:find("%c") then
    error("client: option 'user_agent' must be one line", 3) -- the rest would be headers
  end
  for _, pair in ipairs(options.auth_hosts or {}) do
    if type(pair) ~= "string" or not pair:find("^[^=/]+=[^=/]+$") then
      error("client: option 'auth_hosts' must be a list of REGISTRY=HOST[:PORT]", 3)
    end
  end
end

--- Makes a client.
---@param options table|nil see OPTIONS
---@return table client
local function new(options)
  options = check.options("client", options, OPTIONS)
  check_values(options)
  if options.mirrors then
    require("manifest.repository.registry.mirror").check(options.mirrors, 3)
  end
  local own = {}
  for name, value in pairs(options) do
    own[name] = value
  end
  if type(own.credentials) == "table" then
    own.credentials = require("manifest.credential.vault").of_table(own.credentials)
  end
  return setmetatable({ options = own }, mt)
end

return { new = new, options = OPTIONS, verbs = verbs }
