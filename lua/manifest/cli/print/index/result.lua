--- What the index commands print.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

--- For people: what was written, and its entries.
local function write_done(out, done)
  out:line(("%s %s"):format(done.unchanged and "Unchanged" or "Pushed", done.reference))
  for _, entry in ipairs(done.entries) do
    local for_what = entry.platform and platform.format(entry.platform) or entry.artifact_type or "no platform"
    out:line(("  %-20s %s"):format(for_what, entry.digest))
  end
  for position = 2, #done.tags do
    out:line("  also as " .. done.tags[position])
  end
  out:line("Digest: " .. done.digest)
end

---@param out table output
---@param done manifest.IndexResult
---@param options table
function print.text(out, done, options)
  for _, notice in ipairs(done.notices) do
    out:complain("note: " .. notice)
  end
  if options.quiet then
    out:line(done.digest)
  elseif done.dry_run then
    out:write(done.raw)
    for _, step in ipairs(done.plan --[[@as string[] ]]) do
      out:complain("would " .. step)
    end
    out:complain("digest " .. done.digest)
  else
    write_done(out, done)
  end
end

print.json = show.document({
  "reference", "digest", "size", "mediaType", { "manifests", show.descriptors, of = "entries" },
  { "tags", json.array }, { "notices", json.array }, { "dryRun", false }, "unchanged", { "written", json.array },
  { "copied", show.object({ "blobs", "manifests", "size" }) }, { "plan", json.array }, "raw",
})

return print
