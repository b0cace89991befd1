--- What `manifest get` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = { text = show.raw }

print.json = show.document({ "reference", "mediaType", "digest", "size", { "manifest", json.verbatim, of = "raw" } })

return print
