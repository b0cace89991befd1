--- R7: machines that add to one index, and attach to one image, at once: all of it is there. A machine is a process
--- with a /tmp and a home of its own, so that no lock is shared. (The work tree must not lie below /tmp.)

local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local registries = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

local MACHINES = 16
local PLATFORMS = { "amd64", "arm64", "386", "ppc64le", "s390x", "riscv64", "mips64le", "loong64" }

local machines = { promise = "R7", summary = "16 machines add to one index and attach to one image", count = 5,
  sample = 1,
  counts = "rounds; 5 by default", words = "" }

--- The same work on a machine of its own: WORK REGISTRY ROUND NUMBER.
local PROGRAM = [[
  local work, at, round, number = arg[1], arg[2], arg[3], arg[4]
  local client = require("manifest").client { config = os.getenv("HOME") }
  if work == "add" then
    assert(client:index_add(at .. "/app:all" .. round, at .. "/app:m" .. number, { shared = true, create = true }))
  else
    local file = os.getenv("HOME") .. "/note" .. number
    local handle = assert(io.open(file, "w"))
    handle:write("note ", number)
    handle:close()
    assert(client:attach { subject = at .. "/app:m" .. round, artifact_type = "a/b", files = { file } })
  end
]]

--- A /tmp of one's own, with the work tree in it where it lies there.
local APART = [[
  mount --bind "$1" /mnt && mount -t tmpfs none /tmp && mkdir -p "$1" && mount --bind /mnt "$1" && cd "$1" && shift &&
    exec "$@"]]

local function apart(...)
  return { "unshare", "--mount", "sh", "-c", APART, "sh", ours.root, ... }
end

--- True when a process may have a /tmp of its own.
local function may_be_apart()
  return process.run(apart("true")).status == 0
end

local function job(script, work, at, round, number)
  local env = ours.variables()
  env.HOME = "/tmp"
  env.TMPDIR = "/tmp"
  local command = apart("lua5.4", "-", work, at, tostring(round), tostring(number))
  command.env, command.input = env, script
  return command
end

local function race(script, work, at, round)
  local jobs = {}
  for number = 1, MACHINES do
    jobs[number] = job(script, work, at, round, number)
  end
  local wrong = {}
  for number, done in ipairs(process.run_all(jobs)) do
    if done.status ~= 0 then
      wrong[#wrong + 1] = ("%s, round %d, machine %d: %s"):format(work, round, number, done.stderr)
    end
  end
  return wrong
end

--- Images of platforms that differ, one for each machine.
local function entries()
  local list = {}
  for number = 1, MACHINES do
    list[number] = { repository = "app", tag = "m" .. number, type = "oci", platform = { os = number > 8 and "freebsd"
      or "linux", architecture = PLATFORMS[(number - 1) % 8 + 1] } }
  end
  return list
end

---@param options table count
function machines.run(options)
  assert(may_be_apart(), "this user may not mount (unshare --mount)")
  local registry, wrong, added, attached = registries.start(), {}, 0, 0
  images.push(registry, entries())
  local client = manifest.client { config = temp.folder("config") }
  for round = 1, options.count do
    for _, work in ipairs { "add", "attach" } do
      local amiss = race(PROGRAM, work, registry.address, round)
      table.move(amiss, 1, #amiss, #wrong + 1, wrong)
    end
    local index = assert(client:get(("%s/app:all%d"):format(registry.address, round)))
    added = added + #index.content.manifests
    attached = attached + #assert(client:referrers(("%s/app:m%d"):format(registry.address, round))).referrers
  end
  client:close()
  registry:stop()
  if added ~= MACHINES * options.count or attached ~= MACHINES * options.count then
    wrong[#wrong + 1] = "some of it is not there"
  end
  return { wrong = wrong, figures = ("%d of %d additions, %d of %d attachments"):format(added, MACHINES * options.count,
    attached, MACHINES * options.count) }
end

return machines
