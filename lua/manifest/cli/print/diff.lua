--- What `manifest diff` prints.

local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

local DIFFERENT = 2

local function write_change(out, indent, change)
  local label = change.name and ("%s %s"):format(change.what, change.name) or change.what
  if change.old then
    out:line(("%s- %s: %s"):format(indent, label, change.old), "removed")
  end
  if change.new then
    out:line(("%s+ %s: %s"):format(indent, label, change.new), "added")
  end
end

---@param out table output
---@param report manifest.DiffReport
function print.text(out, report)
  for _, change in ipairs(report.changes) do
    write_change(out, "", change)
  end
  for _, one in ipairs(report.removed) do
    out:line(("- %s  %s"):format(show.platform_of(one), one.digest), "removed")
  end
  for _, one in ipairs(report.added) do
    out:line(("+ %s  %s"):format(show.platform_of(one), one.digest), "added")
  end
  for _, one in ipairs(report.changed) do
    out:line(("~ %s  %s -> %s"):format(show.platform_of(one), one.old, one.new), "changed")
    for _, change in ipairs(one.changes) do
      write_change(out, "    ", change)
    end
  end
end

local side = show.object({ "reference", "mediaType", "digest" })
local changes = show.list(show.object({ "what", "name", "old", "new" }))

print.json = show.document({
  { "old", side }, { "new", side }, "equal", { "added", show.descriptors }, { "removed", show.descriptors },
  { "changed", show.list(show.object({ { "platform", platform.to_json }, "old", "new", { "changes", changes } })) },
  "same", { "changes", changes },
})

---@param report manifest.DiffReport
---@return integer exit status
function print.status(report)
  return report.equal and 0 or DIFFERENT
end

return print
