--- R4: the registry that is copied from, or to, is killed in mid copy and started again within a second.

local manifest = require "manifest"
local process = require "spec.support.process"
local random = require "spec.support.inputs.random"
local registries = require "spec.support.servers.registry"
local tar = require "spec.support.inputs.tar"
local temp = require "spec.support.temp"

local LAYERS, LAYER_BYTES = 8, 6 << 20
local MOST_DELAY, AWAY = 0.5, 0.3 -- seconds
local MOST_AWAY = 1000 -- milliseconds: who starts later does not count

local restart = { promise = "R4", summary = "a registry is killed and started again in mid copy", count = 20,
  sample = 2,
  counts = "copies; 20 by default", words = "" }

local function layers_of(chance)
  local list = {}
  for number = 1, LAYERS do
    local text = tostring(chance(1 << 30))
    list[number] = temp.file(tar.archive { { "layer" .. number, text:rep(LAYER_BYTES // #text) } })
  end
  return list
end

--- Kills the registry after DELAY seconds and starts it again on its port. It prints how long the registry was away.
local SCRIPT = [[
sleep $1
kill -9 $2
killed=$(date +%s%N)
sleep $3
docker-registry serve $4/config.yml >$4/again 2>&1 &
until grep -q 'listening on' $4/again; do sleep 0.02; done
echo away $((($(date +%s%N) - killed) / 1000000))
wait
]]

local function kill_and_start(registry, delay)
  return process.start { "sh", "-c", SCRIPT, "sh", tostring(delay), registry.process.pid, AWAY, registry.folder,
    env = { OTEL_TRACES_EXPORTER = "none" } }
end

--- Copies to a place of its own while a registry is away; returns what was wrong, and for how many milliseconds.
local function copy_once(world, number, chance)
  local victim = number % 2 == 0 and world.from or world.to
  local killer = kill_and_start(victim, chance(1000) / 1000 * MOST_DELAY)
  local target = ("%s/copy/%d:1"):format(world.to.address, number)
  local done, err = world.client:copy(world.from.address .. "/app:1", target)
  local away = assert(process.wait_for(function() return killer:output():match("away (%d+)") end))
  local report, why = world.client:verify(target)
  killer:stop("KILL")
  victim:restart()
  local is_good = done and report and report.digest == world.digest
  return not is_good and tostring(err or why or report.digest) or nil, math.tointeger(away)
end

---@param options table seed, count
function restart.run(options)
  local chance, wrong = random.new(options.seed), {}
  local world = { from = registries.start(), to = registries.start(), client = manifest.client {
    config = temp.folder("config") } }
  world.from:restart() -- so that its configuration names its port
  world.to:restart()
  world.digest = assert(world.client:image { target = world.from.address .. "/app:1", platform = "linux/amd64",
    layers = layers_of(chance) }).digest
  world.client:digest(world.to.address .. "/copy:1") -- it is known then: who was never there is not waited for
  local number, good, late, longest = 0, 0, 0, 0
  while good + #wrong < options.count and late <= options.count do
    number = number + 1
    local amiss, away = copy_once(world, number, chance)
    if away > MOST_AWAY then
      late = late + 1
    elseif amiss then
      wrong[#wrong + 1] = ("copy %d, away for %d ms: %s"):format(number, away, amiss)
    else
      good, longest = good + 1, math.max(longest, away)
    end
  end
  world.client:close()
  world.from:stop()
  world.to:stop()
  return { wrong = wrong, figures = ("%d of %d copies, the registry away for up to %d ms (%d more were away for longer "
    .. "than a second)"):format(good, good + #wrong, longest, late) }
end

return restart
