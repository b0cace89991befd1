--- manifest index add

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.words")

local function run(call)
  local given = call.options
  local sources
  local options, err = words.read(given)
  if options then
    sources, err = words.sources(call.arguments, 2)
  end
  if err then
    return nil, err
  end
  if given.replace and given.allow_duplicates then
    return nil, require("manifest.base.error").new({
      code = "invalid_argument", message = "--replace and --allow-duplicates exclude each other",
    })
  end
  options.replace, options.allow_duplicates, options.create = given.replace, given.allow_duplicates, given.create
  options.order = given.sort and "platform" or nil
  local client = call.client({ insecure = given.insecure })
  return show.outcome(call, client:index_add(call.arguments[1], sources, options))
end

return {
  usage = "[OPTIONS] TARGET SOURCE...",
  summary = "Add images to an index in a registry",
  description = "A SOURCE is what 'manifest index create' takes. Everything else in the index stays.",
  arguments = { 2 },
  options = words.options(words.COMMON, words.SOURCES, words.EDITS, {
    { name = "create", kind = "boolean", help = "Begin an index if the tag is not there" },
    { name = "sort", kind = "boolean", help = "Order entries by platform" },
    { name = "replace", kind = "boolean", help = "Take the place of an image of the same platform" },
    { name = "allow-duplicates", kind = "boolean", help = "Keep several images of one platform" },
  }),
  run = run,
}
