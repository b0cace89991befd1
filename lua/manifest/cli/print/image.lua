--- What `manifest image` prints.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.ImageResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s"):format(done.digest, done.media_type) or done.digest)
end

local function image_json(one)
  return json.object({
    { "platform", platform.to_json(one.platform) }, { "digest", one.digest }, { "size", one.size },
    { "config", show.descriptor(one.config) }, { "layers", show.array(one.layers, show.descriptor) },
  })
end

---@param done manifest.ImageResult
---@return table document
function print.json(_, done)
  return json.object({
    { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest }, { "size", done.size },
    { "config", done.config and show.descriptor(done.config) },
    { "layers", done.layers and show.array(done.layers, show.descriptor) },
    { "images", done.images and show.array(done.images, image_json) }, { "dryRun", done.dry_run == true },
  })
end

return print
