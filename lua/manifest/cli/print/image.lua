--- What `manifest image` prints.

local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.ImageResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s"):format(done.digest, done.media_type) or done.digest)
end

local image_json = show.object({
  { "platform", platform.to_json }, "digest", "size", { "config", show.descriptor }, { "layers", show.descriptors },
})

<<<<<<< HEAD
print.json = show.document({
  "reference", "mediaType", "digest", "size", { "config", show.descriptor }, { "layers", show.descriptors },
  { "images", show.list(image_json) },
})
=======
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
>>>>>>> main

return print
