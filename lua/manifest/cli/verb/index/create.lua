--- manifest index create

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.source_words")

--- The options of client:index; nil, what is wrong and what to do, when the words cannot be meant.
local function read(given, arguments)
  local all, wrong, hint = words.read_sources(given, arguments)
  for _, name in ipairs { "tag", "if-absent", "if-digest", "no-clobber" } do
    if all and given.by_digest and given[name:gsub("-", "_")] then
      return nil, ("--by-digest and --%s exclude each other"):format(name), "leave one of them out"
    end
  end
  if not all then
    return nil, wrong, hint
  end
  all.options.target, all.options.sources = arguments[1], all.sources
  return all.options
end

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  return show.outcome(call, client:index(assert(read(call.options, call.arguments))))
end

return {
  usage = "[OPTIONS] TARGET SOURCE...",
  summary = "Make an index of images from anywhere, and push it",
  description = "A SOURCE is an image or an index, or a descriptor's JSON. It is in a registry (REF), in an OCI\n"
    .. "layout folder (oci:PATH[:TAG]), or in an archive (oci-archive:PATH[:TAG] or\n"
    .. "docker-archive:PATH[:NAME:TAG]).\n"
    .. "What belongs to one source follows it: REF,platform=linux/arm64/v8,annotation=K=V; also os=, arch=,\n"
    .. "variant=, os.version= (empty: cleared), only=PLATFORM, nested=, attestations=, artifact-type=, and behind\n"
    .. "a descriptor's JSON from=REPOSITORY, which has its document.",
  arguments = { 2 },
  options = words.options(words.COMMON, words.SOURCES, words.JOINING, {
    { name = "tag", short = "t", kind = "strings", value = "tag", help = "One more tag (repeatable)" },
    { name = "by-digest", kind = "boolean", help = "Push without a tag" },
    { name = "annotation", kind = "strings", value = "name=value", help = "Annotation of the index (repeatable)" },
    { name = "artifact-type", kind = "media_type", value = "type", help = "Artifact type of the index" },
    { name = "subject", kind = "string", value = "ref", help = "What the index belongs to, in the same repository" },
    { name = "if-absent", kind = "boolean", help = "Fail if the tag is there" },
    { name = "no-clobber", kind = "boolean", help = "Leave a tag that names something else as it is, and fail" },
  }),
  wrong_usage = words.wrong_usage(read),
  run = run,
}
