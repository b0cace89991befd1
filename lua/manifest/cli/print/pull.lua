--- What `manifest pull` prints.

local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.PullResult
function print.text(out, done)
  for _, file in ipairs(done.files) do
    out:line(("%s  %s%s"):format(file.digest, file.path, file.unchanged and "  is there already" or ""))
  end
  for _, one in ipairs(done.untitled) do
    out:complain(("manifest: %s has no title, and was left: 'manifest blob get' fetches it"):format(one.digest))
  end
end

local file_json = show.object({ "title", "path", "mediaType", "digest", "size", { "unchanged", false } })

print.json = show.document({
  "reference", "digest", "artifactType", { "files", show.list(file_json) }, { "untitled", show.descriptors },
  { "dryRun", false },
})

return print
