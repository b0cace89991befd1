--- manifest index remove

local show = require("manifest.cli.verb.index.show")
local words = require("manifest.cli.verb.index.source_words")

local function run(call)
  local given = call.options
  local entries = table.move(call.arguments, 2, #call.arguments, 1, {})
  local client = call.client({ insecure = given.insecure })
  return show.outcome(call, client:index_remove(call.arguments[1], entries, assert(words.read(given))))
end

return {
  usage = "[OPTIONS] TARGET PLATFORM|DIGEST...",
  summary = "Remove entries from an index",
  description = "Attestations of what is removed go too.",
  arguments = { 2 },
  options = words.options(words.COMMON, words.EDITS, {
    { name = "all", kind = "boolean", help = "All entries of a platform, where there are several" },
    { name = "allow-empty", kind = "boolean", help = "The last entry may go too" },
  }),
  wrong_usage = words.wrong_usage(words.read),
  run = run,
}
