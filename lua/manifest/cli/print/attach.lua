--- What `manifest attach` prints.

local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.AttachResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s"):format(done.digest, done.media_type) or done.digest)
end

print.json = show.document({
  "reference", "mediaType", "digest", "size", "artifactType", { "subject", show.descriptor },
  { "files", show.descriptors }, "fallbackTag", { "dryRun", false },
})

return print
