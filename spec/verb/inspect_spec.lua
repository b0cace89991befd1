--- inspect against a real registry and the local store.

local fleet_of = require("spec.support.worlds.fleet")
local media_type = require("manifest.name.media_type")

describe("inspect", function()
  local fleet, try = fleet_of.block()

  try("shows an image with its exact bytes, in one request", function()
    local client <close> = fleet:client()
    local arm = fleet.made.arm
    fleet:requests()
    local seen = assert(client:inspect(arm.reference))
    assert.equal("image", seen.kind)
    assert.equal(arm.raw, seen.raw)
    assert.equal(arm.digest, seen.digest)
    assert.equal(arm.size, seen.size)
    assert.equal(media_type.docker_manifest, seen.media_type)
    assert.equal(arm.config.digest, seen.image_id)
    assert.equal(2, seen.content.schemaVersion)
    assert.is_nil(seen.platform)
    assert.equal(1, #fleet:requests())
  end)

  try("tells an image's platform when asked for more, with one request more", function()
    local client <close> = fleet:client()
    fleet:requests()
    local seen = assert(client:inspect(fleet.made.arm.reference, { verbose = true }))
    assert.same({ os = "linux", architecture = "arm", variant = "v7" }, seen.platform)
    assert.equal(2, #fleet:requests())
  end)

  try("shows a list in one request", function()
    local client <close> = fleet:client()
    fleet:requests()
    local seen = assert(client:inspect(fleet.made.index.reference))
    assert.equal("index", seen.kind)
    assert.equal(fleet.made.index.raw, seen.raw)
    assert.same({ a = "b" }, seen.annotations)
    assert.equal(2, #seen.entries)
    assert.equal(fleet.made.childarm.digest, seen.entries[1].digest)
    assert.same({ os = "linux", architecture = "amd64" }, seen.entries[2].platform)
    assert.equal(1, #fleet:requests())
  end)

  try("fetches each child of a list once when asked for more", function()
    local client <close> = fleet:client()
    fleet:requests()
    local seen = assert(client:inspect(fleet.made.list.reference, { verbose = true }))
    assert.equal(fleet.made.childamd.raw, seen.children[1].raw)
    assert.equal(fleet.made.list.reference .. "@" .. fleet.made.childarm.digest, tostring(seen.children[2].ref))
    assert.equal(3, #fleet:requests())
  end)

  try("asks the registry, with a warning, where the local lists may not be read", function()
    local temp = require "spec.support.temp"
    local folder = temp.folder("closed")
    local shut = folder .. "/docker"
    assert(os.execute(("mkdir '%s' && chmod 000 '%s'"):format(shut, shut)))
    local done = require("spec.support.worlds.ours").run_bound(temp.file([[
      local client = require("manifest").client { config = arg[1] }
      print(assert(client:inspect(arg[2])).digest)
      print(#client:warnings(), client:warnings()[1])
      print(select(2, client:push(arg[2])).code)
    ]]), shut, fleet.made.arm.reference)
    os.execute(("chmod 700 '%s'"):format(shut))
    if not done then
      return pending("root's rights cannot be taken away here")
    end
    local digest, count, warning, code = done.stdout:match("^([^\n]*)\n(%d+)\t([^\n]*)\n([^\n]*)\n$")
    assert.equal(fleet.made.arm.digest, digest, done.stdout .. done.stderr)
    assert.equal("1", count) -- the folder is closed: that is said once
    assert.matches(shut, warning, 1, true)
    assert.matches("Permission denied", warning, 1, true)
    assert.equal("io", code)
  end)

  try("warns of local lists that may not be read where the rest of the folder may be", function()
    local temp = require "spec.support.temp"
    local folder = temp.folder("docker")
    local lists = folder .. "/manifests"
    assert(os.execute(("mkdir '%s' && chmod 000 '%s'"):format(lists, lists)))
    local done = require("spec.support.worlds.ours").run_bound(temp.file([[
      local client = require("manifest").client { config = arg[1] }
      print(assert(client:inspect(arg[2])).digest)
      print(#client:warnings(), client:warnings()[1])
    ]]), folder, fleet.made.arm.reference)
    os.execute(("chmod 700 '%s'"):format(lists))
    if not done then
      return pending("root's rights cannot be taken away here")
    end
    local count, warning = done.stdout:match("\n(%d+)\t([^\n]*)\n$")
    assert.equal("1", count, done.stdout .. done.stderr)
    assert.matches(lists, warning, 1, true)
  end)

  try("prefers a local list, which costs no request", function()
    local client <close> = fleet:client()
    local target = fleet.made.list.reference
    assert(client:create(target, { fleet.made.own.reference }))
    fleet:requests()
    local seen = assert(client:inspect(target))
    assert.is_true(seen.is_local)
    assert.equal(fleet.made.own.digest, seen.entries[1].digest)
    assert.equal(fleet.made.own.reference, seen.entries[1].reference)
    assert.equal(fleet.made.own.config.digest,
      assert(client:inspect(fleet.made.own.reference, { list = target })).image_id)
    assert.same({}, fleet:requests())
  end)

  try("names what is not there", function()
    local client <close> = fleet:client()
    local _, err = client:inspect(fleet:ref("absent:1"))
    assert.equal("not_found", err.code)
    assert.equal("no such manifest: " .. fleet:ref("absent:1"), err.message)
    assert.equal(404, err.status)
    _, err = client:inspect(fleet:ref("x"), { list = fleet:ref("absent:1") })
    assert.equal("No such manifest: " .. fleet:ref("x:latest"), err.message)
    _, err = client:inspect("BAD ref")
    assert.equal("invalid_reference", err.code)
    assert.equal("inspect", err.verb)
  end)
end)
