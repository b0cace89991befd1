--- What `manifest prune` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")
local timestamp = require("manifest.document.timestamp")

local print = {}

local function time_of(tag)
  return tag.created and timestamp.of_seconds(tag.created) or nil
end

---@param out table output
---@param done manifest.PruneResult
function print.text(out, done)
  local doomed = 0
  for _, tag in ipairs(done.tags) do
    doomed = doomed + (tag.action == "delete" and 1 or 0)
    out:line(("%-6s  %-20s  %s%s%s"):format(tag.action, tag.name, tag.digest,
      tag.created and "  " .. time_of(tag) or "", tag.reason and "  " .. tag.reason or ""))
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

---@param done manifest.PruneResult
---@return table document
function print.json(_, done)
  local tags = {}
  for position, tag in ipairs(done.tags) do
    tags[position] = json.object({
      { "name", tag.name }, { "digest", tag.digest }, { "created", time_of(tag) }, { "action", tag.action },
      { "reason", tag.reason },
    })
  end
  return json.object({
    { "repository", done.repository }, { "dryRun", done.dry_run == true }, { "deleted", done.deleted },
    { "tags", json.array(tags) },
  })
end

return print
