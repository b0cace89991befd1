--- R4: copies and index creates where a share of all requests fails in a way that may pass.

local front = require "torture.support.front"
local requests = require "torture.support.requests"

local FAULTS = { "closed before the status", "reset before the status", "the answer is lost", "reset in the headers",
  "reset in the body", "shorter than its length", "reset after the body", "429", "429, Retry-After: 0", "500", "503",
  "504" }
local PLATFORMS = { "linux/amd64", "linux/arm64", "linux/arm/v7" }

local transient = { promise = "R4", summary = "copies and index creates where 10 % of the requests fail, then 30 %",
  count = 1000, sample = 2, processes = 8, counts = "runs of each; 1000 by default", words = "" }

--- An index "all:1" of three images "single/N:1", and an image of its own for each.
local function prepare(client, address)
  requests.prepare(client, address)
  local sources = {}
  for number, platform in ipairs(PLATFORMS) do
    local made = assert(client:image { target = ("%s/single/%d:1"):format(address, number), platform = platform,
      layers = { requests.layer(number) } })
    sources[number] = made.reference
  end
  return assert(client:index_create { target = address .. "/all:1", sources = sources }).digest
end

local verbs = {
  { name = "copies", run = function(client, places, name)
    return client:copy(places.from .. "/all:1", ("%s/copy/%s:1"):format(places.to, name))
  end },
  { name = "creates", run = function(client, places, name)
    local sources = {}
    for index in ipairs(PLATFORMS) do
      sources[index] = ("%s/single/%d:1"):format(places.from, index)
    end
    return client:index_create { target = ("%s/create/%s:1"):format(places.to, name), sources = sources }
  end },
}

--- Runs both verbs COUNT times at a rate. Returns figures, successes of both and what was wrong.
local function at_rate(behind, digest, rate, options, wrong)
  local origins = front.start(behind.plan, { clean = {}, from = { faults = FAULTS, rate = rate, seed = options.seed },
    to = { faults = FAULTS, rate = rate, seed = options.seed + 1 } })
  local clean = front.client(behind.plan, {})
  local figures, failures = {}, 0
  for index, verb in ipairs(verbs) do
    local good = 0
    for number = 1, options.count do
      local client <close> = front.client(behind.plan, {})
      local name = ("%d-%d"):format(rate * 100, number)
      local done, err = verb.run(client, origins.address, name)
      local target = ("%s/%s/%s:1"):format(origins.address.clean, index == 1 and "copy" or "create", name)
      local report, why = clean:verify(target)
      if done then
        good = good + 1
      elseif os.getenv("TORTURE_VERBOSE") then
        io.stderr:write(tostring(err), "\n")
      end
      if done and not (report and report.digest == digest) or not done and not report and why.code ~= "not_found" then
        wrong[#wrong + 1] = ("%s: %s"):format(target, tostring(why or report.digest))
      end
    end
    figures[index] = ("%d of %d %s"):format(good, options.count, verb.name)
    failures = failures + options.count - good
  end
  clean:close()
  local count = #origins:played()
  origins:stop()
  return ("at %d %% %s (%d faults)"):format(rate * 100, table.concat(figures, ", "), count), failures
end

---@param options table seed, count
function transient.run(options)
  local behind, wrong = front.registry(), {}
  local origins = front.start(behind.plan, { clean = {} })
  local client = front.client(behind.plan, {})
  local digest = prepare(client, origins.address.clean)
  client:close()
  origins:stop()
  local few, failures = at_rate(behind, digest, 0.1, options, wrong)
  if failures > 2 * options.count / 1000 then
    wrong[#wrong + 1] = ("%d of %d runs failed at 10 %%"):format(failures, 2 * options.count)
  end
  local many = at_rate(behind, digest, 0.3, options, wrong)
  behind.stop()
  return { figures = few .. "; " .. many, wrong = wrong }
end

return transient
