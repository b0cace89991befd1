--- What an index and the manifest of an image have alike: a list of descriptors, annotations, a subject, a type.

local descriptor = require("manifest.document.descriptor")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")

local parts = {}

--- More than this is refused before it is read one by one: an index of so many entries, or an image of more layers than
--- any runtime can stack, is an attack.
local MOST = 10000

local function fail(code, message)
  return nil, error_of.new({ code = code, message = message })
end

--- Reads a list of descriptors.
---@param value any decoded JSON
---@param owner string how to name the document in an error, such as "the index"
---@param field string the name of its member
---@param one string how to name an item
---@param many string how to name several
---@return table[]|nil descriptors
---@return table|nil err invalid_manifest, too_large
function parts.descriptors(value, owner, field, one, many)
  if not json.is_array(value) then
    return fail("invalid_manifest", ("the %s of %s are not a list"):format(field, owner))
  end
  if #value > MOST then
    return fail("too_large", ("%s has %d %s, more than %d"):format(owner, #value, many, MOST))
  end
  local list = {}
  for position, item in ipairs(value) do
    local read, err = descriptor.read(item, ("%s %d"):format(one, position))
    if not read then
      return nil, err
    end
    list[position] = read
  end
  return list
end

--- Reads the rest that both have.
---@param seen table of shape.read
---@param size integer bytes of the document
---@param owner string how to name the document in an error
---@return table|nil view {media_type, size, annotations, artifact_type, subject (a descriptor), json}
---@return table|nil err invalid_manifest
function parts.common(seen, size, owner)
  local object = seen.json
  local annotations, subject, err
  annotations, err = descriptor.read_annotations(object.annotations, owner)
  if not err and object.subject ~= nil and object.subject ~= json.null then
    subject, err = descriptor.read(object.subject, "the subject")
  end
  if err then
    return nil, err
  end
  return {
    media_type = seen.media_type, size = size, annotations = annotations, subject = subject, json = object,
    artifact_type = type(object.artifactType) == "string" and object.artifactType or nil,
  }
end

return parts
