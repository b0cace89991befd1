--- manifest index replace

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.words")

--- Source and options of client:index_replace; nil, what is wrong and what to do, when the words cannot be meant.
local function read(given, arguments)
  local options, wrong, hint = words.read(given)
  local source
  if options then
    source, wrong, hint = words.source(arguments[2])
  end
  if not source then
    return nil, wrong, hint
  end
  options.entry = given.entry
  return { source = source, options = options }
end

local function run(call)
  local order = assert(read(call.options, call.arguments))
  local client = call.client({ insecure = call.options.insecure })
  return show.outcome(call, client:index_replace(call.arguments[1], order.source, order.options))
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
  wrong_usage = words.wrong_usage(read),
  run = run,
}
