--- What `manifest blob put` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.BlobPutResult
function print.text(out, done)
  out:line(done.dry_run and ("%s  %s%s"):format(done.digest, show.size(done.size),
    done.exists and "  is there already" or "") or done.digest)
end

---@param done manifest.BlobPutResult
---@return table document
function print.json(_, done)
  return json.object({
    { "repository", done.repository }, { "digest", done.digest }, { "size", done.size },
    { "exists", done.exists }, { "dryRun", done.dry_run == true },
  })
end

return print
