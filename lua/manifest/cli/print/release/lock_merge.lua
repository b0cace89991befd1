--- What `manifest lock merge` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.LockMergeResult
function print.text(out, done)
  out:line(("%s: %s, %s"):format(done.path, show.count(done.sources, "source"), show.count(done.targets, "target")))
end

---@param done manifest.LockMergeResult
---@return table document
function print.json(_, done)
  return json.object({ { "lock", done.path }, { "sources", done.sources }, { "targets", done.targets },
    { "dryRun", done.dry_run == true } })
end

return print
