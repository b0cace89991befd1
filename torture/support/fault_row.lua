--- One fault befalls each kind of request, once and for ever: fault_row.lua FAULT ORDER.json, where ORDER has the plan
--- of faulty.py and what the repository holds. Prints { once = { [kind] = outcome }, always = ..., wrong = lines }.

local core = require "manifest.base.core"
local dkjson = require "dkjson"
local front = require "torture.support.front"
local lfs = require "lfs"
local requests = require "torture.support.requests"
local temp = require "spec.support.temp"

local SLOW, QUICK_END = { timeout = 12, stall = 1, connect = 2 }, { timeout = 60, stall = 20, connect = 15 } -- seconds
local ATTEMPTS = 3 -- of a verb that never got to the request: the machine was too busy
local QUICK = 0.02 -- seconds of the first wait between tries, in place of 0.2: what is asked here is not how long

local open_engine = core.engine
core.engine = function(settings)
  settings.backoff = QUICK
  return open_engine(settings)
end

local fault = arg[1]
local order = assert(dkjson.decode((assert(temp.read(arg[2])))))
local limits = order.slow and SLOW or QUICK_END
local most = 6 * limits.timeout -- of a verb, whose upload begins anew up to five times

local function origins_of()
  local origins = { clean = {} }
  for _, request in ipairs(requests) do
    for name, times in pairs { once = 1, always = -1 } do
      origins[request.kind .. " " .. name] = { faults = { fault }, kind = request.kind, times = times,
        also = request.also, h2 = order.h2 or nil }
    end
  end
  return origins
end

local function descriptors()
  local count = 0
  for _ in lfs.dir("/proc/self/fd") do
    count = count + 1
  end
  return count
end

local wrong = {}
local function complain(kind, how, what)
  wrong[#wrong + 1] = ("%s, %s, %s: %s"):format(fault, kind, how, what)
end

--- Runs the verb, and tells "ok" or the code of its error.
local function outcome_of(request, how, world)
  world.folder = temp.folder("config")
  local client = front.client(order.plan, { timeout = limits.timeout, stall_timeout = limits.stall,
    connect_timeout = limits.connect, identity = request.identity, chunk_size = request.chunk_size,
    config = world.folder, jobs = 1 }) -- one by one: which request meets a server that has gone is always the same
  local before, began = descriptors(), core.clock()
  local ok, value, err = pcall(request.run, client, world)
  client:close { abandon = 1 }
  local lasted = core.clock() - began
  if not ok then
    complain(request.kind, how, "raised " .. tostring(value))
    return "raised"
  end
  if lasted > most then
    complain(request.kind, how, ("took %.1f seconds"):format(lasted))
  end
  if descriptors() > before then
    complain(request.kind, how, "left descriptors open")
  end
  if err and tostring(err):find(front.writer.password, 1, true) then
    complain(request.kind, how, "the error holds the password")
  end
  return value and "ok" or err.code, value, err
end

--- Did the fault befall the request?
local function was_reached(origins, request, how)
  for _, played in ipairs(origins:played()) do
    if played.origin == request.kind .. " " .. how and played.fault == fault then
      return true
    end
  end
end

local origins = front.start(order.plan, origins_of())
local clean = front.client(order.plan, {})
local result = { once = {}, always = {}, wrong = wrong }
for number, request in ipairs(requests) do
  for _, how in ipairs { "once", "always" } do
    local world = { at = origins.address[request.kind .. " " .. how], clean = origins.address.clean,
      name = ("cell/%s/%d-%s"):format(order.number, number, how), known = order.known, writer = front.writer,
      fault = fault }
    local outcome, value, err
    for _ = 1, ATTEMPTS do
      outcome, value, err = outcome_of(request, how, world)
      if was_reached(origins, request, how) then
        break
      end
    end
    local amiss = not was_reached(origins, request, how) and "the fault was never played"
      or request.check(clean, world, value)
    if amiss then
      complain(request.kind, how, amiss)
    end
    result[how][request.kind] = outcome
    if os.getenv("TORTURE_VERBOSE") then
      io.stderr:write(("%s | %s | %s | %s\n"):format(fault, request.kind, how, err and tostring(err) or "ok"))
    end
  end
end
for _, played in ipairs(origins:played()) do
  if played.leak then
    complain("any", "any", "another host was sent credentials")
  end
end
clean:close()
origins:stop()
io.stdout:write(dkjson.encode(result), "\n")
