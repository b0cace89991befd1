--- manifest attach

local show = require("manifest.cli.show")

--- PATH or PATH:TYPE/NAME; a colon that no media type follows is part of the path.
local function file_of(given)
  local path, kind = given:match("^(.+):([A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+)$")
  return { path = path or given, media_type = kind }
end

local function as_json(out, done)
  show.document(out, {
    { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest }, { "size", done.size },
    { "artifactType", done.artifact_type }, { "subject", show.descriptor(done.subject) },
    { "files", show.array(done.files, show.descriptor) }, { "fallbackTag", done.fallback_tag },
  })
end

local function run(call)
  local files = {}
  for position = 2, #call.arguments do
    files[position - 1] = file_of(call.arguments[position])
  end
  local client = call.client({ insecure = call.options.insecure })
  local done, err = client:attach({
    subject = call.arguments[1], files = files, artifact_type = call.options.artifact_type,
    annotations = show.annotations_of(call.options.annotation, "manifest"), platform = call.options.platform,
    shared = call.options.shared,
  })
  if not done then
    return nil, err
  end
  if call.options.json then
    as_json(call.out, done)
  else
    call.out:line(done.digest)
  end
  return 0
end

return {
  usage = "[OPTIONS] --artifact-type TYPE SUBJECT [FILE[:MEDIA-TYPE]...]",
  summary = "Attach files to an image as an artifact that refers to it",
  arguments = { 1 },
  options = {
    show.insecure, show.json, show.platform,
    { name = "artifact-type", kind = "media_type", value = "type", help = "What the artifact is, as a media type" },
    { name = "annotation", kind = "strings", value = "name=value", help = "Annotate the artifact; may be repeated" },
    { name = "shared", kind = "boolean",
      help = "False: nobody else attaches to SUBJECT now, so do not wait to see that it stays listed" },
  },
  wrong_usage = function(given)
    if not given.artifact_type then
      return "--artifact-type is needed"
    end
    return select(2, show.annotations_of(given.annotation, "manifest"))
  end,
  run = run,
}
