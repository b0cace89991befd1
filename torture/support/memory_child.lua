--- Calls every verb in heavy repositories and prints by how many bytes the process was larger than before:
--- memory_child.lua ADDRESS SEED LAYER NAME=BLOB... Each line: REPOSITORY, VERB, BYTES.

local lfs = require "lfs"
local manifest = require "manifest"
local random = require "spec.support.inputs.random"
local temp = require "spec.support.temp"
local verbs = require "torture.support.verbs"

local address, seed, layer = arg[1], math.tointeger(tonumber(arg[2])), arg[3]

local function kilobytes(field)
  return math.tointeger(tonumber(temp.read("/proc/self/status"):match(field .. ":%s*(%d+)")))
end

--- From now on VmHWM is the most since now.
local function forget_most()
  local file = assert(io.open("/proc/self/clear_refs", "w"))
  file:write("5")
  file:close()
end

local function call_all(name, blob, each)
  local at = ("%s/%s"):format(address, name)
  local world = { layer = layer, layout = temp.path("layout"), blob = blob, document = "{}" }
  lfs.mkdir(world.layout)
  verbs.each(at, world, random.new(seed), function(verb, call)
    local client <close> = manifest.client { config = temp.folder("config"), timeout = 30, stall_timeout = 5 }
    forget_most()
    call(client)
    each(verb, kilobytes("VmHWM"))
    collectgarbage()
    collectgarbage()
  end)
  temp.remove(world.layout)
end

verbs.hurry()
call_all("nothing", "sha256:" .. ("0"):rep(64), function() end) -- what is loaded once is there then
local before = kilobytes("VmRSS")
for index = 4, #arg do
  local name, blob = arg[index]:match("^(.*)=(.*)$")
  call_all(name, blob, function(verb, most)
    print(("%s\t%s\t%d"):format(name, verb, (most - before) * 1024))
  end)
end
