--- What `manifest attach` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.AttachResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s"):format(done.digest, done.media_type) or done.digest)
end

---@param done manifest.AttachResult
---@return table document
function print.json(_, done)
  return json.object({
    { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest }, { "size", done.size },
    { "artifactType", done.artifact_type }, { "subject", show.descriptor(done.subject) },
    { "files", show.array(done.files, show.descriptor) }, { "fallbackTag", done.fallback_tag },
    { "dryRun", done.dry_run == true },
  })
end

return print
