--- What a document is: an image manifest or an index. Decided once, for every reader, and refused when the media type
-- of the answer, the media type inside and the fields do not tell the same story: two readers that decide differently
-- would run different images under one digest.

local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local spelling = require("manifest.base.spelling")

local kinds = {}

local check_spelling = spelling.of({
  "schemaVersion", "mediaType", "config", "layers", "manifests", "fsLayers", "history", "subject", "artifactType",
  "annotations",
})

--- The kinds that a media type decides; anything else says nothing.
local KINDS = { index = "index", image = "image" }

local function refuse(code, message, hint)
  failure.fail { code = code, message = message, hint = hint }
end

local function check_version(object)
  local version = object.schemaVersion
  if version == 1 then
    refuse("unsupported", "manifests of schema version 1 are not supported",
      "push the image again with a current tool")
  end
  if math.type(version) ~= "integer" or version ~= 2 then
    refuse("invalid_manifest", "the document has no schema version 2")
  end
end

local function has(object, name)
  return object[name] ~= nil and object[name] ~= json.null
end

--- "index", "image" or nil by the fields alone. null says as little as a field that is not there; only where no other
--- field decides, an index without images may have been written as `"manifests": null`.
local function kind_of_fields(object)
  local is_index = has(object, "manifests")
  local is_image = has(object, "layers") or has(object, "config")
  if has(object, "fsLayers") or has(object, "history") then
    refuse("ambiguous", "the document carries fields of schema version 1 beside others")
  end
  if is_index and is_image then
    refuse("ambiguous", "the document is both an index and a manifest")
  end
  is_index = is_index or not is_image and object.manifests == json.null
  if not is_index and not is_image then
    refuse("invalid_manifest", "the document is neither a manifest nor an index")
  end
  return is_index and "index" or "image"
end

--- The media type a document has: the one inside wins over none, the one of the answer over none.
local function decide_type(object, outer, kind)
  local inner = object.mediaType
  if inner == json.null or inner == "" then
    inner = nil
  end
  if inner ~= nil and type(inner) ~= "string" then
    refuse("invalid_manifest", "the media type inside the document is not a string")
  end
  local outer_kind = KINDS[media_type.kind(outer)]
  local inner_kind = inner == outer and outer_kind or KINDS[media_type.kind(inner)]
  if inner and inner_kind ~= kind then
    refuse("ambiguous", ("the document says it is %s, its fields say it is an %s"):format(inner, kind))
  end
  if outer_kind and outer_kind ~= kind then
    refuse("ambiguous", ("the document was sent as %s, its fields say it is an %s"):format(outer, kind))
  end
  if inner and outer_kind and inner ~= outer then
    refuse("ambiguous", ("the document says it is %s, it was sent as %s"):format(inner, outer))
  end
  return inner or outer_kind and outer or kind == "index" and media_type.oci_index or media_type.oci_manifest
end

--- Reads the outside of a document.
---@param bytes string
---@param outer string|nil media type of the answer; an unknown one counts as none
---@return_overload table seen {kind = "index"|"image", media_type, json}
---@return_overload nil, table err invalid_json, invalid_manifest, ambiguous or unsupported
kinds.read = failure.returned(function(bytes, outer)
  local object = failure.try(json.decode(bytes))
  if not json.is_object(object) then
    refuse("invalid_manifest", "the document is not a JSON object")
  end
  check_spelling(object, "the document")
  check_version(object)
  local kind = kind_of_fields(object)
  return { kind = kind, media_type = decide_type(object, outer, kind), json = object }
end)

return kinds
