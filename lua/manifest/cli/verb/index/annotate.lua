--- manifest index annotate

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.words")

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

local function run(call)
  local given = call.options
  local annotations
  local options, err = words.read(given)
  if options then
    annotations, err = words.pairs(given.annotation)
  end
  if err then
    return nil, err
  end
  options.nested, options.attestations, options.platforms = nil, nil, nil
  options.annotations, options.platform, options.artifact_type = annotations, platform_of(given), given.artifact_type
  local which = call.arguments[2]
  if not which and options.platform or not (options.platform or annotations or options.artifact_type) then
    return nil, require("manifest.base.error").new({
      code = "invalid_argument",
      message = options.platform and "an index has no platform" or "nothing to change was given",
      hint = options.platform and "say which entry: its platform or its digest" or "give --annotation, for example",
    })
  end
  local client = call.client({ insecure = given.insecure })
  return show.outcome(call, client:index_annotate(call.arguments[1], which, options))
end

return {
  usage = "[OPTIONS] TARGET [PLATFORM|DIGEST]",
  summary = "Change what an index in a registry says of an entry, or of itself",
  description = "Without PLATFORM or DIGEST, the annotations of the index itself. An empty value removes an\n"
    .. "annotation or clears a field of the platform.",
  arguments = { 1, 2 },
  options = words.options(words.COMMON, words.EDITS, {
    { name = "annotation", kind = "strings", value = "name=value", help = "Set an annotation (repeatable)" },
    { name = "artifact-type", kind = "string", value = "type", help = "Set the artifact type" },
    { name = "platform", kind = "string", value = "platform", help = "Set the whole platform" },
    { name = "os", kind = "string", help = "Set the operating system" },
    { name = "arch", kind = "string", help = "Set the architecture" },
    { name = "variant", kind = "string", help = "Set the variant" },
    { name = "os-version", kind = "string", help = "Set the version of the operating system" },
    { name = "os-features", kind = "list", value = "list", help = "Set the features of the operating system" },
  }),
  run = run,
}
