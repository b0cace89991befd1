--- Reads the manifest of one image: its config, its layers, and the platform its config tells.

local descriptor = require("manifest.document.descriptor")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local kinds = require("manifest.document.kind")
local text = require("manifest.base.text")

local try = failure.try

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local image = {}

--- Layers that a registry need not hold: base layers of Windows, and what the image specification deprecated.
local FOREIGN = { [media_type.docker_foreign_layer] = true }
local OCI_FOREIGN = "application/vnd.oci.image.layer.nondistributable."

local function bad(message)
  failure.fail { code = "invalid_manifest", message = message }
end

--- Reads an image manifest.
---@param bytes string
---@param outer string|nil media type it was sent with
---@return_overload table image {kind = "image"|"artifact", media_type, size, config, layers, annotations,
--- artifact_type, subject, json}
---@return_overload nil, table err invalid_json, invalid_manifest, ambiguous, unsupported, too_large
function image.read(bytes, outer)
  local seen = try(kinds.read(bytes, outer))
  if seen.kind ~= "image" then
    bad("the document is an index, not the manifest of one image")
  end
  return image.of(seen, #bytes)
end

--- The same of a document that kinds.read has read already.
---@param seen table of kinds.read
---@param size integer bytes of the document
---@return_overload table image as image.read gives it
---@return_overload nil, table err invalid_manifest, too_large
function image.of(seen, size)
  local config, layers = try(descriptor.read(seen.json.config, "the config")), seen.json.layers
  layers = layers ~= nil and layers ~= json.null
    and try(descriptor.read_list(layers, "the manifest", "layers", "layer", "layers")) or {}
  local read = try(descriptor.read_rest(seen, size, "the manifest"))
  read.kind = media_type.is_image_config(config.media_type, read.media_type) and "image" or "artifact"
  read.config, read.layers = config, layers
  return read
end

--- The blobs a registry must hold before the manifest, config first, each digest once.
---@param read table an image
---@return table[] blobs {digest, size, media_type, data, foreign}; foreign ones may be absent from a registry
function image.blobs(read)
  local blobs, seen = {}, {}
  local function add(item)
    if not seen[item.digest] then
      seen[item.digest] = true
      blobs[#blobs + 1] = {
        digest = item.digest,
        size = item.size,
        media_type = item.media_type,
        data = item.data,
        foreign = FOREIGN[item.media_type] == true or item.media_type:find(OCI_FOREIGN, 1, true) == 1,
      }
    end
  end
  add(read.config)
  for _, layer in ipairs(read.layers) do
    add(layer)
  end
  return blobs
end

--- The platform that an image's config tells. Names match in any case and a later one wins, as docker reads them.
---@param bytes string the config blob
---@return_overload table platform possibly empty, when the config tells nothing
---@return_overload nil, table err invalid_json or invalid_manifest
function image.platform(bytes)
  local object = try(json.decode(bytes))
  if object == json.null then
    return {}
  end
  if not json.is_object(object) then
    bad("the image's config is not a JSON object")
  end
  local fields = {}
  for _, key in ipairs(json.keys(object)) do
    local name = text.lower(key)
    fields[name] = object[key] ~= json.null and object[key] or fields[name]
  end
  return try(descriptor.read_platform(fields, "the image's config has a platform"))
end

--- The digests of the archives inside an image's layers, as its config tells them.
---@param bytes string the config blob
---@return string[]|nil diff_ids nil when it tells none
function image.diff_ids(bytes)
  local object = json.decode(bytes)
  local rootfs = json.is_object(object) and object.rootfs
  local ids = json.is_object(rootfs) and rootfs.diff_ids
  return json.is_array(ids) and { table.unpack(ids) } or nil
end

--- The bytes of an image manifest, laid out as docker lays out what it writes.
---@param given table media_type, config and layers (descriptors); optional: annotations, artifact_type, subject (a
--- descriptor)
---@return_overload string bytes
---@return_overload nil, table err a text that is not UTF-8
function image.build(given)
  return json.encode(json.object({
    { "schemaVersion", 2 },
    { "mediaType", given.media_type },
    { "artifactType", given.artifact_type },
    { "config", descriptor.to_json(given.config) },
    { "layers", descriptor.list_to_json(given.layers) },
    { "subject", given.subject and descriptor.to_json(given.subject) or nil },
    { "annotations", json.sorted_object(given.annotations) },
  }), { indent = "   ", html = true })
end

failure.edge(image)

return image
