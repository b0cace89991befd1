--- manifest index add

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.words")

--- Sources and options of client:index_add; nil, what is wrong and what to do, when the words cannot be meant.
local function read(given, arguments)
  local options, wrong, hint = words.read(given)
  local sources
  if options then
    sources, wrong, hint = words.sources(arguments, 2)
  end
  if not sources then
    return nil, wrong, hint
  end
  options.create, options.order = given.create, given.sort and "platform" or nil
  return { sources = sources, options = options }
end

local function run(call)
  local order = assert(read(call.options, call.arguments))
  local client = call.client({ insecure = call.options.insecure })
  return show.outcome(call, client:index_add(call.arguments[1], order.sources, order.options))
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
  wrong_usage = words.wrong_usage(read),
  run = run,
}
