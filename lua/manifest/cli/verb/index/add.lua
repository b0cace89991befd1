--- manifest index add

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.source_words")

local function run(call)
  local read = assert(words.read_sources(call.options, call.arguments))
  local client = call.client({ insecure = call.options.insecure })
  return show.outcome(call, client:index_add(call.arguments[1], read.sources, read.options))
end

return {
  usage = "[OPTIONS] TARGET SOURCE...",
  summary = "Add images to an index",
  description = "A SOURCE is what 'manifest index create' takes. Everything else in the index stays.",
  arguments = { 2 },
  options = words.options(words.COMMON, words.SOURCES, words.JOINING, words.EDITS, {
    { name = "create", kind = "boolean", help = "Begin an index if the tag is not there" },
  }),
  wrong_usage = words.wrong_usage(words.read_sources),
  run = run,
}
