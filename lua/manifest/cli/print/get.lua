--- What `manifest get` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = { text = show.raw }

---@param got manifest.GetResult
---@return table document
function print.json(_, got)
  return json.object({
    { "reference", got.reference }, { "mediaType", got.media_type }, { "digest", got.digest }, { "size", got.size },
    { "manifest", json.verbatim(got.raw) },
  })
end

return print
