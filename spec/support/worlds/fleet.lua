--- What specs of verbs start from: a real registry with a few images, and clients with folders of their own.
--
--     local fleet, try = require("spec.support.worlds.fleet").block()     -- for the specs of one describe
--     try("does this", function() ... end)                         -- pending when there is no docker-registry
--     fleet.registry, fleet.made.amd.reference, fleet:ref("app:all"), fleet:client { jobs = 1 }
--     fleet:requests()      -- "GET /v2/... 200" lines since the last call, sorted

local block = require("spec.support.block")
local busted = require("busted")
local manifest = require("manifest")
local registry = require("spec.support.servers.registry")
local temp = require("spec.support.temp")

local methods = {}
local mt = { __name = "spec.fleet", __index = methods }

local IMAGES = {
  { name = "amd", repository = "amd64/app", tag = "1", platform = { os = "linux", architecture = "amd64" } },
  { name = "arm", repository = "arm32v7/app", tag = "1", platform = { os = "linux", architecture = "arm",
    variant = "v7" } },
  { name = "arm6", repository = "arm32v6/app", tag = "1", platform = { os = "linux", architecture = "arm",
    variant = "v6" } },
  { name = "arm64", repository = "arm64v8/app", tag = "1", type = "oci", platform = { os = "linux",
    architecture = "arm64", variant = "v8" } },
  { name = "own", repository = "app", tag = "own", platform = { os = "linux", architecture = "s390x" } },
  { name = "bare", repository = "app", tag = "bare" },
  { name = "badconfig", repository = "app", tag = "badconfig", config = { architecture = 5 } },
  { name = "childamd", repository = "multi", tag = "amd", platform = { os = "linux", architecture = "amd64" } },
  { name = "childarm", repository = "multi", tag = "arm", type = "oci", platform = { os = "linux",
    architecture = "arm", variant = "v5" } },
  { name = "list", repository = "multi", tag = "list", type = "docker-list", children = { "childamd", "childarm" } },
  { name = "index", repository = "multi", tag = "index", type = "oci-index", children = { "childarm", "childamd" },
    annotations = { a = "b" } },
}

--- A reference in the fleet's registry.
function methods:ref(rest)
  return self.registry.address .. "/" .. rest
end

--- A client with a fresh configuration folder, or the given one.
function methods.client(_, options)
  options = options or {}
  options.config = options.config or temp.folder("config")
  return manifest.client(options), options.config
end

--- What the registry was asked since the last call.
function methods:requests()
  local lines = {}
  for index, request in ipairs(self.registry:requests()) do
    lines[index] = ("%s %s %d"):format(request.method, request.path, request.status)
  end
  self.registry:clear()
  table.sort(lines)
  return lines
end

--- A fleet that starts before the specs of a block and stops after them.
---@return table fleet empty until then
---@return function try (name, act): a spec of the block that needs the fleet
local function new()
  local fleet = setmetatable({}, mt)
  if not registry.present() then
    return fleet, function(name)
      busted.pending(name .. " (docker-registry is not here)")
    end
  end
  fleet.registry = block.registry()
  fleet.made = block.images(fleet.registry, IMAGES)
  busted.setup(function()
    fleet.registry:clear()
  end)
  return fleet, busted.it
end

return { block = new }
