--- R1: mutated answers through every verb: nothing is raised, nothing hangs, memory is bounded, and what is called by a
--- digest has it.

local catalogue = require "manifest.verb.catalogue"
local core = require "manifest.base.core"
local error_of = require "manifest.base.error"
local manifest = require "manifest"
local process = require "spec.support.process"
local random = require "spec.support.inputs.random"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"
local verbs = require "torture.support.verbs"

local MOST_SECONDS = 60 -- of a verb: attach writes a list that is never kept 40 times, half a second apart
local MOST_GROWTH = 64 << 20 -- bytes of this process

local answers = { promise = "R1", summary = "mutated answers through every verb", count = 1000000, sample = 400,
  processes = 16, counts = "answers; 1000000 by default", words = "" }

local function resident()
  return math.tointeger(tonumber(temp.read("/proc/self/statm"):match("^%d+ (%d+)"))) * 4096
end

--- What is wrong with a value of a verb, if anything.
local function amiss_with(name, value)
  if name == "get" and manifest.digest.of(value.raw) ~= value.digest then
    return "returned bytes of another digest"
  end
end

local function amiss_in_layout(folder)
  local found = process.run { "sh", "-c", 'cd "$1/blobs/sha256" 2>/dev/null && sha256sum * 2>/dev/null || true', "sh",
    folder }
  for sum, name in found.stdout:gmatch("(%x+)  (%S+)\n") do
    if sum ~= name then
      return "the layout holds other bytes than " .. name
    end
  end
end

--- Calls a verb; returns what was wrong.
local function amiss(name, call, client)
  local began = core.clock()
  local ok, value, err = pcall(call, client)
  local lasted = core.clock() - began
  if not ok then
    return "raised " .. tostring(value)
  elseif lasted > MOST_SECONDS then
    return ("took %.1f seconds"):format(lasted)
  elseif value == nil and not error_of.is(err) then
    return "gave neither a value nor an error"
  end
  return value and amiss_with(name, value)
end

local function world_of(layer)
  return { layer = layer, layout = temp.folder("layout"), blob = manifest.digest.of("layer of amd64"),
    document = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}' }
end

---@param options table seed, count
function answers.run(options)
  verbs.hurry()
  local record = temp.file("0\n")
  local server = process.start { "/usr/bin/python3", "torture/support/mutant.py", record, stderr = temp.path("stderr") }
  local port = assert(process.wait_for(function() return server:output():match("%d+") end), server:errors())
  local layer, before = temp.file(tar.archive { { "a", "x" } }), nil
  local wrong, seed, most = {}, options.seed, 0
  while (tonumber(temp.read(record)) or 0) < options.count and #wrong < 20 do
    seed = seed + 1
    local at, world = ("127.0.0.1:%s/m%d"):format(port, seed), world_of(layer)
    local client <close> = manifest.client { config = temp.folder("config"), timeout = 10, stall_timeout = 2,
      credentials = function() return { username = "me", password = "secret" } end }
    verbs.each(at, world, random.new(seed), function(name, call)
      local what = amiss(name, call, client)
      wrong[#wrong + 1] = what and ("m%d, %s: %s"):format(seed, name, what)
    end)
    local what = amiss_in_layout(world.layout)
    wrong[#wrong + 1] = what and ("m%d: %s"):format(seed, what)
    temp.remove(world.layout)
    collectgarbage()
    before = seed > options.seed + 20 and before or resident() -- after that, what is loaded once is there
    most = math.max(most, resident() - before)
  end
  if most > MOST_GROWTH then
    wrong[#wrong + 1] = ("the process grew by %d MiB"):format(most >> 20)
  end
  server:stop()
  return { figures = ("%s answers to %d verbs in %d worlds, %d MiB more memory"):format(temp.read(record):match("%d+"),
    #catalogue, seed - options.seed, most >> 20), wrong = wrong }
end

return answers
