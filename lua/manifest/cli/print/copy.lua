--- What `manifest copy` prints.

local json = require("manifest.base.json")
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

local function item_json(item)
  return json.object({
    { "name", item.name }, { "digest", item.digest }, { "sourceDigest", item.source_digest }, { "reason", item.reason },
  })
end

---@param done manifest.CopyResult
---@return table document
function print.json(_, done)
  return json.object({
    { "source", done.source }, { "target", done.target }, { "dryRun", done.dry_run == true },
    { "copied", show.array(done.copied, item_json) }, { "skipped", show.array(done.skipped, item_json) },
    { "blobs", done.blobs }, { "size", done.size }, { "manifests", done.manifests },
    { "referrers", done.referrers },
  })
end

return print
