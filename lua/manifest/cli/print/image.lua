--- What `manifest image` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.ImageResult
function print.text(out, done)
  out:line(done.digest)
end

---@param done manifest.ImageResult
---@return table document
function print.json(_, done)
  return json.object({
    { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest }, { "size", done.size },
    { "config", show.descriptor(done.config) }, { "layers", show.array(done.layers, show.descriptor) },
  })
end

return print
