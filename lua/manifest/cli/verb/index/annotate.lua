--- manifest index annotate

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.source_words")

local FIELDS = { os = "os", arch = "architecture", variant = "variant", os_version = "os.version" }

--- The platform's changes out of the options; nil when there are none.
local function platform_of(given)
  if given.platform then
    return given.platform
  end
  local changes = {}
  for option, field in pairs(FIELDS) do
    if given[option] then
      changes[field] = words.platform_field(field, given[option])
    end
  end
  if given.os_features then
    changes["os.features"] = #given.os_features > 0 and given.os_features or false
  end
  return next(changes) and changes or nil
end

--- The options of client:index_annotate; nil, what is wrong and what to do, when the words cannot be meant.
local function read(given, arguments)
  local options, wrong, hint = words.read(given, arguments[2] and "manifest-descriptor")
  if options and options.entry_annotations then
    return nil, "no entry was named to annotate", "name it behind TARGET: its platform or its digest"
  end
  if not options then
    return nil, wrong, hint
  end
  options.platforms = nil -- --platform is one here, and that of the entry
  options.platform = platform_of(given)
  if options.platform and not arguments[2] then
    return nil, "an index has no platform", "say which entry: its platform or its digest"
  end
  if not (options.platform or options.annotations or options.artifact_type) then
    return nil, "nothing to change was given", "give --annotation, for example"
  end
  return options
end

local function run(call)
  local options = assert(read(call.options, call.arguments))
  local client = call.client({ insecure = call.options.insecure })
  return show.outcome(call, client:index_annotate(call.arguments[1], call.arguments[2], options))
end

return {
  usage = "[OPTIONS] TARGET [PLATFORM|DIGEST]",
  summary = "Change what an index says of an entry, or of itself",
  description = "Without PLATFORM or DIGEST, the annotations of the index itself. An empty value removes an\n"
    .. "annotation or clears a field of the platform.",
  arguments = { 1, 2 },
  options = words.options(words.COMMON, words.EDITS, {
    { name = "annotation", kind = "strings", value = "name=value", help = "Set an annotation (repeatable)" },
    { name = "artifact-type", kind = "media_type", value = "type", help = "Set the artifact type" },
    { name = "platform", kind = "platform", value = "platform", help = "Set the whole platform" },
    { name = "os", kind = "string", help = "Set the operating system" },
    { name = "arch", kind = "string", help = "Set the architecture" },
    { name = "variant", kind = "string", help = "Set the variant" },
    { name = "os-version", kind = "string", help = "Set the version of the operating system" },
    { name = "os-features", kind = "list", value = "list", help = "Set the features of the operating system" },
  }),
  wrong_usage = words.wrong_usage(read),
  run = run,
}
