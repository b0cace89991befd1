--- R9: memory that is refused: each allocation of Lua, and of C (libcurl's, cJSON's, ours), fails once in a verb with
--- real requests. That ends in an error or well, nothing stays behind, and the next call goes well.

local front = require "torture.support.front"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"
local token_registry = require "spec.support.servers.token_registry"

local WORKS = { "get", "tags", "image", "index", "copy" }

local allocations = { promise = "R9", summary = "each allocation fails once, in verbs with real requests", count = 7,
  sample = 400, counts = "every N-th allocation; 7 by default", words = "[WORK]" }

--- Runs a work with its allocations failing. Returns how many failed, and what was wrong.
local function exhaust(mode, work, place, options)
  local folder = temp.folder("job")
  temp.file(tar.archive { { "a", "x" } }, folder .. "/layer")
  local env = ours.variables()
  env.ASAN_OPTIONS = "detect_leaks=1"
  local done = process.run { env.MANIFEST_BUILD .. "/host", ("%s:%d:%d"):format(mode, options.count,
    1 + options.seed % options.count), "torture/support/work_job.lua", folder, work, place.registry.address,
    front.writer.username, front.writer.password, env = env, timeout = 3600 }
  temp.remove(folder)
  local failed = math.tointeger(tonumber(done.stdout:match("^(%d+) allocations"))) or 0
  return failed, done.status ~= 0 and ("%s, %s: status %d, %s"):format(work, mode, done.status, done.stderr) or nil
end

---@param options table seed, count, argument
function allocations.run(options)
  local place, wrong, total = token_registry.start {}, {}, { ["lua-memory"] = 0, ["c-memory"] = 0 }
  local client = manifest.client { config = temp.folder("config"), credentials = function() return front.writer end }
  assert(client:image { target = place.registry.address .. "/app:1", platform = "linux/amd64", layers = {
    temp.file(tar.archive { { "a", "x" } }) } })
  client:close()
  for _, work in ipairs(WORKS) do
    for mode in pairs(total) do
      if not options.argument or options.argument == work then
        local failed, amiss = exhaust(mode, work, place, options)
        total[mode] = total[mode] + failed
        wrong[#wrong + 1] = amiss
      end
    end
  end
  place:stop()
  return { wrong = wrong, figures = ("%d allocations of Lua and %d of C failed, in %d verbs"):format(
    total["lua-memory"], total["c-memory"], options.argument and 1 or #WORKS) }
end

return allocations
