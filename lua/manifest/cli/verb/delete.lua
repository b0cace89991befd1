--- manifest delete

local show = require("manifest.cli.show")

local function as_json(out, done)
  local json = require("manifest.base.json")
  show.document(out, {
    { "reference", done.reference }, { "digest", done.digest }, { "tag", done.tag },
    { "tagOnly", done.tag_only == true }, { "shared", json.array(done.shared) }, { "listed", json.array(done.listed) },
    { "remaining", json.array(done.remaining) },
    { "dryRun", done.dry_run == true },
    { "removed", done.removed and json.object({
      { "blobs", done.removed.blobs }, { "manifests", done.removed.manifests },
    }) or nil },
    { "kept", done.kept and done.kept.message or nil },
  })
end

--- What left the disk with it.
local function show_removed(out, removed)
  if removed and removed.manifests + removed.blobs > 0 then
    out:line(("Removed %s and %s from the disk"):format(show.count(removed.manifests, "manifest"),
      show.count(removed.blobs, "blob")))
  end
end

local function as_text(out, done)
  local verb = done.dry_run and "Would delete" or "Deleted"
  if done.tag_only then
    out:line(("%s tag %s of %s"):format(verb, done.tag, done.digest))
    return
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
end

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local done, err = client:delete(call.arguments[1], {
    shared = call.options.shared, dry_run = call.options.dry_run,
  })
  if not done then
    return nil, err
  end
  if done.dry_run and not call.options.shared and #done.shared + #done.listed > 0 then
    call.out:complain("note: only with --shared, unless the registry turns out to delete a tag alone")
  end
  if done.kept then
    call.out:complain("note: other blobs were left on the disk: " .. done.kept.message)
  end
  if call.options.json then
    as_json(call.out, done)
  else
    as_text(call.out, done)
    show_removed(call.out, done.removed)
  end
  return 0
end

return {
  usage = "[OPTIONS] REF",
  summary = "Delete a tag or a manifest in a registry or layout",
  description = "By tag, the tag alone goes where the registry can do that; else the manifest goes, and with it\n"
    .. "every tag that names it. Other tags are deleted, and indexes left without the image, only\n"
    .. "with --shared. Of a layout, blobs that nothing names any more leave the disk, too.",
  arguments = { 1, 1 },
  options = {
    show.insecure, show.json,
    { name = "shared", kind = "boolean", help = "Also when other tags name the digest, or an index does" },
    { name = "dry-run", kind = "boolean", help = "Delete nothing, say what would go" },
  },
  run = run,
}
