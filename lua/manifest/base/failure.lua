--- How failures travel inside the verbs: raised as error objects (base/error.lua), caught once, and here alone.
--
--     local _ <close> = about(source, target)            -- any failure that leaves says what it was about
--     local got = try(repository:manifest("1.0"))        -- a failure is raised
--     local now = allow("not_found", repository:head(tag)) -- nil when it is not there; any other failure is raised
--     fail { code = "exists", message = "..." }
--
-- Outside, what the world can cause is returned as `nil, err`: face() turns one form into the other. What is raised and
-- is no error object is a defect: it goes through all of this as it is.

local error_of = require("manifest.base.error")

local failure = {}

--- What a callback of the user's raised, so that nothing inside takes it for a failure of ours.
local box_mt = { __name = "manifest.box" }

local TRACEBACK = "\nstack traceback:"

--- A failure of the world; an interrupt is none that anybody inside may handle.
local function is_failure(raised)
  return error_of.is(raised) and raised.code ~= "canceled"
end

--- A defect that is text gets its traceback, once.
local function traced(raised, thread)
  if type(raised) ~= "string" or raised:find(TRACEBACK, 1, true) then
    return raised
  end
  if thread then
    return debug.traceback(thread, raised)
  end
  return debug.traceback(raised, 2)
end

local function on_raise(raised)
  return traced(raised)
end

--- Gives on what a function returned; raises its failure. `false` is a value; no value and no error is none.
---@generic T
---@param value T?
---@param err any
---@param ... any
---@return std.NotNull<T> value of a function that returns one or an error
---@return any ... all else that was given
function failure.try(value, err, ...)
  if value == nil and err ~= nil then
    error(err, 0)
  end
  return value, err, ...
end

--- The same, but for one code, which comes back as `nil, err`.
---@generic T
---@param code string
---@param value T?
---@param err any
---@param ... any
---@return_overload std.NotNull<T>, any ... all that was given
---@return_overload nil, manifest.Error
function failure.allow(code, value, err, ...)
  assert(error_of.codes[code] and code ~= "canceled", "allow: no code to let through")
  if value == nil and err ~= nil and err.code ~= code then
    error(err, 0)
  end
  return value, err, ...
end

--- Raises a failure: a new one, or a copy of one that was stored, which others may raise too.
---@param fields table|manifest.Error of base/error.lua's new, or an error
---@return never
function failure.fail(fields)
  error(error_of.is(fields) and error_of.copy(fields) or error_of.new(fields), 0)
end

local function settle(ok, value, ...)
  if ok then
    return value, ...
  end
  if is_failure(value) then
    return nil, value
  end
  error(value, 0)
end

--- Calls fn(...) and returns its failure instead of raising it.
---@param fn function
---@return any ... what fn returned, or nil and the error
function failure.caught(fn, ...)
  return settle(xpcall(fn, on_raise, ...))
end

--- A function for callers outside the verbs: it returns the failure that fn raises.
---@generic F: function
---@param fn F
---@return F
function failure.returned(fn)
  return function(...)
    return settle(xpcall(fn, on_raise, ...))
  end
end

--- The edge of a room that raises inside: its methods return to others what they raise.
---@param methods table
function failure.edge(methods)
  for name, method in pairs(methods) do
    methods[name] = type(method) == "function" and failure.returned(method) or method
  end
end

--- A module of ours that require() cannot read: nothing is wrong with the call.
local function unread(raised)
  local name = type(raised) == "string" and (raised:match("module '(manifest[A-Za-z0-9_.]*)' not found:")
    or raised:match("error loading module '(manifest[A-Za-z0-9_.]*)'"))
  return name and error_of.new({
    code = "io", message = ("the module '%s' cannot be read"):format(name),
    hint = "close files, if the process has as many open as it may; else look whether all of the module is installed",
  })
end

local function settle_outside(ok, value, ...)
  if ok then
    return value, ...
  end
  local err = error_of.is(value) and value or unread(value)
  if err then
    return nil, err
  end
  if getmetatable(value) == box_mt then
    value = value.value
  end
  error(value, 0)
end

--- The edge to the user of the module: as caught, but an interrupt is returned too, and so is that a module of ours
--- cannot be read, as in a host without descriptors. What a callback of the user's raised is raised again as it was.
---@param fn function
---@return any ... what fn returned, or nil and the error
function failure.face(fn, ...)
  return settle_outside(xpcall(fn, on_raise, ...))
end

--- The edge of a task: what its failure means. One that was raised counts as one that was returned. Blocks that the
--- failure leaves are closed here: Lua keeps them open in a coroutine that has failed.
---@param thread thread that has failed
---@param value any what was raised
---@return boolean ok false: a defect, or an interrupt
---@return any value nil; or what was raised
---@return any err
function failure.ended(thread, value)
  local defect = traced(value, thread)
  local _, raised = coroutine.close(thread)
  if is_failure(raised) then
    return true, nil, raised
  end
  return false, raised == value and defect or traced(raised)
end

local function boxed(ok, value, ...)
  if ok then
    return value, ...
  end
  error(getmetatable(value) == box_mt and value or setmetatable({ value = value }, box_mt), 0)
end

--- A callback of the user's as it is called inside: what it raises reaches the user as it is, whatever it is.
---@param fn function
---@return function
function failure.boxed(fn)
  return function(...)
    return boxed(pcall(fn, ...))
  end
end

local amend_mt = {}

function amend_mt:__close(raised)
  if error_of.is(raised) then
    self.fn(raised)
  end
end

--- Changes any failure that leaves the block: `local _ <close> = amend(function(err) ... end)`. The function sets
--- fields, or raises another failure in its place.
---@param fn function|nil (err); nil or false: nothing is changed
function failure.amend(fn)
  return fn and setmetatable({ fn = fn }, amend_mt) or nil
end

--- Adds what the work is about to any failure that leaves the block, unless a place further in has said it:
--- `local _ <close> = about(source, target)`.
---@param ... any references, or their text
function failure.about(...)
  local refs = table.pack(...)
  return failure.amend(function(err)
    for position = 1, refs.n do
      refs[position] = tostring(refs[position])
    end
    err:with({ ref = table.concat(refs, " ") })
  end)
end

local defer_mt = {}

function defer_mt:__close()
  self.fn()
end

--- Runs a function when the block is left, however that is: `local _ <close> = defer(function() ... end)`. It sends no
--- request and does not yield.
---@param fn function
function failure.defer(fn)
  return setmetatable({ fn = fn }, defer_mt)
end

return failure
