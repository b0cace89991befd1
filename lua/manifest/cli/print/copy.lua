--- What `manifest copy` prints.

local show = require("manifest.cli.show")

local print = {}

local WHY = { same = "is the same already", exists = "is there and is left as it is",
  list = "is a list of referrers, which are listed in the target" }

local function name_of(item)
  return item.name or "(no tag)"
end

---@param out table output
---@param done manifest.CopyResult
function print.text(out, done)
  for _, item in ipairs(done.copied) do
    out:line(("%s  %s%s"):format(item.digest, name_of(item),
      item.source_digest and "  written anew, it was " .. item.source_digest or ""))
  end
  for _, item in ipairs(done.skipped) do
    out:line(("%s  %s %s"):format(item.digest, name_of(item), WHY[item.reason]))
  end
  if done.dry_run then
    out:line(("would bring %s (%s) and %s"):format(show.count(done.blobs, "blob"), show.size(done.size),
      show.count(done.manifests, "more manifest")))
  end
end

local items = show.list(show.object({ "name", "digest", "sourceDigest", "reason" }))

print.json = show.document({
  "source", "target", { "dryRun", false }, { "copied", items }, { "skipped", items }, "blobs", "size", "manifests",
  "referrers",
})

return print
