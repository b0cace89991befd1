--- Images and indexes in the media types of the other family: Docker's in OCI's, and back. Configs and layers stay the
-- bytes that they are; manifests and indexes are written anew, so their digests change.
--
-- What Docker's types cannot say (annotations, subjects, layers of zstd, artifacts) is refused, and never left out.

local attestation = require("manifest.document.attestation")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local merged = require("manifest.base.merged")

local convert = {}

--- What Docker's documents have room for.
local KEPT = {
  image = { schemaVersion = true, mediaType = true, config = true, layers = true },
  index = { schemaVersion = true, mediaType = true, manifests = true },
  descriptor = { mediaType = true, size = true, digest = true, urls = true },
  entry = { mediaType = true, size = true, digest = true, urls = true, platform = true },
}

local function refuse(node, what)
  failure.fail {
    code = "unsupported", message = ("%s has %s, which Docker's media types cannot say"):format(node.digest, what),
    hint = "nothing was written; attestations can be left out (option 'attestations'), anything else stays OCI's",
  }
end

--- Refuses what would be lost; an empty list or object says nothing.
local function check_lossless(node, object, kept, where)
  for _, name in ipairs(json.keys(object)) do
    local value = object[name]
    local says_nothing = value == json.null or json.is_array(value) and #value == 0
      or json.is_object(value) and #json.keys(value) == 0
    if not kept[name] and says_nothing then
      object[name] = nil
    elseif not kept[name] then
      refuse(node, ("'%s' in %s"):format(name, where))
    end
  end
end

--- Gives a layer the type of the family.
local function convert_layer(node, layer, family)
  local twin, is_known = media_type.in_family(layer.mediaType, family)
  if family == "docker" then
    if not is_known then
      refuse(node, "a layer of the type " .. layer.mediaType)
    end
    check_lossless(node, layer, KEPT.descriptor, "a layer")
  end
  layer.mediaType = twin
end

--- A node with other bytes.
local function rewritten(node, object, kind, more)
  local raw = document.serialise(object) --[[@as string]] -- it was read, so it can be written
  return node:with(merged({ kept = raw, digest = digest.of(raw), size = #raw, media_type = kind }, more))
end

local function convert_image(node, family)
  local kind = media_type.in_family(node.media_type, family)
  if kind == node.media_type then
    return node
  end
  local object = node:decoded().json
  if family == "docker" then
    check_lossless(node, object, KEPT.image, "its manifest")
    check_lossless(node, object.config, KEPT.descriptor, "its config")
  end
  for _, layer in ipairs(object.layers) do
    convert_layer(node, layer, family)
  end
  object.config.mediaType = family == "oci" and media_type.oci_config or media_type.docker_config
  object.mediaType = kind
  return rewritten(node, object, kind)
end

--- Gives the entries of an index what came of their documents.
---@param twins table<string, manifest.Node?> by the digest that the index has
local function convert_entries(node, manifests, family, twins)
  local digests = {}
  for before, child in pairs(twins) do
    digests[before] = child.digest
  end
  for _, entry in ipairs(manifests) do
    local child = twins[entry.digest]
    if child then
      entry.mediaType, entry.digest, entry.size = child.media_type, child.digest, child.size
    end
    attestation.follow(entry, digests)
    if family == "docker" then
      check_lossless(node, entry, KEPT.entry, "an entry")
    end
  end
end

local visit ---@type fun(node: manifest.Node, family: string, done: table): manifest.Node

local function convert_index(node, family, done)
  local kind, edges, twins = media_type.in_family(node.media_type, family), {}, {}
  local is_same = kind == node.media_type
  for position, edge in ipairs(node.edges) do
    local child = visit(edge.node, family, done)
    edges[position] = { node = child, entry = edge.entry, parent = edge.parent, platform = edge.platform }
    twins[edge.node.digest] = child
    is_same = is_same and child == edge.node
  end
  if is_same then
    return node
  end
  local object = node:decoded().json
  if family == "docker" then
    check_lossless(node, object, KEPT.index, "its index")
  end
  convert_entries(node, object.manifests, family, twins)
  object.mediaType = kind
  return rewritten(node, object, kind, { edges = edges })
end

function visit(node, family, done)
  if not done[node] then
    if node.kind == "index" then
      done[node] = convert_index(node, family, done)
    elseif family == "oci" and node.kind ~= "image" then
      done[node] = node
    elseif node.kind ~= "image" then
      refuse(node, "the type " .. node.media_type)
    else
      done[node] = convert_image(node, family)
    end
  end
  return done[node]
end

--- What a graph is in a family.
---@param root manifest.Node walked
---@param family "oci"|"docker"
---@return manifest.Node root the same one where it is of the family already
function convert.to(root, family)
  return visit(root, family, {})
end

return convert
