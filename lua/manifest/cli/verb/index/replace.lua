--- manifest index replace

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.source_words")

local function run(call)
  local read = assert(words.read_sources(call.options, call.arguments))
  local client = call.client({ insecure = call.options.insecure })
  return show.outcome(call, client:index_replace(call.arguments[1], read.sources[1], read.options))
end

return {
  usage = "[OPTIONS] TARGET SOURCE",
  summary = "Replace the image of a platform in an index",
  description = "The entry of SOURCE's platform is replaced, in its place; each image of an index replaces one.\n"
    .. "Attestations go and come with their images.",
  arguments = { 2, 2 },
  options = words.options(words.COMMON, words.SOURCES, words.EDITS, {
    { name = "entry", kind = "string", value = "platform|digest", help = "The entry to replace" },
  }),
  wrong_usage = words.wrong_usage(words.read_sources),
  run = run,
}
