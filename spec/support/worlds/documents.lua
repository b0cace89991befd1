--- Documents of a repository that is only a table, and a call whose tasks run one after another: for specs of the
-- graph.
--
--     local world = documents.new()
--     local amd = world:image { os = "linux", architecture = "amd64" }     -- its config says so
--     local list = world:index { { amd, platform = {...}, annotations = {...} } }
--     local root = world:root(list)                                        -- a node of the graph
--     world.repository.asked                                               -- digests of documents that were asked for

local digest = require "manifest.name.digest"
local error_of = require "manifest.base.error"
local failure = require "manifest.base.failure"
local json = require "manifest.base.json"
local media_type = require "manifest.name.media_type"
local nodes = require "manifest.graph.node"
local platform = require "manifest.name.platform"
local read = require "manifest.graph.read"

local methods = {}
local mt = { __index = methods }

local function call_of()
  local call = { verb = "spec", jobs = 1, loop = {}, options = {} }
  function call.loop.all(_, list, _, fn)
    local results = {}
    for position, item in ipairs(list) do
      local value, err = failure.caught(fn, item, position)
      if value == nil and err ~= nil then
        return nil, err
      end
      results[position] = value
    end
    return results
  end
  function call:each(list, fn)
    return (failure.try(self.loop:all(list, 1, fn)))
  end
  function call.warn() end
  return call
end

local function new()
  local world = setmetatable({ documents = {}, blobs = {}, call = call_of() }, mt)
  world.repository = { asked = {}, identity = "spec/app", domain = "spec" }
  function world.repository:manifest(name)
    self.asked[#self.asked + 1] = name
    local one = world.documents[name]
    if not one then
      return nil, error_of.new { code = "not_found", message = name .. " is not there" }
    end
    return { raw = one.raw, media_type = one.media_type, digest = name, size = #one.raw }
  end
  function world.repository.blob(_, name)
    return world.blobs[name] or nil, error_of.new { code = "not_found", message = name .. " is not there" }
  end
  return world
end

--- Stores a document of these members.
function methods:document(kind, members)
  local bytes = json.encode(json.object(members))
  local one = { raw = bytes, media_type = kind, digest = digest.of(bytes), size = #bytes }
  self.documents[one.digest] = one
  return one
end

--- An image whose config tells a platform; `label` makes it another one.
function methods:image(tells, label, config_type)
  local config = json.encode(tells and platform.to_json(tells) or json.object { { "label", label or "" } })
  self.blobs[digest.of(config)] = config
  local function part(kind, bytes)
    return json.object { { "mediaType", kind }, { "digest", digest.of(bytes) }, { "size", #bytes } }
  end
  return self:document(media_type.oci_manifest, { { "schemaVersion", 2 }, { "mediaType", media_type.oci_manifest },
    { "config", part(config_type or media_type.oci_config, config) },
    { "layers", json.array { part(media_type.oci_layer, "one"), part(media_type.oci_layer, label or "two") } } })
end

--- An index; an entry is a document, or {document, platform, annotations}.
function methods:index(entries)
  local list = {}
  for position, entry in ipairs(entries) do
    local one = entry.digest and entry or entry[1]
    list[position] = json.object { { "mediaType", one.media_type }, { "digest", one.digest }, { "size", one.size },
      { "platform", entry.platform and platform.to_json(entry.platform) or nil },
      { "annotations", json.sorted_object(entry.annotations) } }
  end
  return self:document(media_type.oci_index, { { "schemaVersion", 2 }, { "mediaType", media_type.oci_index },
    { "manifests", json.array(list) } })
end

--- The answer that fetching a document gives.
function methods:answer(one)
  return read.document_at("spec", "x", self.repository, one.digest)
end

--- The root of a graph that begins with a document.
function methods:root(one)
  return nodes.root(self.call, self:answer(one))
end

return { new = new }
