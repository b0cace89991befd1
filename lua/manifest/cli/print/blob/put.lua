--- What `manifest blob put` prints.

local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.BlobPutResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s%s"):format(done.digest, show.size(done.size),
    done.exists and "  is there already" or "") or done.digest)
end

print.json = show.document({ "repository", "digest", "size", "exists", { "dryRun", false } })

return print
