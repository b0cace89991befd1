--- Entries of local lists for specs, with manifests small enough to read.

local digest = require "manifest.name.digest"
local media_type = require "manifest.name.media_type"
local reference = require "manifest.name.reference"

local function manifest(kind, mark)
  local config = kind == media_type.oci_manifest and media_type.oci_config or media_type.docker_config
  local text = [[
{
   "schemaVersion": 2,
   "mediaType": "%s",
   "config": {
      "mediaType": "%s",
      "size": 2,
      "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
   },
   "layers": [],
   "annotations": { "mark": "%s" }
}]]
  return text:format(kind, config, mark)
end

--- An entry: drafts.entry("host/app:amd64", { platform = , media_type = , raw = }).
local function entry(ref, fields)
  fields = fields or {}
  local made = {
    ref = assert(reference.parse(ref)),
    media_type = fields.media_type or media_type.docker_manifest,
    platform = fields.platform or { os = "linux", architecture = "amd64" },
    urls = fields.urls, annotations = fields.annotations, artifact_type = fields.artifact_type,
  }
  made.raw = fields.raw or manifest(made.media_type, ref)
  made.digest, made.size = digest.of(made.raw), #made.raw
  return made
end

--- The references of a list of entries, as texts.
local function refs(entries)
  local list = {}
  for index, one in ipairs(entries) do
    list[index] = tostring(one.ref)
  end
  return list
end

return { entry = entry, manifest = manifest, refs = refs }
