--- manifest diff

local show = require("manifest.cli.show")

local DIFFERENT = 2

local function change_json(change)
  local json = require("manifest.base.json")
  return json.object({
    { "what", change.what }, { "name", change.name }, { "old", change.old }, { "new", change.new },
  })
end

local function as_json(out, report)
  local json = require("manifest.base.json")
  local platform = require("manifest.name.platform")
  local function side(one)
    return json.object({ { "reference", one.reference }, { "mediaType", one.media_type }, { "digest", one.digest } })
  end
  show.document(out, {
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

local function write_change(out, indent, change)
  local label = change.name and ("%s %s"):format(change.what, change.name) or change.what
  if change.old then
    out:line(("%s- %s: %s"):format(indent, label, change.old))
  end
  if change.new then
    out:line(("%s+ %s: %s"):format(indent, label, change.new))
  end
end

local function as_text(out, report)
  for _, change in ipairs(report.changes) do
    write_change(out, "", change)
  end
  for _, one in ipairs(report.removed) do
    out:line(("- %s  %s"):format(show.platform_of(one), one.digest))
  end
  for _, one in ipairs(report.added) do
    out:line(("+ %s  %s"):format(show.platform_of(one), one.digest))
  end
  for _, one in ipairs(report.changed) do
    out:line(("~ %s  %s -> %s"):format(show.platform_of(one), one.old, one.new))
    for _, change in ipairs(one.changes) do
      write_change(out, "    ", change)
    end
  end
end

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local report, err = client:diff(call.arguments[1], call.arguments[2])
  if not report then
    return nil, err
  end
  if call.options.json then
    as_json(call.out, report)
  else
    as_text(call.out, report)
  end
  return report.equal and 0 or DIFFERENT
end

return {
  usage = "[OPTIONS] OLD NEW",
  summary = "Show what differs between two references, platform by platform",
  description = "Prints nothing and exits with 0 when both are the same, byte for byte; exits with 2 else.",
  arguments = { 2, 2 },
  options = { show.insecure, show.json },
  run = run,
}
