--- Tells who listens (a client's `on_event`) what happens: meta/types.lua has the events. Where nobody listens there is
-- no teller, and each place that would tell something looks for that alone.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")

local INTERVAL = 0.1 -- seconds between two looks at how far blobs are

local methods = {}
local mt = { __name = "manifest.teller", __index = methods }

--- Listeners of this module's own that are told how many requests were sent, in place of what becomes of each.
local counting = setmetatable({}, { __mode = "k" })

--- Ends what `telling` says.
local hush_mt = { __close = function(self)
  self.teller.telling = false
end }

--- Makes a teller.
---@param listen function (event), boxed: what it raises reaches the user as it is
---@return table teller
local function new(listen)
  local self = setmetatable({
    listen = listen,
    telling = false, -- the listener is at work: it may not use the client
    open = {}, -- [digest] = list of the blobs of that digest that are on their way
    moving = {}, -- [exchange] = {blob, offset}: what moves their bytes
    looked = 0, -- when
  }, mt)
  self.hush = setmetatable({ teller = self }, hush_mt)
  return self
end

--- Calls the listener.
---@param event table
function methods:tell(event)
  event.time = event.time or core.clock()
  self.telling = true
  local _ <close> = self.hush
  self.listen(event)
end

--- What is told of a failure.
local function add_failure(event, raised)
  event.ok = raised == nil
  event.code = error_of.is(raised) and raised.code or nil
  return event
end

--- Tells of a call from its begin to its end, however it is left.
---@param verb string
---@param fn function
---@return any ... of fn
function methods:verb(verb, fn, ...)
  local since = core.clock()
  self:tell { event = "verb_begun", verb = verb }
  local _ <close> = setmetatable({}, { __close = function(_, raised)
    self:tell(add_failure({ event = "verb_done", verb = verb, seconds = core.clock() - since }, raised))
  end })
  return fn(...)
end

local function find(self, digest, repository)
  for _, blob in ipairs(self.open[digest] or {}) do
    if blob.source == repository or blob.target == repository then
      return blob
    end
  end
end

local function event_of(blob, name)
  return { event = name, digest = blob.digest, size = blob.size, source = blob.source, target = blob.target }
end

local function forget(self, blob)
  local list = self.open[blob.digest]
  for index, other in ipairs(list) do
    if other == blob then
      table.remove(list, index)
    end
  end
  self.open[blob.digest] = list[1] and list or nil
end

local function finish(self, blob, value, err, ...)
  local event = add_failure(event_of(blob, "blob_done"), err)
  event.seconds = core.clock() - blob.since
  event.bytes = blob.moves and event.ok and (blob.size or blob.bytes) or 0
  self:tell(event)
  return value, err, ...
end

--- Tells of a blob from its begin to its end. What brings it may do so by another method that tells of it: that is part
--- of the same.
---@param blob table {digest, size, source, target}: the last two name repositories
---@param fn function (...) -> value | nil, err
---@return any ... of fn
function methods:blob(blob, fn, ...)
  if find(self, blob.digest, blob.source or blob.target) then
    return fn(...)
  end
  blob.since, blob.bytes = core.clock(), 0
  self.open[blob.digest] = self.open[blob.digest] or {}
  table.insert(self.open[blob.digest], blob)
  local _ <close> = setmetatable({}, { __close = function()
    forget(self, blob)
  end })
  self:tell(event_of(blob, "blob_begun"))
  return finish(self, blob, fn(...))
end

--- Notes that an exchange moves a blob; it does so no longer when the value is closed.
---@param exchange userdata
---@param request table {blob = digest, blob_offset, registry, repository}
---@return table|nil for `<close>`
function methods:moves(exchange, request)
  local blob = find(self, request.blob, ("%s/%s"):format(request.registry, request.repository))
  if not blob then
    return nil
  end
  blob.moves = true
  self.moving[exchange] = { blob = blob, offset = request.blob_offset or 0 }
  return setmetatable({}, { __close = function()
    self.moving[exchange] = nil
  end })
end

--- Tells how far blobs are.
local function look(self)
  self.looked = core.clock()
  for exchange, one in pairs(self.moving) do
    local bytes = one.offset + exchange:moved()
    if bytes ~= one.blob.bytes then
      one.blob.bytes = bytes
      local event = event_of(one.blob, "blob_moved")
      event.bytes = bytes
      self:tell(event)
    end
  end
end

--- Called by the loop after each step: tells what happened in the engine.
---@param happened table[]|nil events of engine:step
function methods:pass_on(happened)
  for _, event in ipairs(happened or {}) do
    self:tell(event)
  end
  if next(self.moving) and core.clock() - self.looked >= INTERVAL then
    look(self)
  end
end

return { new = new, counting = counting }
