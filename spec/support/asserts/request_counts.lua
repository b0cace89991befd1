--- Counts what a verb asks of a registry, in the registry's own log, told as "count METHOD kind".
--
--     local stage = request_counts.block()        -- for the specs of one describe: server, other (as of block), and
--     stage.at("app:1"), stage.at("app:1", other) -- references
--     stage.push(repository, count, place), stage.push_apart(name, count)
--     stage.told("1 GET manifests", function(client) return client:get(...) end, more)

local assert = require "luassert"
local block = require "spec.support.block"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local temp = require "spec.support.temp"

local KINDS = { "uploads", "manifests", "blobs", "tags", "referrers" }
local ARCHITECTURES = { "amd64", "arm64", "s390x", "ppc64le" }

local function add(counts, request)
  local kind = request.path
  for position = #KINDS, 1, -1 do
    kind = request.path:find("/" .. KINDS[position] .. "/") and KINDS[position] or kind
  end
  local what = request.method .. " " .. kind
  counts[what] = (counts[what] or 0) + 1
end

--- "1 GET blobs, 2 PUT manifests": what a registry was asked since the last clear, sorted. What it failed at with a 500
--- was asked again: docker-registry does while it rewrites, in place, a file that another request reads.
local function counted(server)
  local counts, lines = {}, {}
  for _, request in ipairs(server:requests()) do
    if (request.status or 200) < 500 then
      add(counts, request)
    end
  end
  for what, count in pairs(counts) do
    lines[#lines + 1] = ("%d %s"):format(count, what)
  end
  table.sort(lines, function(a, b)
    return a:match(" .*") < b:match(" .*")
  end)
  return table.concat(lines, ", ")
end

local function new()
  local server = block.registry()
  local stage = { server = server, other = block.registry() }

  function stage.at(name, place)
    return (place or server).address .. "/" .. name
  end

  --- An index of some images that share a layer; each has another, and a config: 2 images have 5 blobs.
  function stage.push(repository, count, place)
    local entries, children = {}, {}
    for position = 1, count do
      children[position] = ARCHITECTURES[position]
      entries[position] = { name = children[position], repository = repository, tag = children[position], type = "oci",
        layers = { "shared", children[position] }, platform = { os = "linux", architecture = children[position] } }
    end
    entries[#entries + 1] = { name = "all", repository = repository, tag = "1", type = "oci-index",
      children = children }
    return images.push(place or server, entries)
  end

  --- Images of a config and a layer, each in a repository of its own: their references.
  function stage.push_apart(name, count)
    local entries, references = {}, {}
    for position = 1, count do
      entries[position] = { repository = name .. position, tag = "1", platform = { os = "linux",
        architecture = ARCHITECTURES[position] } }
      references[position] = stage.at(("%s%d:1"):format(name, position))
    end
    images.push(server, entries)
    return references
  end

  --- Asserts what a call asks of a registry; it gets a new client, and its results are returned.
  ---@param more table? place (another registry), config (a folder that is kept), slow (what may be asked instead when
  --- the machine is slow: an index that was read more than a tenth of a second ago is looked at before it is replaced)
  function stage.told(expected, call, more)
    more = more or {}
    local place = more.place or server
    local client <close> = manifest.client { config = more.config or temp.folder("config") }
    place:clear()
    local result = assert(call(client))
    local seen = counted(place)
    assert.equal(seen == more.slow and more.slow or expected, seen)
    return result
  end

  return stage
end

return { block = new, counted = counted }
