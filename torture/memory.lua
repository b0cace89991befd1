--- R9: how large the process gets, whatever is answered: every verb, in repositories whose documents are as heavy as
--- may be, or whose blobs are.

local heavy = require "torture.support.heavy"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local FIXED = 5 -- words of the child's command before the repositories
local MOST = 64 << 20 -- bytes, above those of the documents that are read at once

local memory = { promise = "R9", summary = "how large every verb gets in heavy repositories", count = 1, sample = 13,
  counts = "1: every repository; N: every N-th", words = "" }

---@param options table seed, count
function memory.run(options)
  local server, repositories = heavy.start()
  local words = { "lua5.4", "torture/support/memory_child.lua", server.address.a, options.seed,
    temp.file(tar.archive { { "a", "x" } }), env = ours.variables(), timeout = 3600 }
  local documents = {}
  for index = 1 + options.seed % options.count, #repositories, options.count do
    local one = repositories[index]
    words[#words + 1] = ("%s=%s"):format(one.name, one.blob)
    documents[one.name] = one.bytes
  end
  local done = process.run(words)
  server:stop()
  local wrong, worst, calls = {}, { above = -math.huge }, 0
  wrong[1] = done.status ~= 0 and done.stderr or nil
  for name, verb, size in done.stdout:gmatch("([^\t\n]+)\t([^\t]+)\t(%-?%d+)\n") do
    local above = math.tointeger(tonumber(size)) - documents[name]
    calls = calls + 1
    worst = above > worst.above and { above = above, name = name, verb = verb } or worst
    if above > MOST then
      wrong[#wrong + 1] = ("%s in %s grew to %d MiB above its documents"):format(verb, name, above >> 20)
    end
  end
  return { wrong = wrong, figures = ("%d calls in %d repositories; the most was %d MiB above what was read (%s in %s)")
    :format(calls, #words - FIXED, worst.above >> 20, worst.verb, worst.name) }
end

return memory
