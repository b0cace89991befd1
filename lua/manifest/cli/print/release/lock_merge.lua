--- What `manifest lock merge` prints.

local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.LockMergeResult
function print.text(out, done)
  out:line(("%s: %s, %s"):format(done.path, show.count(done.sources, "source"), show.count(done.targets, "target")))
end

print.json = show.document({ { "lock", of = "path" }, "sources", "targets", { "dryRun", false } })

return print
