--- R10: reading twice as much takes twice as long, whatever the text: how the processor's time grows, size by size.

local core = require "manifest.base.core"
local digest = require "manifest.name.digest"
local index = require "manifest.document.index"
local json = require "manifest.base.json"
local link = require "manifest.repository.registry.link"
local platform = require "manifest.name.platform"
local process = require "spec.support.process"
local reference = require "manifest.name.reference"
local small_values = require "spec.support.inputs.small_values"
local temp = require "spec.support.temp"
local warning = require "manifest.repository.registry.warning"

local DOUBLINGS = 3
local MOST = 2.4 -- times as long for twice the size: two, and what a busy machine and its caches add
local TRIES = 7 -- the shortest counts
local LEAST = 0.004 -- seconds of the processor that can be measured

local linear = { promise = "R10", summary = "twice the size takes twice the time", count = 20, sample = 17,
  counts = "the largest text has 2^N bytes; 20 by default", words = "" }

local ENTRY = '{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:' .. ("0"):rep(64)
  .. '","size":1,"platform":{"os":"linux","architecture":"amd64"}}'

--- What is read, made of a size, and by what.
local CASES = {
  { "JSON: numbers", json.decode, function(n) return "[" .. ("1,"):rep(n // 2) .. "1]" end },
  { "JSON: one string", json.decode, function(n) return '"' .. ("x"):rep(n) .. '"' end },
  { "JSON: escapes", json.decode, function(n) return '"' .. ("\\u00e9"):rep(n // 6) .. '"' end },
  { "JSON: a number's digits", json.decode, function(n) return "0." .. ("1"):rep(n) end },
  { "JSON: keys alike", json.decode, function(n)
    local parts = {}
    for i = 1, n // 20 do
      parts[i] = ('"%010d":%d'):format(i, i)
    end
    return "{" .. table.concat(parts, ",") .. "}"
  end },
  { "JSON: opened and never closed", json.decode, function(n) return ("["):rep(n) end },
  { "an index", index.read, function(n)
    return '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":['
      .. (ENTRY .. ","):rep(math.min(n // #ENTRY, 9000)) .. ENTRY .. "]}"
  end },
  { "reference", reference.parse, function(n) return ("a/"):rep(n // 2) .. "b" end },
  { "reference: separators", reference.parse, function(n) return "a" .. ("_-."):rep(n // 3) end },
  { "digest", digest.parse, function(n) return "sha256:" .. ("+"):rep(n) end },
  { "platform", platform.parse, function(n) return "linux(" .. ("+"):rep(n) .. ")/amd64" end },
  { "Link", link.parse, function(n) return ("<"):rep(n // 2) .. (";"):rep(n // 2) end },
  { "Link: quotes", link.parse, function(n) return ('<a>;x="\\"",'):rep(n // 11) end },
  { "Warning", warning.read, function(n) return ('299 - "'):rep(n // 7) end },
  { "scopes", core.scopes, function(n) return { "repository:a:" .. ("pull,"):rep(n // 5) } end },
}

--- Seconds of the processor that a reading takes; it is repeated until that can be measured.
local function time_of(read, given)
  local best
  for _ = 1, TRIES do
    local count, began = 0, os.clock()
    repeat
      read(given)
      count = count + 1
    until os.clock() - began >= LEAST
    local each = (os.clock() - began) / count
    best = best and math.min(best, each) or each
  end
  return best
end

--- The heaviest documents of up to 4 MiB: what each takes, and how many times what Python's reader takes.
---@return string figures
local function documents()
  local slowest, most = { 0 }, { 0 }
  local texts = { ["an index of 10,000"] = small_values.index }
  for _, group in ipairs { small_values.accepted, small_values.refused } do
    for name, text in pairs(group) do
      texts[name] = text
    end
  end
  for name, text in pairs(texts) do
    local seconds = time_of(json.decode, text)
    slowest = seconds > slowest[1] and { seconds, name } or slowest
    if not small_values.refused[name] then
      local read = process.run { "python3", "torture/support/plain_json.py", temp.file(text) }
      local times = seconds / tonumber(read.stdout)
      most = times > most[1] and { times, name } or most
    end
  end
  return ("of documents of up to 4 MiB the slowest (%s) takes %.0f ms; none takes more than %.1f times what Python's "
    .. "reader takes (%s)"):format(slowest[2], slowest[1] * 1000, most[1], most[2])
end

---@param options table count
function linear.run(options)
  local wrong, worst = {}, 0
  local size = 1 << options.count
  for _, case in ipairs(CASES) do
    local name, read, make = case[1], case[2], case[3]
    local small, large = time_of(read, make(size >> DOUBLINGS)), time_of(read, make(size))
    local growth = (large / small) ^ (1 / DOUBLINGS)
    worst = math.max(worst, growth)
    if growth > MOST then
      wrong[#wrong + 1] = ("%s takes %.2f times as long for twice the size"):format(name, growth)
    end
  end
  return { wrong = wrong, figures = ("%d texts of up to %d bytes: twice the size takes at most %.2f times as long; %s")
    :format(#CASES, size, worst, documents()) }
end

return linear
