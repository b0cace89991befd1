--- What `manifest verify` prints.

local exit = require("manifest.cli.exit")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param report manifest.VerifyReport
function print.text(out, report)
  for _, problem in ipairs(report.problems) do
    out:line(("problem: %s"):format(problem.message), "bad")
  end
  for _, note in ipairs(report.notes) do
    out:line(("note: %s"):format(note.message))
  end
  local checked = report.checked
  local programs = checked.programs and ", " .. show.count(checked.programs, "program") or ""
  out:line(("%s: %s, %s%s, %s: %s"):format(report.reference, show.count(checked.manifests, "manifest"),
    show.count(checked.blobs, "blob"), programs, show.size(checked.size),
    #report.problems == 0 and "all well" or show.count(#report.problems, "problem")),
    #report.problems == 0 and "good" or "bad")
end

local findings = show.list(show.object({ "code", "digest", "message" }))

print.json = show.document({
  "reference", "digest", "mediaType",
  { "ok", function(problems)
    return #problems == 0
  end, of = "problems" },
  { "checked", show.object({ "manifests", "blobs", "size", "programs" }) },
  { "problems", findings }, { "notes", findings },
})

--- A check that did not hold has a report all the same.
---@return integer|nil status
function print.failed(out, err, given)
  if not err.report then
    return nil
  end
  if given.json then
    show.report(out, print.json(out, err.report))
  else
    print.text(out, err.report)
  end
  return exit.CHECK_FAILED
end

return print
