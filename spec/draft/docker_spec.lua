--- One local store for docker and for us: what either writes, the other reads and goes on with.

local block = require "spec.support.block"
local core = require "manifest.core"
local digest = require "manifest.name.digest"
local docker = require "spec.support.worlds.docker"
local drafts = require "spec.support.inputs.drafts"
local file_name = require "manifest.draft.file_name"
local json = require "manifest.base.json"
local registry = require "spec.support.servers.registry"
local store = require "manifest.draft.store"
local temp = require "spec.support.temp"

describe("one store for docker and for us", function()
  if not (docker.present() and registry.present()) then
    pending("docker and docker-registry are not both here")
    return
  end
  local here, at = block.registry()
  local made = block.images(here, {
    { repository = "app", tag = "amd64", platform = { os = "linux", architecture = "amd64" } },
    { repository = "app", tag = "arm", type = "oci", platform = { os = "linux", architecture = "arm" } },
  })
  local list, arm

  setup(function()
    list, arm = at("app:all"), made[2].reference
  end)

  local function works(done)
    assert.equal(0, done.status, done.stderr)
    return done.stdout
  end

  local function both(name, act)
    it(name, function()
      local cli = docker.new()
      act(cli, store.open { folder = cli.folder })
    end)
  end

  --- The entries that docker would make of the images.
  local function entries()
    local built = {}
    for index, image in ipairs(made) do
      built[index] = drafts.entry(image.reference, { raw = image.raw, media_type = image.media_type,
        platform = { os = "linux", architecture = index == 1 and "amd64" or "arm" } })
    end
    return built
  end

  local function docker_creates(cli)
    works(cli { "manifest", "create", "--insecure", list, made[1].reference, arm })
  end

  local function bytes_of(cli)
    local folder, seen = cli.store .. "/" .. file_name.of(list), {}
    for _, name in ipairs(core.file.list(folder)) do
      seen[name] = temp.read(folder .. "/" .. name)
    end
    return seen
  end

  both("docker and we write the same files", function(cli, opened)
    docker_creates(cli)
    local other = docker.new()
    local ours = store.open { folder = other.folder }
    assert(ours:save_all(list, entries()))
    assert.same(bytes_of(cli), bytes_of(other))
    works(cli { "manifest", "annotate", list, arm, "--variant", "v7", "--os-features", "x<,y" })
    assert(ours:update(list, arm, function(entry)
      entry.platform.variant, entry.platform["os.features"] = "v7", { "x<", "y" }
      return entry
    end))
    assert.same(bytes_of(cli), bytes_of(other))
    assert.equal("v7", assert(opened:get(list, arm)).platform.variant)
  end)

  both("docker annotates, shows, pushes and removes what we began", function(cli, opened)
    assert(opened:save_all(list, entries()))
    works(cli { "manifest", "annotate", list, arm, "--variant", "v6" })
    assert.equal("v6", assert(opened:get(list, arm)).platform.variant)
    assert(opened:update(list, arm, function(entry)
      entry.platform.variant = "v7"
      return entry
    end))
    local shown = works(cli { "manifest", "inspect", list })
    assert.truthy(shown:find('"variant": "v7"', 1, true), shown)
    local seen = assert(json.decode(works(cli { "manifest", "inspect", "-v", list, arm })))
    assert.equal(made[2].digest, seen.Descriptor.digest)
    local pushed = works(cli { "manifest", "push", "--insecure", list })
    assert.equal(digest.of((shown:gsub("\n$", ""))), pushed:match("(sha256:%x+)\n$"))
    works(cli { "manifest", "rm", list })
    assert.is_false(opened:exists(list))
    assert(opened:save_all(list, entries(), { fresh = true }))
    assert.equal(2, #opened:list(list))
  end)

  both("we annotate and remove what docker began", function(cli, opened)
    docker_creates(cli)
    local listed = assert(opened:list(list))
    assert.same({ made[1].reference, arm }, { tostring(listed[1].ref), tostring(listed[2].ref) })
    assert.equal(made[1].raw, listed[1].raw)
    assert(opened:update(list, arm, function(entry)
      entry.platform.variant = "v5"
      return entry
    end))
    assert.truthy(works(cli { "manifest", "inspect", list }):find('"variant": "v5"', 1, true))
    works(cli { "manifest", "push", "--insecure", "--purge", list })
    assert.is_false(opened:exists(list))
    docker_creates(cli)
    assert(opened:remove(list))
    assert.equal(1, cli({ "manifest", "rm", list }).status)
  end)

  both("docker takes a list of ours that has a name it shares for its own; we tell", function(cli, opened)
    local ours, theirs = here.address .. "/app:x-y", here.address .. "/app-x:y"
    assert(opened:save_all(ours, entries()))
    local _, err = opened:list(theirs)
    assert.equal("collision", err.code)
    assert.truthy(tostring(err):find(ours, 1, true) and tostring(err):find(theirs, 1, true), tostring(err))
    works(cli { "manifest", "rm", theirs })
    works(cli { "manifest", "create", "--insecure", theirs, arm })
    assert.same(1, #assert(opened:list(theirs)))
  end)
end)
