--- manifest index create

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.words")

local function run(call)
  local given = call.options
  local options, sources, annotations, err
  options, err = words.read(given)
  if options then
    sources, err = words.sources(call.arguments, 2)
  end
  if sources then
    annotations, err = words.pairs(given.annotation)
  end
  if err then
    return nil, err
  end
  options.target, options.sources, options.annotations = call.arguments[1], sources, annotations
  options.tags, options.by_digest, options.subject = given.tag, given.by_digest, given.subject
  options.artifact_type, options.order = given.artifact_type, given.sort and "platform" or nil
  options.replace, options.allow_duplicates = given.replace, given.allow_duplicates
  options.if_absent, options.no_clobber = given.if_absent, given.no_clobber
  if given.replace and given.allow_duplicates or given.by_digest and given.tag then
    return nil, require("manifest.base.error").new({
      code = "invalid_argument", message = given.by_digest and "--by-digest and --tag exclude each other"
        or "--replace and --allow-duplicates exclude each other",
    })
  end
  local client = call.client({ insecure = given.insecure })
  return show.outcome(call, client:index(options))
end

return {
  usage = "[OPTIONS] TARGET SOURCE...",
  summary = "Make an index of images from anywhere, and push it",
  description = "A SOURCE is an image or an index, or a descriptor's JSON. It is in a registry (REF), in an OCI\n"
    .. "layout folder (oci:PATH[:TAG]), or in an archive (oci-archive:PATH[:TAG] or\n"
    .. "docker-archive:PATH[:NAME:TAG]).\n"
    .. "What belongs to one source follows it: REF,platform=linux/arm64/v8,annotation=K=V; also os=, arch=,\n"
    .. "variant=, os.version= (empty: cleared), only=PLATFORM, nested=, attestations=, artifact-type=.",
  arguments = { 2 },
  options = words.options(words.COMMON, words.SOURCES, {
    { name = "tag", short = "t", kind = "strings", value = "tag", help = "One more tag (repeatable)" },
    { name = "by-digest", kind = "boolean", help = "Push without a tag" },
    { name = "annotation", kind = "strings", value = "name=value", help = "Annotation of the index (repeatable)" },
    { name = "artifact-type", kind = "string", value = "type", help = "Artifact type of the index" },
    { name = "subject", kind = "string", value = "ref", help = "What the index belongs to, in the same repository" },
    { name = "sort", kind = "boolean", help = "Order entries by platform instead of as given" },
    { name = "replace", kind = "boolean", help = "A later image takes the place of one of the same platform" },
    { name = "allow-duplicates", kind = "boolean", help = "Keep several images of one platform" },
    { name = "if-absent", kind = "boolean", help = "Fail if the tag is there" },
    { name = "no-clobber", kind = "boolean", help = "Leave a tag that names something else as it is, and fail" },
  }),
  run = run,
}
