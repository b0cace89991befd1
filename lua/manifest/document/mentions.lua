--- Everything in a document that looks like a descriptor, wherever it stands: a superset of what is known to be named
-- there, so that nothing is passed over because its kind is a new one.

local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")

local function collect(value, key, found)
  if json.is_array(value) then
    for _, item in ipairs(value) do
      collect(item, key, found)
    end
    return
  end
  if not json.is_object(value) then
    return
  end
  if type(value.digest) == "string" and digest.parse(value.digest) then
    local kind = type(value.mediaType) == "string" and value.mediaType or nil
    found[#found + 1] = {
      digest = value.digest, media_type = kind, size = math.type(value.size) == "integer" and value.size or nil,
      is_subject = key == "subject", is_entry = key == "manifests",
      is_document = key == "subject" or media_type.kind(kind) ~= "blob" or kind == nil and key == "manifests",
    }
  end
  for _, name in ipairs(json.keys(value)) do
    collect(value[name], name, found)
  end
end

--- All that a document mentions.
---@param document any bytes, or ordered JSON
---@return_overload table[] mentioned {digest, media_type, size (each nil when it is not said), is_subject, is_entry (of
--- an index), is_document = a manifest or an index}
---@return_overload nil, table err not a JSON object
local function mentions(document)
  if type(document) == "string" then
    document = json.decode(document)
  end
  if not json.is_object(document) then
    return nil, error_of.new({ code = "invalid_manifest", message = "it is no JSON object" })
  end
  local found = {}
  collect(document, nil, found)
  return found
end

return mentions
