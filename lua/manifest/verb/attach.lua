--- attach: files as an artifact that refers to an image: an SBOM, a signature, a report.
--
-- The artifact is an OCI manifest with a subject. Whoever stores it keeps the list of what refers to the subject.

local annotation = require("manifest.name.annotation")
local new_manifest = require("manifest.verb.new_manifest")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local image = require("manifest.document.image")
local measure = require("manifest.layer.measure")
local media_type = require("manifest.name.media_type")
local argument = require("manifest.declare.argument")
local read = require("manifest.graph.read")
local resolve = require("manifest.graph.resolve")

local allow, caught, fail, try = failure.allow, failure.caught, failure.fail, failure.try

local EMPTY = "{}"

--- PATH or PATH:TYPE/NAME; a colon that no media type follows is part of the path.
local function file_of(word)
  local path, kind = word:match("^(.+):([A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+)$")
  return { path = path or word, media_type = kind }
end

local attach = declare.verb {
  name = "attach", network = true, named = true,
  description = "Prints the digest of the artifact. A file without MEDIA-TYPE has the one that its name tells, such as "
    .. "application/spdx+json of x.spdx.json.",
  arguments = {
    { "subject", "location", help = "What the artifact refers to" },
    { "files", "table[]", value = "FILE[:MEDIA-TYPE]", text = "path", class = "manifest.AttachFile",
      optional = true, words = file_of, help = "What it holds", fields = {
        path = { "file", required = true, help = "The file" },
        media_type = { "media_type",
          help = "Media type of its content (default: by the end of its name, else application/octet-stream)" },
        title = { "string", or_false = true, help = "Its name in the artifact (default: the file's; false: none)" },
        annotations = { "map", help = "Annotations of its descriptor" },
      } },
  },
  options = {
    artifact_type = { "media_type", required = true, help = "What the artifact is, as a media type" },
    annotations = { "annotations", flag = "annotation", scope = "manifest", help = "Annotation of the artifact" },
    platform = { "platform", help = "Take the image of an index for this platform" },
    shared = { "boolean",
      help = "Wait to see that it stays listed, as others may attach to SUBJECT too (default true)" },
    dry_run = { "boolean", help = "Only say what would be done" },
  },
  hints = declare.PUSH_HINTS,
  examples = {
    "attach --artifact-type application/spdx+json example.com/app:1.0 sbom.json",
    "attach --artifact-type text/plain oci:release:1.0 notes.txt:text/plain",
  },
}

--- The descriptor of a file, with its name as a title.
local function describe(file)
  local measured, annotations = measure.file(file.path, "the file"), file.annotations or {}
  if file.title ~= false then
    annotations[annotation.TITLE] = file.title or annotations[annotation.TITLE] or file.path:match("[^/]*$")
  end
  return {
    media_type = file.media_type or media_type.of_file(file.path), digest = measured.digest, size = measured.size,
    annotations = annotations,
  }
end

--- The descriptor that the artifact will name. What an index says of an image is written down only where that is gone.
local function subject_of(call, at, platform)
  local listed = platform and resolve.at(call, at, platform)
  local subject = listed and { ref = at.ref, repository = at.repository, selector = listed.digest } or at
  local found, gone = allow("not_found", caught(read.descriptor_of, call.verb, subject))
  if not found then
    return listed or fail(gone)
  end
  if media_type.kind(found.media_type) ~= "blob" and found.size then
    return found
  end
  return read.document_of(call.verb, subject) -- some registries do not say in a HEAD what the descriptor needs
end

--- The artifact's manifest, and the blobs that go with it. Pure.
---@param subject table descriptor
---@param layers table[] descriptors of the files
---@param o table
---@return table<string, any> plan of new_manifest.lua
local function plan_of(subject, layers, o)
  local empty = new_manifest.descriptor(EMPTY, media_type.oci_empty)
  local blobs = { { digest = empty.digest, body = { body = EMPTY } } }
  for position, layer in ipairs(layers) do
    blobs[position + 1] = { digest = layer.digest, body = { body_file = o.files[position].path, size = layer.size } }
  end
  local raw = try(image.build({
    media_type = media_type.oci_manifest, artifact_type = o.artifact_type, config = empty,
    layers = #layers > 0 and layers or { empty }, annotations = o.annotations, subject = subject,
  }))
  return new_manifest.new(raw, media_type.oci_manifest, blobs)
end

---@class manifest.AttachResult
---@field reference string
---@field digest string
---@field size integer bytes of the manifest
---@field media_type string
---@field artifact_type string
---@field subject manifest.Descriptor
---@field files manifest.Descriptor[]
---@field fallback_tag string? of the list that was kept up, where the registry has no referrers API
---@field dry_run boolean?

--- What is wrong with the files is told before anything is sent.
---@param call manifest.Call
---@param o manifest.AttachOptions
---@return manifest.AttachResult
function attach.run(call, o)
  local at = call:open(o.subject, { write = true, shared = o.shared })
  local _ <close> = failure.about(at.text)
  local layers = {}
  for position, file in ipairs(o.files --[[@as table[] ]] or {}) do
    layers[position] = describe(file)
  end
  local found = subject_of(call, at, o.platform)
  local subject = { media_type = found.media_type, digest = found.digest, size = found.size }
  local plan = plan_of(subject, layers, o)
  local manifest = plan.manifest
  local stored = o.dry_run and {} or new_manifest.send(call, at.repository, plan, manifest.digest) ---@type table
  return {
    reference = argument.name_of(at, manifest.digest), digest = manifest.digest, size = manifest.size,
    media_type = manifest.media_type, artifact_type = o.artifact_type, subject = subject, files = layers,
    fallback_tag = stored.listed or nil, dry_run = o.dry_run,
  }
end

return attach
