--- R1: mutated answers through every verb: nothing is raised, nothing hangs, memory is bounded, and what is called by a
--- digest has it.

local catalogue = require "manifest.verb.catalogue"
local core = require "manifest.base.core"
local error_of = require "manifest.base.error"
local manifest = require "manifest"
local process = require "spec.support.process"
local random = require "spec.support.inputs.random"
local right = require "spec.support.inputs.right_call"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local MOST_SECONDS = 20 -- of a verb
local MOST_GROWTH = 64 << 20 -- bytes of this process

local answers = { promise = "R1", summary = "mutated answers through every verb", count = 1000000, sample = 400,
  counts = "answers; 1000000 by default", words = "" }

local open_engine = core.engine
local function quick_engine(settings)
  settings.backoff = 0.001
  return open_engine(settings)
end

--- Calls that go far; `at` is the repository of this seed, `world` has files. Every verb is called as its declaration
--- says, too, with options as it comes.
local FAR = {
  annotate = function(c, at) return c:annotate(at .. "/list:1", at .. "/a:1", { os = "linux", arch = "arm" }) end,
  inspect = function(c, at) return c:inspect(at .. ":1", { verbose = true }) end,
  resolve = function(c, at) return c:resolve(at .. ":1", "linux/arm64") end,
  ["index create"] = function(c, at) return c:index_create { target = at .. "/t:1", sources = { at .. ":1" } } end,
  ["index add"] = function(c, at) return c:index_add(at .. ":1", at .. "/b:2") end,
  ["index remove"] = function(c, at) return c:index_remove(at .. ":1", "linux/arm64") end,
  ["index replace"] = function(c, at) return c:index_replace(at .. ":1", at .. "/b:2", { entry = "linux/amd64" }) end,
  ["index annotate"] = function(c, at)
    return c:index_annotate(at .. ":1", "linux/amd64", { annotations = { a = "b" } })
  end,
  image = function(c, at, world)
    return c:image { target = at .. "/i:1", layers = { world.layer }, platform = "linux/amd64" }
  end,
  ["blob get"] = function(c, at, world) return c:blob_get(at .. "@" .. world.blob) end,
  ["blob put"] = function(c, at, world) return c:blob_put(at .. "/b", world.layer) end,
  pull = function(c, at, world)
    return c:pull(at .. ":1", world.layout .. "/files", { artifact_type = "application/x-note" })
  end,
  config = function(c, at) return c:config(at .. ":1", { platform = "linux/amd64" }) end,
  tag = function(c, at) return c:tag(at .. ":1", { "2" }) end,
  prune = function(c, at) return c:prune(at, { keep = 1, yes = true }) end,
  copy = function(c, at, world) return c:copy(at .. ":1", "oci:" .. world.layout .. ":1", { referrers = true }) end,
  delete = function(c, at) return c:delete(at .. ":1", { dry_run = true, shared = true }) end,
  referrers = function(c, at) return c:referrers(at .. ":1", { platform = "linux/amd64" }) end,
  attach = function(c, at, world)
    return c:attach { subject = at .. ":1", artifact_type = "a/b", files = { world.layer }, shared = false }
  end,
  tree = function(c, at) return c:tree(at .. ":1", { referrers = true }) end,
  verify = function(c, at) return c:verify(at .. ":1", { binaries = true }) end,
  diff = function(c, at) return c:diff(at .. ":1", at .. "/b:1") end,
  plan = function(c, at) return c:plan({ { target = at .. "/t:2", sources = { at .. ":1" } } }, { lock = false }) end,
  apply = function(c, at) return c:apply({ { target = at .. "/t:2", sources = { at .. ":1" } } }, { lock = false }) end,
}

--- What arguments and options are, by type and by name.
local function values_of(at, world)
  local registry = at:match("^[^/]*")
  return { location = at .. ":1", reference = at .. ":1", repository = at, file = world.layer,
    folder = world.layout .. "/files", registry = registry, document = world.document, sources = { at .. ":1" },
    source = at .. ":1", layers = { world.layer } }
end

local function call_declared(entry, client, at, world, chance)
  local call = assert(right.random_call(require(entry.module), values_of(at, world), chance), "no right call was found")
  return client[entry.method](client, table.unpack(call, 1, call.n))
end

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

--- Calls a verb by a function; returns what was wrong.
local function amiss(name, call, ...)
  local began = core.clock()
  local ok, value, err = pcall(call, ...)
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

--- Calls every verb in one world; adds what was wrong.
local function play(client, at, world, chance, add)
  for _, entry in ipairs(catalogue) do
    local name, far = entry.name, FAR[entry.name]
    add(name, far and amiss(name, far, client, at, world))
    add(name .. " as declared", amiss(name, call_declared, entry, client, at, world, chance))
  end
end

local function world_of(layer)
  return { layer = layer, layout = temp.folder("layout"), blob = manifest.digest.of("layer of amd64"),
    document = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}' }
end

---@param options table seed, count
function answers.run(options)
  core.engine = quick_engine
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
    play(client, at, world, random.new(seed), function(name, what)
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
