--- Descriptors: what a document says of another one, and the platform beside it.
--
-- A descriptor is a plain table {media_type, digest, size, platform, annotations, urls, artifact_type, data}. It is a
-- view: whoever edits a document keeps the JSON it came from, so fields unknown to this module survive.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local platform_of = require("manifest.name.platform")
local spelling = require("manifest.base.spelling")

local fail = failure.fail

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local descriptor = {}

--- Sizes in JSON are integers that every reader holds exactly.
local MAX_SIZE = 2 ^ 53

--- More than this is refused before it is read one by one: an index of so many entries, or an image of more layers than
--- any runtime can stack, is an attack.
local MOST = 10000

local function bad(where, what)
  fail { code = "invalid_manifest", message = ("%s %s"):format(where, what) }
end

local check_spelling = spelling.of({
  "mediaType", "digest", "size", "urls", "annotations", "data", "platform", "artifactType",
})
local check_platform_spelling = spelling.of(platform_of.FIELDS)

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
    bad(where, "is not a list of strings")
  end
  local list = {}
  for index, item in ipairs(value) do
    if type(item) ~= "string" then
      bad(where, "is not a list of strings")
    end
    list[index] = item
  end
  return list
end

--- Reads the fields of a platform: of an object of a descriptor, or of a config. An empty one counts as absent.
---@param object table name -> value; null counts as absent
---@param owner string how to name it in an error
---@return table platform with the JSON's field names
local function read_platform(object, owner)
  local platform = {}
  for _, name in ipairs(platform_of.FIELDS) do
    local value = field(object, name)
    if name == "os.features" then
      value = string_list(value, ("%s whose %s"):format(owner, name))
    elseif value ~= nil and type(value) ~= "string" then
      bad(owner, ("whose %s is not a string"):format(name))
    end
    platform[name] = value ~= "" and (type(value) ~= "table" or #value > 0) and value or nil
  end
  return platform
end

--- The fields of a platform. Fails with invalid_manifest.
descriptor.read_platform = read_platform

--- Reads the `platform` object of a descriptor.
---@param value any decoded JSON, or nil
---@param where string how to name the place in an error
---@return table|nil platform with the JSON's field names; nil when there is none
local function read_own_platform(value, where)
  if value == nil or value == json.null then
    return nil
  end
  if not json.is_object(value) then
    bad(where, "has a platform that is not an object")
  end
  check_platform_spelling(value, where .. " has a platform that")
  return read_platform(value, where .. " has a platform")
end

local function read_required(value, where)
  local media_type, size = field(value, "mediaType"), field(value, "size")
  if type(media_type) ~= "string" or media_type == "" then
    bad(where, "has no media type")
  end
  if math.type(size) ~= "integer" or size < 0 or size > MAX_SIZE then
    bad(where, "has a size that is not a byte count")
  end
  local text = field(value, "digest")
  if type(text) ~= "string" then
    bad(where, "has no digest")
  end
  local parsed, why = digest.parse(text)
  if not parsed then
    fail {
      code = "invalid_digest", message = ("%s has an invalid digest: %s"):format(where, why.message), cause = why,
    }
  end
  return { media_type = media_type, digest = text, size = size }
end

--- Reads an annotations object into a plain table of strings; nil when there is none.
---@param value any decoded JSON, or nil
---@param where string how to name the place in an error
---@return table|nil annotations nil when there are none
local function read_annotations(value, where)
  if value == nil or value == json.null then
    return nil
  end
  if not json.is_object(value) then
    bad(where, "has annotations that are not an object")
  end
  local annotations = {}
  for _, name in ipairs(json.keys(value)) do
    local one = field(value, name)
    if one ~= nil and type(one) ~= "string" then
      bad(where, "has an annotation that is not a string")
    end
    annotations[name] = one
  end
  return annotations
end

--- Reads one descriptor of a decoded document. Fails with invalid_manifest or invalid_digest.
---@param value any decoded JSON
---@param where string how to name the place in an error, such as "layer 2"
---@return table descriptor
local function read(value, where)
  if not json.is_object(value) then
    bad(where, "is not a descriptor")
  end
  check_spelling(value, where)
  local found = read_required(value, where)
  found.platform = read_own_platform(value.platform, where)
  found.urls = string_list(field(value, "urls"), where .. " urls")
  found.annotations = read_annotations(value.annotations, where)
  local artifact_type, data = field(value, "artifactType"), field(value, "data")
  found.artifact_type = type(artifact_type) == "string" and artifact_type ~= "" and artifact_type or nil
  found.data = type(data) == "string" and data or nil
  return found
end

descriptor.read = read

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
---@return table descriptor; fails with invalid_argument: what it is instead; or as read
function descriptor.read_given(value)
  local hint = "write {\"mediaType\": ..., \"digest\": ..., \"size\": ...}, as 'manifest resolve --json' prints it"
  local what = json.is_array(value) and "a list" or nil
  for _, other in ipairs(json.is_object(value) and OTHERS or {}) do
    what = what or value[other[1]] ~= nil and other[2] or nil
  end
  if what then
    fail {
      code = "invalid_argument", message = ("the JSON is %s, not a descriptor"):format(what),
      hint = "name it by its reference, or " .. hint,
    }
  end
  local _ <close> = failure.amend(function(err)
    err:with({ hint = hint })
  end)
  return read(value, "the descriptor")
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
---@return table[] descriptors; fails with invalid_manifest, too_large
function descriptor.read_list(value, owner, name, one, many)
  if not json.is_array(value) then
    bad("the " .. name, ("of %s are not a list"):format(owner))
  end
  if #value > MOST then
    fail { code = "too_large", message = ("%s has %d %s, more than %d"):format(owner, #value, many, MOST) }
  end
  local list = {}
  for position, item in ipairs(value) do
    list[position] = read(item, ("%s %d"):format(one, position))
  end
  return list
end

--- Reads what an index and the manifest of an image have alike: annotations, a subject, a type.
---@param seen table of kinds.read
---@param size integer bytes of the document
---@param owner string how to name the document in an error
---@return table view {media_type, size, annotations, artifact_type, subject (a descriptor), json}; fails with
--- invalid_manifest
function descriptor.read_rest(seen, size, owner)
  local object = seen.json
  local annotations, subject = read_annotations(object.annotations, owner), field(object, "subject")
  return {
    media_type = seen.media_type, size = size, annotations = annotations, json = object,
    subject = subject ~= nil and read(subject, "the subject") or nil,
    artifact_type = type(object.artifactType) == "string" and object.artifactType or nil,
  }
end

failure.edge(descriptor)

return descriptor
