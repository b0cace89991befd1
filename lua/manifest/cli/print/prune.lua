--- What `manifest prune` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")
local timestamp = require("manifest.document.timestamp")

local print = {}

---@param out table output
---@param done manifest.PruneResult
function print.text(out, done)
  local doomed = 0
  for _, tag in ipairs(done.tags) do
    doomed = doomed + (tag.action == "delete" and 1 or 0)
    out:line(("%-6s  %-20s  %s%s%s"):format(tag.action, tag.name, tag.digest,
      tag.created and "  " .. timestamp.of_seconds(tag.created) or "", tag.reason and "  " .. tag.reason or ""))
  end
  for _, notice in ipairs(done.notices or {}) do
    out:complain(("note: %s; --tag-only takes them, too"):format(notice))
  end
  local all = show.count(#done.tags, "tag")
  if not done.dry_run then
    out:line(("%d of %s deleted"):format(done.deleted, all))
  elseif doomed > 0 then
    out:line(("%d of %s to delete"):format(doomed, all))
    out:complain("nothing was deleted: --yes does it")
  else
    out:line(("nothing to delete of %s"):format(all))
  end
end

local tag_json = show.object({ "name", "digest", { "created", timestamp.of_seconds }, "action", "reason" })

print.json = show.document({
  "repository", { "dryRun", false }, "deleted", { "tags", show.list(tag_json) }, { "notices", json.array },
})

return print
