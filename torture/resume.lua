--- R5: what broke off goes on where it was: a large blob whose answers end a hundred times, on its way to a file and to
--- another registry, and an upload half of whose answers are lost. The registries are real but for the last: Debian's
--- gives up an upload that it is asked about by an old URL.

local manifest = require "manifest"
local process = require "spec.support.process"
local registries = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

local MOST_CUTS, PARTS = 100, 64
local MOST_AGAIN = 0.02 -- of the blob, that comes twice

local MANIFEST = [[{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
  "artifactType":"x/large","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"%s","size":2},
  "layers":[{"mediaType":"application/octet-stream","digest":"%s","size":%d}]}]]

local resume = { promise = "R5", summary = "a large blob that breaks off 100 times on its way", count = 1024,
  sample = 40, counts = "MiB of the blob; 1024 by default", words = "" }

--- A file of so many MiB that no compression shortens; the same for the same seed.
local function large_file(mib, seed)
  local path = temp.path("large")
  local made = process.run { "sh", "-c", [[
    openssl enc -aes-128-ctr -nosalt -pbkdf2 -pass "pass:$1" -in /dev/zero 2>/dev/null | head -c "$2" >"$3"]], "sh",
    seed, mib << 20, path }
  assert(made.status == 0, made.stderr)
  return path
end

local function sum_of(path)
  return "sha256:" .. process.run({ "sha256sum", path }).stdout:match("^%x+")
end

--- Puts the file into the first registry, and an artifact that has nothing else.
local function put_artifact(world)
  local at, empty = world.from.address .. "/app", temp.file("{}")
  assert(world.client:blob_put(at, world.file))
  assert(world.client:blob_put(at, empty))
  assert(world.client:put(at .. ":1", MANIFEST:format(sum_of(empty), world.digest, world.mib << 20)))
end

--- As often as the blob has two megabytes, and no more than that.
local function cuts_of(mib)
  return math.min(MOST_CUTS, mib // 2)
end

--- Starts cutting.py before a registry. Returns the addresses where answers end early and where they are lost, and what
--- was done so far: function () -> cuts, bytes passed on, answers lost.
local function start_cutting(upstream, mib, seed)
  local record, number = temp.file("0 0 0\n"), cuts_of(mib)
  local server = process.start { "/usr/bin/python3", "torture/support/cutting.py", upstream, seed, record, number,
    math.max(3 << 19, ((mib << 20) // number * 3 // 2) - (1 << 20)), stderr = temp.path("stderr") }
  local early, lost = process.wait_for(function() return server:output():match("%d+ %d+") end):match("(%d+) (%d+)")
  return "127.0.0.1:" .. early, "127.0.0.1:" .. lost, function()
    local cuts, passed, gone = temp.read(record):match("(%d+) (%d+) (%d+)")
    return math.tointeger(cuts), math.tointeger(passed), math.tointeger(gone)
  end, server
end

--- A download of the blob through what cuts: DO(address) makes it. Adds what is wrong, returns figures.
local function broken_off(name, world, wrong, work)
  local early, _, told, server = start_cutting(world.from.address, world.mib, world.seed)
  local ok, err = work(early)
  local cuts, passed = told()
  local wanted = cuts_of(world.mib)
  server:stop()
  local again = passed / (world.mib << 20) - 1
  wrong[#wrong + 1] = not ok and ("%s: %s"):format(name, tostring(err)) or nil
  wrong[#wrong + 1] = cuts ~= wanted and ("%s: it was cut %d times of %d"):format(name, cuts, wanted) or nil
  wrong[#wrong + 1] = again > MOST_AGAIN and ("%s: %.1f %% came twice"):format(name, again * 100) or nil
  return ("%s cut %d times, %.2f %% came twice"):format(name, cuts, again * 100)
end

local function to_a_file(world, early)
  local path = temp.path("got")
  local done, err = world.client:blob_get(("%s/app@%s"):format(early, world.digest), { file = path })
  local ok = done and sum_of(path) == world.digest
  os.remove(path)
  return ok, err or "other bytes"
end

local function to_a_registry(world, early)
  local done, err = world.client:copy(early .. "/app:1", world.to.address .. "/app:1")
  local report, why = world.client:verify(world.to.address .. "/app:1")
  return done and report and report.digest == done.copied[1].digest, err or why
end

local function with_answers_lost(world, wrong)
  local _, lost, told, server = start_cutting(world.from.address, world.mib, world.seed)
  local client <close> = manifest.client { config = temp.folder("config"), chunk_size = (world.mib << 20) // PARTS }
  local done, err = client:blob_put(lost .. "/x", world.file)
  local _, passed, gone = told()
  server:stop()
  wrong[#wrong + 1] = not done and ("an upload of which %d answers were lost: %s"):format(gone, tostring(err)) or nil
  wrong[#wrong + 1] = gone == 0 and "no answer was lost" or nil
  return ("an upload in %d parts of which %d answers were lost, %.2f %% went twice"):format(PARTS, gone,
    (passed / (world.mib << 20) - 1) * 100)
end

---@param options table seed, count
function resume.run(options)
  local world = { from = registries.start(), to = registries.start(), mib = options.count, seed = options.seed,
    client = manifest.client { config = temp.folder("config") } }
  local wrong = {}
  world.file = large_file(world.mib, world.seed)
  world.digest = sum_of(world.file)
  put_artifact(world)
  local figures = {
    broken_off("a blob to a file", world, wrong, function(early) return to_a_file(world, early) end),
    broken_off("a copy", world, wrong, function(early) return to_a_registry(world, early) end),
    with_answers_lost(world, wrong),
  }
  world.client:close()
  world.from:stop()
  world.to:stop()
  os.remove(world.file)
  return { wrong = wrong, figures = ("%d MiB: %s"):format(world.mib, table.concat(figures, "; ")) }
end

return resume
