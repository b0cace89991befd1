--- Descriptors: what a document says of another one, and the platform beside it.
--
-- A descriptor is a plain table {media_type, digest, size, platform, annotations, urls, artifact_type, data}. It is a
-- view: whoever edits a document keeps the JSON it came from, so fields unknown to this module survive.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local platform_of = require("manifest.name.platform")
local spelling = require("manifest.base.spelling")

local descriptor = {}

--- Sizes in JSON are integers that every reader holds exactly.
local MAX_SIZE = 2 ^ 53

--- More than this is refused before it is read one by one: an index of so many entries, or an image of more layers than
--- any runtime can stack, is an attack.
local MOST = 10000

local function bad(where, what)
  return nil, error_of.new({ code = "invalid_manifest", message = ("%s %s"):format(where, what) })
end

local misspelt = spelling.of({
  "mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType",
})
local misspelt_platform = spelling.of(platform_of.FIELDS)

--- The value of an optional field, or nil when it is absent or null.
local function field(object, name)
  local value = object[name]
  if value ~= json.null then
    return value
  end
end

local function string_list(value, where)
  if value == nil then
    return nil
  end
  if not json.is_array(value) then
    return bad(where, "is not a list of strings")
  end
  local list = {}
  for index, item in ipairs(value) do
    if type(item) ~= "string" then
      return bad(where, "is not a list of strings")
    end
    list[index] = item
  end
  return list
end

--- Reads the fields of a platform: of an object of a descriptor, or of a config. An empty one counts as absent.
---@param object table name -> value; null counts as absent
---@param owner string how to name it in an error
---@return table|nil platform with the JSON's field names
---@return table|nil err invalid_manifest
function descriptor.read_platform(object, owner)
  local platform = {}
  for _, name in ipairs(platform_of.FIELDS) do
    local value, err = field(object, name), nil
    if name == "os.features" then
      value, err = string_list(value, ("%s whose %s"):format(owner, name))
    elseif value ~= nil and type(value) ~= "string" then
      return bad(owner, ("whose %s is not a string"):format(name))
    end
    if err then
      return nil, err
    end
    platform[name] = value ~= "" and (type(value) ~= "table" or #value > 0) and value or nil
  end
  return platform
end

--- Reads the `platform` object of a descriptor.
---@param value any decoded JSON, or nil
---@param where string how to name the place in an error
---@return table|nil platform with the JSON's field names; nil without an error when there is none
---@return table|nil err invalid_manifest
local function read_platform(value, where)
  if value == nil or value == json.null then
    return nil
  end
  if not json.is_object(value) then
    return bad(where, "has a platform that is not an object")
  end
  local err = misspelt_platform(value, where .. " has a platform that")
  if err then
    return nil, err
  end
  return descriptor.read_platform(value, where .. " has a platform")
end

local function read_required(value, where)
  local media_type, size = field(value, "mediaType"), field(value, "size")
  if type(media_type) ~= "string" or media_type == "" then
    return bad(where, "has no media type")
  end
  if math.type(size) ~= "integer" or size < 0 or size > MAX_SIZE then
    return bad(where, "has a size that is not a byte count")
  end
  local text = field(value, "digest")
  if type(text) ~= "string" then
    return bad(where, "has no digest")
  end
  local parsed, err = digest.parse(text)
  if not parsed then
    return nil, error_of.new({
      code = "invalid_digest", message = ("%s has an invalid digest: %s"):format(where, err.message), cause = err,
    })
  end
  return { media_type = media_type, digest = text, size = size }
end

--- Reads one descriptor of a decoded document.
---@param value any decoded JSON
---@param where string how to name the place in an error, such as "layer 2"
---@return table|nil descriptor
---@return table|nil err invalid_manifest or invalid_digest
function descriptor.read(value, where)
  if not json.is_object(value) then
    return bad(where, "is not a descriptor")
  end
  local err, read = misspelt(value, where), nil
  if not err then
    read, err = read_required(value, where)
  end
  if not read then
    return nil, err
  end
  read.platform, err = read_platform(value.platform, where)
  if err then
    return nil, err
  end
  read.urls, err = string_list(field(value, "urls"), where .. " urls")
  if err then
    return nil, err
  end
  read.annotations, err = descriptor.read_annotations(value.annotations, where)
  if err then
    return nil, err
  end
  local artifact_type, data = field(value, "artifactType"), field(value, "data")
  read.artifact_type = type(artifact_type) == "string" and artifact_type ~= "" and artifact_type or nil
  read.data = type(data) == "string" and data or nil
  return read
end

--- The content that a descriptor holds itself (`data`), when it is what the descriptor says.
---@param given table descriptor
---@return string|nil bytes
function descriptor.content(given)
  local bytes = given.data and core.base64.decode(given.data)
  return bytes and #bytes == given.size and digest.matches(bytes, given.digest) and bytes or nil
end

--- What a caller took for a descriptor, by its members.
local OTHERS = {
  { "manifests", "an index" }, { "layers", "the manifest of an image" }, { "rootfs", "the config of an image" },
  { "Descriptor", "what 'docker manifest inspect --verbose' prints" },
}

--- Reads a descriptor that a caller wrote.
---@param value any decoded JSON
---@return table|nil descriptor
---@return table|nil err invalid_argument: what it is instead; or as of read
function descriptor.read_given(value)
  local hint = "write {\"mediaType\": ..., \"digest\": ..., \"size\": ...}, as 'manifest resolve --json' prints it"
  local what = json.is_array(value) and "a list" or nil
  for _, other in ipairs(json.is_object(value) and OTHERS or {}) do
    what = what or value[other[1]] ~= nil and other[2] or nil
  end
  if what then
    return nil, error_of.new({
      code = "invalid_argument", message = ("the JSON is %s, not a descriptor"):format(what),
      hint = "name it by its reference, or " .. hint,
    })
  end
  local read, err = descriptor.read(value, "the descriptor")
  return read, err and err:with({ hint = hint })
end

--- Reads an annotations object into a plain table of strings; nil when there is none.
---@param value any decoded JSON, or nil
---@param where string how to name the place in an error
---@return table|nil annotations nil without an error when there are none
---@return table|nil err invalid_manifest
function descriptor.read_annotations(value, where)
  if value == nil or value == json.null then
    return nil
  end
  if not json.is_object(value) then
    return bad(where, "has annotations that are not an object")
  end
  local annotations = {}
  for _, name in ipairs(json.keys(value)) do
    local one = field(value, name)
    if one ~= nil and type(one) ~= "string" then
      return bad(where, "has an annotation that is not a string")
    end
    annotations[name] = one
  end
  return annotations
end

--- A descriptor as ordered JSON, fields in the order of docker's list. One that has its JSON already (`json`) keeps it.
---@param given table descriptor
---@return table object
function descriptor.to_json(given)
  if given.json then
    return given.json
  end
  return json.object({
    { "mediaType", given.media_type },
    { "size", given.size },
    { "digest", given.digest },
    { "urls", given.urls and #given.urls > 0 and json.array({ table.unpack(given.urls) }) or nil },
    { "annotations", json.sorted_object(given.annotations) },
    { "platform", given.platform and platform_of.to_json(given.platform) or nil },
    { "artifactType", given.artifact_type },
  })
end

--- A list of descriptors as JSON.
---@param list table[]
---@return table array
function descriptor.list_to_json(list)
  local items = {}
  for position, one in ipairs(list) do
    items[position] = descriptor.to_json(one)
  end
  return json.array(items)
end

--- Reads a list of descriptors.
---@param value any decoded JSON
---@param owner string how to name the document in an error, such as "the index"
---@param name string of its member
---@param one string how to name an item
---@param many string how to name several
---@return table[]|nil descriptors
---@return table|nil err invalid_manifest, too_large
function descriptor.read_list(value, owner, name, one, many)
  if not json.is_array(value) then
    return bad("the " .. name, ("of %s are not a list"):format(owner))
  end
  if #value > MOST then
    return nil, error_of.new({
      code = "too_large", message = ("%s has %d %s, more than %d"):format(owner, #value, many, MOST),
    })
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

--- Reads what an index and the manifest of an image have alike: annotations, a subject, a type.
---@param seen table of kinds.read
---@param size integer bytes of the document
---@param owner string how to name the document in an error
---@return table|nil view {media_type, size, annotations, artifact_type, subject (a descriptor), json}
---@return table|nil err invalid_manifest
function descriptor.read_rest(seen, size, owner)
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

return descriptor
