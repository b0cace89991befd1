--- What `manifest delete` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

--- What left the disk with it.
local function show_removed(out, removed)
  if removed and removed.manifests + removed.blobs > 0 then
    out:line(("Removed %s and %s from the disk"):format(show.count(removed.manifests, "manifest"),
      show.count(removed.blobs, "blob")))
  end
end

local function show_also(out, verb, done)
  for _, digest in ipairs(done.images or {}) do
    out:line(("%s image %s"):format(verb, digest))
  end
  for _, digest in ipairs(done.referrers or {}) do
    out:line(("%s referrer %s"):format(verb, digest))
  end
end

local function complain(out, done, given)
  if done.dry_run and not given.shared and #done.shared + #done.listed > 0 then
    out:complain("note: only with --shared, unless the registry turns out to delete a tag alone")
  end
  if done.kept then
    out:complain("note: other blobs were left on the disk: " .. done.kept.message)
  end
end

---@param out table output
---@param done manifest.DeleteResult
function print.text(out, done, given)
  complain(out, done, given)
  local verb = done.dry_run and "Would delete" or "Deleted"
  if done.tag_only then
    out:line(("%s tag %s of %s"):format(verb, done.tag, done.digest))
    show_also(out, verb, done)
    return show_removed(out, done.removed)
  end
  out:line(("%s %s"):format(verb, done.digest))
  for _, tag in ipairs(done.shared) do
    out:line(("%s tag %s with it"):format(verb, tag))
  end
  for _, tag in ipairs(done.remaining) do
    out:line(("The registry keeps the tag %s, which still serves it"):format(tag))
  end
  for _, tag in ipairs(done.listed) do
    out:line(("The index %s names it still"):format(tag))
  end
  show_also(out, verb, done)
  show_removed(out, done.removed)
end

local document = show.object({
  "reference", "digest", "tag", { "tagOnly", false }, { "shared", json.array }, { "listed", json.array },
  { "remaining", json.array }, { "images", json.array }, { "referrers", json.array }, { "dryRun", false },
  { "removed", show.object({ "blobs", "manifests" }) },
  { "kept", function(err)
    return err.message
  end },
})

---@param out table output
---@param done manifest.DeleteResult
---@return table document
function print.json(out, done, given)
  complain(out, done, given)
  return document(done)
end

return print
