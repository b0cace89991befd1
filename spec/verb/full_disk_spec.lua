--- What the command does when a file cannot grow: the limit of the process stands for a disk that is full.

local fleet_of = require("spec.support.worlds.fleet")
local ours = require("spec.support.worlds.ours")
local process = require("spec.support.process")
local tar = require("spec.support.inputs.tar")
local temp = require("spec.support.temp")

describe("a file that cannot grow", function()
  if os.getenv("LUA_INIT_5_4") then
    pending("the counters of ./dev coverage cannot grow either")
    return
  end
  local fleet, try = fleet_of.block()

  --- Runs the command where no file may have more than 512 bytes.
  local function run_limited(world, words)
    local command = world.command(words)
    table.move(command, 1, #command, 5)
    table.move({ "sh", "-c", 'ulimit -f 1; exec "$@"', "sh" }, 1, 4, 1, command)
    return process.run(command)
  end

  local function files_in(folder)
    return process.run({ "find", folder, "-type", "f" }).stdout
  end

  try("leaves no list and nothing half-written of a new one, and says where", function()
    local world = ours.new()
    local done = run_limited(world, { "create", fleet:ref("full:1"), fleet.made.amd.reference })
    assert.equal(1, done.status)
    assert.matches("cannot replace " .. world.folder:gsub("%p", "%%%0") .. "/%S+: File too large\n", done.stderr)
    assert.matches("the space left", done.stderr)
    assert.equal("", files_in(world.folder))
  end)

  try("leaves an entry as it was", function()
    local world, list, image = ours.new(), fleet:ref("full:1"), fleet.made.amd.reference
    assert.equal(0, world({ "create", list, image }).status)
    local before, seen = files_in(world.folder), world({ "inspect", list }).stdout
    local done = run_limited(world, { "annotate", "--variant", "v2", list, image })
    assert.equal(1, done.status)
    assert.matches("File too large", done.stderr)
    assert.equal(before, files_in(world.folder))
    assert.equal(seen, world({ "inspect", list }).stdout)
  end)

  try("leaves nothing half-written in a layout", function()
    local world, folder = ours.new(), temp.folder("layout")
    local layer = temp.file(tar.archive({ { "x", "y" } }))
    local done = run_limited(world, { "image", "--platform", "linux/amd64", "oci:" .. folder, layer })
    assert.equal(1, done.status)
    assert.matches("File too large", done.stderr)
    assert.is_nil(files_in(folder):find("/.manifest-", 1, true))
  end)
end)
