--- manifest index replace

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.words")

local function run(call)
  local given = call.options
  local source
  local options, err = words.read(given)
  if options then
    source, err = words.source(call.arguments[2])
  end
  if err then
    return nil, err
  end
  options.entry = given.entry
  local client = call.client({ insecure = given.insecure })
  return show.outcome(call, client:index_replace(call.arguments[1], source, options))
end

return {
  usage = "[OPTIONS] TARGET SOURCE",
  summary = "Replace the image of a platform in an index in a registry",
  description = "The entry of SOURCE's platform is replaced, in its place; each image of an index replaces one.\n"
    .. "Attestations go and come with their images.",
  arguments = { 2, 2 },
  options = words.options(words.COMMON, words.SOURCES, words.EDITS, {
    { name = "entry", kind = "string", value = "platform|digest", help = "The entry to replace" },
  }),
  run = run,
}
