--- What `manifest diff` prints.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

local DIFFERENT = 2

local function change_json(change)
  return json.object({
    { "what", change.what }, { "name", change.name }, { "old", change.old }, { "new", change.new },
  })
end

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

---@param report manifest.DiffReport
---@return table document
function print.json(_, report)
  local function side(one)
    return json.object({ { "reference", one.reference }, { "mediaType", one.media_type }, { "digest", one.digest } })
  end
  return json.object({
    { "old", side(report.old) }, { "new", side(report.new) }, { "equal", report.equal },
    { "added", show.array(report.added, show.descriptor) }, { "removed", show.array(report.removed, show.descriptor) },
    { "changed", show.array(report.changed, function(one)
      return json.object({
        { "platform", one.platform and platform.to_json(one.platform) or nil }, { "old", one.old },
        { "new", one.new }, { "changes", show.array(one.changes, change_json) },
      })
    end) },
    { "same", report.same }, { "changes", show.array(report.changes, change_json) },
  })
end

---@param report manifest.DiffReport
---@return integer exit status
function print.status(report)
  return report.equal and 0 or DIFFERENT
end

return print
