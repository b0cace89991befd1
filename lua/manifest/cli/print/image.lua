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

print.json = show.document({
  "reference", "mediaType", "digest", "size", { "config", show.descriptor }, { "layers", show.descriptors },
  { "images", show.list(image_json) }, { "dryRun", false },
})

return print
