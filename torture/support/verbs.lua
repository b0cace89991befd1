--- Calls of every verb: some that go far, and what the declarations make. `at` is a repository (HOST:PORT/NAME), a
--- world has files: layer, layout (a folder); and blob (a digest), document.

local catalogue = require "manifest.verb.catalogue"
local core = require "manifest.base.core"
local right = require "spec.support.inputs.right_call"

local verbs = {}

--- From now on nobody waits long before a request is sent again.
function verbs.hurry()
  local open = core.engine
  core.engine = function(settings)
    settings.backoff = 0.001
    return open(settings)
  end
end

--- Calls that go far; `at` is the repository of this seed, `world` has files. Every verb is called as its declaration
--- says, too, with options as it comes.
local FAR = {
  annotate = function(c, at) return c:annotate(at .. "/list:1", at .. "/a:1", { os = "linux", arch = "arm" }) end,
  inspect = function(c, at) return c:inspect(at .. ":1", { verbose = true }) end,
  resolve = function(c, at) return c:resolve(at .. ":1", "linux/arm64") end,
  ["index create"] = function(c, at) return c:index_create { target = at .. "/t:1", sources = { at .. ":1" } } end,
  ["index add"] = function(c, at) return c:index_add(at .. ":1", at .. "/b:2") end,
  ["index remove"] = function(c, at) return c:index_remove(at .. ":1", "linux/arm64") end,
  ["index replace"] = function(c, at) return c:index_replace(at .. ":1", at .. "/b:2", { entry = "linux/amd64" }) end,
  ["index annotate"] = function(c, at)
    return c:index_annotate(at .. ":1", "linux/amd64", { annotations = { a = "b" } })
  end,
  image = function(c, at, world)
    return c:image { target = at .. "/i:1", layers = { world.layer }, platform = "linux/amd64" }
  end,
  ["blob get"] = function(c, at, world) return c:blob_get(at .. "@" .. world.blob) end,
  ["blob put"] = function(c, at, world) return c:blob_put(at .. "/b", world.layer) end,
  pull = function(c, at, world)
    return c:pull(at .. ":1", world.layout .. "/files", { artifact_type = "application/x-note" })
  end,
  config = function(c, at) return c:config(at .. ":1", { platform = "linux/amd64" }) end,
  tag = function(c, at) return c:tag(at .. ":1", { "2" }) end,
  prune = function(c, at) return c:prune(at, { keep = 1, yes = true }) end,
  copy = function(c, at, world) return c:copy(at .. ":1", "oci:" .. world.layout .. ":1", { referrers = true }) end,
  delete = function(c, at) return c:delete(at .. ":1", { dry_run = true, shared = true }) end,
  referrers = function(c, at) return c:referrers(at .. ":1", { platform = "linux/amd64" }) end,
  attach = function(c, at, world)
    return c:attach { subject = at .. ":1", artifact_type = "a/b", files = { world.layer }, shared = false }
  end,
  tree = function(c, at) return c:tree(at .. ":1", { referrers = true }) end,
  verify = function(c, at) return c:verify(at .. ":1", { binaries = true }) end,
  diff = function(c, at) return c:diff(at .. ":1", at .. "/b:1") end,
  plan = function(c, at) return c:plan({ { target = at .. "/t:2", sources = { at .. ":1" } } }, { lock = false }) end,
  apply = function(c, at) return c:apply({ { target = at .. "/t:2", sources = { at .. ":1" } } }, { lock = false }) end,
}

--- What arguments and options are, by type and by name.
local function values_of(at, world)
  local registry = at:match("^[^/]*")
  return { location = at .. ":1", reference = at .. ":1", repository = at, file = world.layer,
    folder = world.layout .. "/files", registry = registry, document = world.document, sources = { at .. ":1" },
    source = at .. ":1", layers = { world.layer } }
end

--- Calls EACH(name, call) for every verb; call(client) calls it.
---@param chance function of spec.support.inputs.random
function verbs.each(at, world, chance, each)
  local values = values_of(at, world)
  for _, entry in ipairs(catalogue) do
    local far = FAR[entry.name]
    if far then
      each(entry.name, function(client) return far(client, at, world) end)
    end
    local given = assert(right.random_call(require(entry.module), values, chance), "no right call was found")
    each(entry.name .. " as declared", function(client)
      return client[entry.method](client, table.unpack(given, 1, given.n))
    end)
  end
end

return verbs
