--- What `manifest config` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = { text = show.raw }

---@param got manifest.ConfigResult
---@return table document
function print.json(_, got)
  return json.object({
    { "reference", got.reference }, { "manifest", got.manifest }, { "mediaType", got.media_type },
    { "digest", got.digest }, { "size", got.size },
    { "config", got.content ~= nil and json.verbatim(got.raw) or nil },
  })
end

return print
