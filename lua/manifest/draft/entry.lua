--- One entry of a local list, in the bytes that docker writes and reads: compact JSON with Go's escapes.
--
-- In Lua an entry is a descriptor (media_type, digest, size, platform, urls, annotations, artifact_type) with the
-- reference that it is known by (`ref`) and the manifest's bytes (`raw`). The decoded copy of the manifest that stands
-- beside `Raw` in the file is for docker's display and is made anew at each writing. Members that docker does not know
-- are not kept, as docker does not keep them either.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local platform = require("manifest.name.platform")
local reference = require("manifest.name.reference")

local fail = failure.fail

local entry = {}

--- The member that holds docker's copy of the manifest, by media type, and the other way round.
local copies = {
  [media_type.docker_manifest] = "SchemaV2Manifest",
  [media_type.oci_manifest] = "OCIManifest",
}

--- It is kept as it is written: what it holds has been read once, and may be as much as any document holds.
local VERBATIM = { SchemaV2Manifest = true, OCIManifest = true }

-- ---- encoding ----

local function filled(text)
  return text ~= "" and text or nil
end

local function descriptor_object(value)
  local urls = value.urls
  return json.object {
    { "mediaType", value.media_type },
    { "digest", value.digest },
    { "size", value.size },
    { "urls", urls and #urls > 0 and json.array(urls) or nil },
    { "annotations", json.sorted_object(value.annotations) },
    { "platform", value.platform and platform.to_json(value.platform) or nil },
    { "artifactType", filled(value.artifact_type) },
  }
end

--- The bytes of an entry's file.
---@param value table the entry
---@return_overload string bytes
---@return_overload nil, table err
entry.encode = failure.returned(function(value)
  local ref, copy = tostring(value.ref), copies[value.media_type]
  if not copy then
    fail { code = "unsupported", ref = ref,
      message = ("docker's local store holds image manifests only, and this is %s"):format(value.media_type) }
  end
  if #value.raw ~= value.size or not digest.matches(value.raw, value.digest) then
    fail { code = "digest_mismatch", ref = ref,
      message = ("the manifest's bytes are not those of %s (%d bytes)"):format(value.digest, value.size) }
  end
  return json.encode(json.object {
    { "Ref", ref },
    { "Descriptor", descriptor_object(value) },
    { "Raw", core.base64.encode(value.raw) },
    { copy, json.verbatim(value.raw) },
  }, { html = true, repair = true }) -- annotate takes any bytes, and docker stores them so
end)

-- ---- decoding ----

--- Raises what is wrong with an entry's content.
local function fault(text, ...)
  fail { code = "corrupt", message = text:format(...), hint = "restore or remove that file" }
end

local function member(object, name, kind)
  local value = object[name]
  if value == nil or value == json.null then
    return nil
  end
  local good
  if kind == "object" then
    good = json.is_object(value)
  elseif kind == "array" then
    good = json.is_array(value)
  elseif kind == "integer" then
    good = math.type(value) == "integer"
  else
    good = type(value) == kind
  end
  if not good then
    fault("'%s' is no %s", name, kind)
  end
  return value
end

--- A plain array of the texts of a member, nil when it is absent or empty.
local function texts(object, name)
  local list = member(object, name, "array")
  if not list or #list == 0 then
    return nil
  end
  local plain = {}
  for index, value in ipairs(list) do
    if type(value) ~= "string" then
      fault("'%s' holds what is no string", name)
    end
    plain[index] = value
  end
  return plain
end

local function text(object, name)
  return filled(member(object, name, "string"))
end

local function read_platform(object, name)
  local found = member(object, name, "object")
  if not found then
    return nil
  end
  return {
    architecture = text(found, "architecture"),
    os = text(found, "os"),
    ["os.version"] = text(found, "os.version"),
    ["os.features"] = texts(found, "os.features"),
    variant = text(found, "variant"),
  }
end

local function read_annotations(object)
  local annotations = member(object, "annotations", "object")
  if not annotations then
    return nil
  end
  local plain = {}
  for name, value in pairs(annotations) do
    if type(value) ~= "string" then
      fault("annotation '%s' is no string", name)
    end
    plain[name] = value
  end
  return next(plain) ~= nil and plain or nil
end

--- The fields of the descriptor. An old docker wrote none, but `Digest` and `Platform` beside the manifest's copy.
local function read_descriptor(object, copy_type)
  local old_digest = text(object, "Digest")
  if old_digest then
    return { media_type = copy_type, digest = old_digest, platform = read_platform(object, "Platform") }
  end
  local given = member(object, "Descriptor", "object") or fault("it has no 'Descriptor'")
  return {
    media_type = text(given, "mediaType") or fault("'mediaType' is absent or empty"),
    digest = text(given, "digest") or fault("'digest' is absent or empty"),
    size = member(given, "size", "integer") or fault("'size' is absent"),
    urls = texts(given, "urls"),
    annotations = read_annotations(given),
    platform = read_platform(given, "platform"),
    artifact_type = text(given, "artifactType"),
  }
end

--- The manifest's bytes out of docker's copy, for entries of a docker that did not store them: the copy as it stands,
--- or indented as docker's own manifests are. Nil when neither has the digest.
local function rebuild(copy, wanted)
  for _, candidate in ipairs { copy, json.indent(copy, "   ", { html = true }), json.indent(copy, "   ") } do
    if digest.matches(candidate, wanted) then
      return candidate
    end
  end
end

--- Docker's copy of the manifest, as it stands, and the media type that its member stands for.
local function find_copy(object)
  for kind, name in pairs(copies) do
    local copy = object[name] and object[name][1] or "null"
    if copy ~= "null" then
      return copy:find("^{") and copy or fault("'%s' is no object", name), kind
    end
  end
end

local function read_raw(object, copy, wanted)
  local encoded = text(object, "Raw")
  if encoded then
    return core.base64.decode(encoded) or fault("'Raw' is not base64")
  end
  return copy and rebuild(copy, wanted)
    or fault("it has no 'Raw', and the manifest's bytes cannot be told from the rest")
end

local function check(value)
  if not copies[value.media_type] then
    fault("'%s' is no type of an image manifest", tostring(value.media_type))
  end
  if #value.raw ~= value.size then
    fault("'Raw' has %d bytes, and 'size' is %d", #value.raw, value.size)
  end
  if not digest.matches(value.raw, value.digest) then
    fault("'Raw' does not hash to %s", value.digest)
  end
end

local function read_entry(bytes)
  local object = failure.try(json.decode_outer(bytes, VERBATIM))
  if not json.is_object(object) then
    fault("it is no JSON object")
  end
  local copy, copy_type = find_copy(object)
  local value = read_descriptor(object, copy_type) ---@type table
  local ref = text(object, "Ref") or fault("it has no 'Ref'")
  if not digest.parse(value.digest) then
    fault("'%s' is no digest", value.digest)
  end
  local parsed, why = reference.parse(ref)
  if not parsed or tostring(parsed) ~= ref then
    fault("'Ref' is no normalised reference%s", why and ": " .. why.message or "")
  end
  value.ref = parsed
  value.raw = read_raw(object, copy, value.digest)
  value.size = value.size or #value.raw
  check(value)
  return value
end

--- Reads an entry and checks that its bytes are those that its descriptor names.
---@param bytes string the file's content
---@param path string the file, for the message
---@return table|nil entry, table|nil err code "corrupt"
entry.decode = failure.returned(function(bytes, path)
  local _ <close> = failure.amend(function(err)
    fault("%s is not an entry of a local list: %s", path, err.message)
  end)
  return read_entry(bytes)
end)

return entry
