--- What `manifest config` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = { text = show.raw }

print.json = show.document({
  "reference", "manifest", "mediaType", "digest", "size",
  { "config", function(_, got)
    return json.verbatim(got.raw)
  end, of = "content" },
})

return print
