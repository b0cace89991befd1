--- manifest verify

local show = require("manifest.cli.show")

local CHECK_FAILED = 2

local function as_json(out, report)
  local json = require("manifest.base.json")
  local function finding(one)
    return json.object({ { "code", one.code }, { "digest", one.digest }, { "message", one.message } })
  end
  local checked = report.checked
  show.document(out, {
    { "reference", report.reference }, { "digest", report.digest }, { "mediaType", report.media_type },
    { "ok", #report.problems == 0 },
    { "checked", json.object({
      { "documents", checked.documents }, { "blobs", checked.blobs }, { "size", checked.size },
      { "programs", checked.programs },
    }) },
    { "problems", show.array(report.problems, finding) }, { "notes", show.array(report.notes, finding) },
  })
end

local function as_text(out, report)
  for _, problem in ipairs(report.problems) do
    out:line(("problem: %s"):format(problem.message))
  end
  for _, note in ipairs(report.notes) do
    out:line(("note: %s"):format(note.message))
  end
  local checked = report.checked
  local programs = checked.programs and ", " .. show.count(checked.programs, "program") or ""
  out:line(("%s: %s, %s%s, %s: %s"):format(report.reference, show.count(checked.documents, "document"),
    show.count(checked.blobs, "blob"), programs, show.size(checked.size),
    #report.problems == 0 and "all well" or show.count(#report.problems, "problem")))
end

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local report, err = client:verify(call.arguments[1], { binaries = call.options.binaries })
  report = report or err.report
  if not report then
    return nil, err
  end
  if call.options.json then
    as_json(call.out, report)
  else
    as_text(call.out, report)
  end
  return #report.problems == 0 and 0 or CHECK_FAILED
end

return {
  usage = "[OPTIONS] REF",
  summary = "Check that all that a reference names is there, whole, and of its platform",
  description = "Fetches every manifest, config and layer once and checks its digest and size, and that each config\n"
    .. "has the platform that the index says. Exit status 2: something is wrong.",
  arguments = { 1, 1 },
  options = {
    show.insecure, show.json,
    { name = "binaries", kind = "boolean", help = "Also check that the programs in the layers are for the platform" },
  },
  run = run,
}
