--- manifest copy

local show = require("manifest.cli.show")

local function name_of(name)
  return name or "(no tag)"
end

local function as_json(out, done)
  local json = require("manifest.base.json")
  local function one(item)
    return json.object({ { "name", item.name }, { "digest", item.digest }, { "reason", item.reason } })
  end
  show.document(out, {
    { "source", done.source }, { "target", done.target }, { "dryRun", done.dry_run == true },
    { "copied", show.array(done.copied, one) }, { "skipped", show.array(done.skipped, one) },
    { "blobs", done.blobs }, { "blobBytes", done.size }, { "manifests", done.manifests },
    { "referrers", done.referrers },
  })
end

local WHY = { same = "is the same already", exists = "is there and is left as it is" }

local function as_text(out, done)
  for _, item in ipairs(done.copied) do
    out:write(("%s  %s\n"):format(item.digest, name_of(item.name)))
  end
  for _, item in ipairs(done.skipped) do
    out:write(("%s  %s %s\n"):format(item.digest, name_of(item.name), WHY[item.reason]))
  end
  if done.dry_run then
    out:write(("would bring %s (%s) and %s\n"):format(show.count(done.blobs, "blob"), show.size(done.size),
      show.count(done.manifests, "more manifest")))
  end
end

local function run(call)
  local given = call.options
  local client = call.client({ insecure = given.insecure, jobs = given.jobs })
  local done, err = client:copy(call.arguments[1], call.arguments[2], {
    platforms = given.platform, sparse = given.sparse, all_tags = given.all_tags, include = given.include,
    exclude = given.exclude, referrers = given.referrers, digest_tags = given.digest_tags,
    shared = given.shared, no_clobber = given.no_clobber, dry_run = given.dry_run,
  })
  if not done then
    return nil, err
  end
  if given.json then
    as_json(call.out, done)
  else
    as_text(call.out, done)
  end
  return 0
end

--- What the client would raise for is bad usage here.
local function wrong_usage(given)
  if given.sparse and not given.platform then
    return "--sparse goes with --platform"
  end
  if (given.include or given.exclude) and not given.all_tags then
    return "--include and --exclude go with --all-tags"
  end
end

return {
  usage = "[OPTIONS] SOURCE TARGET",
  summary = "Copy an image or index, or all tags of a repository",
  description = "Each may be in a registry, or in an OCI layout folder: oci:PATH[:TAG]. The source may be an\n"
    .. "archive: oci-archive:PATH[:TAG] or docker-archive:PATH[:NAME:TAG]. What is there is not sent\n"
    .. "again. PATTERN: * is any text, ? is one character.",
  arguments = { 2, 2 },
  options = {
    show.insecure, show.json,
    { name = "platform", kind = "platforms", value = "platforms",
      help = "Only these platforms of an index (comma list)" },
    { name = "sparse", kind = "boolean",
      help = "With --platform: keep the index as it is, though it names images that are not copied" },
    { name = "all-tags", kind = "boolean", help = "Copy all tags; SOURCE and TARGET are repositories" },
    { name = "include", kind = "strings", value = "pattern", help = "With --all-tags: only tags that fit" },
    { name = "exclude", kind = "strings", value = "pattern", help = "With --all-tags: no tags that fit" },
    { name = "referrers", kind = "boolean", help = "Also copy what refers to the manifests: signatures, SBOMs" },
    { name = "shared", kind = "boolean",
      help = "False: nobody else attaches there now, so do not wait to see that referrers stay listed" },
    { name = "digest-tags", kind = "boolean", help = "Also copy tags made of their digests, as sha256-HEX.sig" },
    { name = "no-clobber", kind = "boolean", help = "Do not move a tag that is there" },
    { name = "dry-run", kind = "boolean", help = "Only say what would be done" },
    { name = "jobs", kind = "integer", value = "number", help = "Requests at once" },
  },
  wrong_usage = wrong_usage,
  run = run,
}
