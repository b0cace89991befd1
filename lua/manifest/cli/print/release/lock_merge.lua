--- What `manifest lock merge` prints.

local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.LockMergeResult
function print.text(out, done)
  out:line(("%s: %s, %s"):format(done.path, show.count(done.sources, "source"), show.count(done.targets, "target")))
end

<<<<<<< HEAD
print.json = show.document({ { "lock", of = "path" }, "sources", "targets" })
=======
---@param done manifest.LockMergeResult
---@return table document
function print.json(_, done)
  return json.object({ { "lock", done.path }, { "sources", done.sources }, { "targets", done.targets },
    { "dryRun", done.dry_run == true } })
end
>>>>>>> main

return print
