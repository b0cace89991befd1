--- A client: its options, and the verbs as methods; what one call of them has is in call.lua.
--
-- What the programmer got wrong is raised here, at the caller's own line, before anything is done. What the world can
-- cause comes back as `nil, err`.

local calls = require("manifest.call")
local catalogue = require("manifest.verb.catalogue")
local controls = require("manifest.engine.control")
local declare = require("manifest.declare")
local error_of = require("manifest.base.error")
local failure = require("manifest.base.failure")
local options_of = require("manifest.declare.client")
local text = require("manifest.base.text")
local types = require("manifest.declare.type")

local CLOSED = "attempt to use a closed client"

---@class manifest.Client
---@field private options manifest.ClientOptions
---@field private control table
---@field private shared manifest.Shared|false|nil
---@field private closed boolean
local methods = {}
local mt = { __name = "manifest.client" }

local made = setmetatable({}, { __mode = "k" }) ---@type any those that are not collected, as keys

--- The method of a name; a name that is near to one is a mistake, any other is nothing.
function mt.__index(_, name)
  local method = methods[name]
  if method == nil and type(name) == "string" then
    local near = text.nearest(name, text.sorted_keys(methods))
    if near then
      error(("a client has no '%s' (did you mean '%s'?)"):format(name, near), 2)
    end
  end
  return method
end

--- What the calls of a client share, made when the first needs it.
---@return manifest.Shared
local function shared_of(self)
  self.shared = self.shared or calls.share(self.options, self.control, self)
  return self.shared
end

local function start(self, verb, ...)
  local call = calls.new(shared_of(self), verb.name)
  local values = failure.try(declare.read(verb, ...))
  return verb.run(call, table.unpack(values, 1, values.n))
end

--- Runs a verb, and tells of it where somebody listens.
local function run(self, verb, ...)
  local _ <close> = self.control:under_way()
  local teller = self.control.teller
  if not teller then
    return start(self, verb, ...)
  end
  return teller:verb(verb.name, start, self, verb, ...)
end

--- Raises when the client cannot be used now, at the line of who called the method.
local function check_usable(self)
  if self.closed then
    error(CLOSED, 3)
  end
  if self.control.teller and self.control.teller.telling then
    error("an on_event function may not use the client that calls it, but for cancel()", 3)
  end
end

--- Adds to a failure which verb it was, and what that verb says to do about it.
local function with_verb(verb, value, err, ...)
  if value == nil and error_of.is(err) then
    err:with({ verb = verb.name, hint = verb.hints[err.code] })
  end
  return value, err, ...
end

local function method_of(entry)
  return function(self, ...)
    check_usable(self)
    local verb, err = failure.face(require, entry.module)
    if not verb then
      return nil, err
    end
    local wrong = declare.wrong(verb, ...)
    if wrong then
      error(("%s: %s"):format(verb.method, wrong), 2)
    end
    return with_verb(verb, failure.face(run, self, verb, ...))
  end
end

for _, entry in ipairs(catalogue) do
  rawset(methods, entry.method, method_of(entry))
  if entry.alias then
    rawset(methods, entry.alias, rawget(methods, entry.method))
  end
end

--- Not verbs, but declared alike.
local ALL = declare.verb {
  name = "all",
  arguments = {
    { "list", "table", help = "Any values" }, { "fn", "function", help = "(item, index) -> value | nil, err" },
  },
  options = {
    jobs = { "count", help = "How many at once (default: the client's)" },
    collect = { "boolean", help = "Go on after an error, and return all of them by index" },
  },
}
local CLOSE = declare.verb {
  name = "close",
  options = {
    abandon = { "seconds", help = "Give up uploads that are open, in this time at most; best effort" },
  },
}

--- Runs fn(item, index) over a list, the client's `jobs` at once; results keep the list's order. What fn raises is
--- raised.
---@param list table
---@param fn function (item, index) -> value, or nil and an error
---@param options table|nil see ALL
---@return_overload table results
---@return_overload nil, table err the first error, or with collect the table of errors by index
function methods:all(list, fn, options)
  check_usable(self)
  local wrong = declare.wrong(ALL, list, fn, options)
  if wrong then
    error("all: " .. wrong, 2)
  end
  options = options or {}
  return failure.face(function()
    local _ <close> = self.control:under_way()
    local shared = shared_of(self)
    return shared:connect():all(list, options.jobs or shared.jobs, failure.boxed(fn), options.collect)
  end)
end

--- Where a login at a registry would be kept; an error when it could not be.
---@param registry string|nil default Docker Hub
---@return_overload string place a helper's program, or the path of a file
---@return_overload nil, table err
function methods:login_place(registry)
  check_usable(self)
  local verb = require("manifest.verb.login")
  return with_verb(verb, failure.face(function()
    return (verb.place(calls.new(shared_of(self), verb.name), registry))
  end))
end

--- Ends what is under way, as Ctrl-C does: it fails with the code `canceled`. For an `on_event` function, or a task of
--- all(). Where nothing is under way, nothing happens.
function methods:cancel()
  self.control:cancel()
end

--- The references of the local manifest lists, sorted.
---@return_overload string[] refs
---@return_overload nil, table err
function methods:local_lists()
  if self.closed then
    error(CLOSED, 2)
  end
  return failure.face(function()
    return failure.try(calls.new(shared_of(self), "local_lists").store:lists())
  end)
end

--- What was skipped or odd so far, such as a configuration that cannot be read: lines without secrets, each once.
---@return string[]
function methods:warnings()
  local shared = self.shared
  if not shared then
    return {}
  end
  if shared.engine and not self.closed then
    shared:note_warnings(shared.engine)
  end
  return { table.unpack(shared.warned) }
end

--- Gives up what an interrupted or failed verb left open in a registry: uploads that were begun.
local function abandon(self, seconds)
  local loop = self.shared and self.shared.loop
  if loop and (next(loop.uploads) or next(loop.shielded)) then
    require("manifest.repository.registry.upload").abandon_all(loop, seconds)
  end
end

local function close(self)
  self.closed = true
  local engine = self.shared and self.shared.engine
  if engine then
    self.shared:note_warnings(engine)
    engine:close()
  end
end

--- Ends all connections. A second call does nothing.
---@param options table|nil see CLOSE
function methods:close(options)
  local wrong = declare.wrong(CLOSE, options)
  if wrong then
    error("close: " .. wrong, 2)
  end
  if self.closed then
    return
  end
  check_usable(self)
  local _ <close> = failure.defer(function()
    close(self)
  end)
  if options and options.abandon then
    abandon(self, options.abandon)
  end
end

function mt:__close()
  self:close()
end

--- The engine may have been collected before us, so nothing is asked of it.
function mt:__gc()
  local engine = not self.closed and self.shared and self.shared.engine ---@type any
  self.closed = true
  if engine then
    engine:close()
  end
end

function mt:__tostring()
  return self.closed and "manifest.client (closed)" or "manifest.client"
end

--- Makes a client.
---@param options manifest.ClientOptions?
---@return manifest.Client
local function new(options)
  local wrong = declare.wrong_options(options_of, options)
  if wrong then
    error("client: " .. wrong, 2)
  end
  local own = assert(types.read_all(options or {}, options_of))
  if type(own.credentials) == "table" then
    own.credentials = require("manifest.credential.vault").of_table(own.credentials)
  end
  local control = controls.new(own.on_event and failure.boxed(own.on_event))
  local client = setmetatable({ options = own, closed = false, shared = false, control = control }, mt)
  made[client] = true
  return client
end

--- Closes each client that is still open: for a program that ends.
---@param options table see CLOSE
local function close_all(options)
  for client in pairs(made) do
    pcall(client.close, client, options) -- one that may not be used here is another's to close
  end
end

return { new = new, methods = methods, close_all = close_all }
