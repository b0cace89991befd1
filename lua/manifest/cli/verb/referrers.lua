--- manifest referrers

local show = require("manifest.cli.show")

local function run(call)
  local annotations, err = show.pairs_of(call.options.annotation)
  if not annotations then
    return nil, err
  end
  local client = call.client({ insecure = call.options.insecure })
  local found
  found, err = client:referrers(call.arguments[1], {
    artifact_type = call.options.artifact_type, annotations = annotations, platform = call.options.platform,
  })
  if not found then
    return nil, err
  end
  if call.options.json then
    show.document(call.out, {
      { "reference", found.reference }, { "subject", found.subject },
      { "referrers", show.array(found.referrers, show.descriptor) },
    })
    return 0
  end
  for _, item in ipairs(found.referrers) do
    call.out:write(("%s  %s  %d\n"):format(item.digest, item.artifact_type or item.media_type, item.size))
  end
  return 0
end

return {
  usage = "[OPTIONS] REF",
  summary = "List what refers to an image: signatures, SBOMs, attestations",
  arguments = { 1, 1 },
  options = {
    show.insecure, show.json, show.platform,
    { name = "artifact-type", kind = "string", value = "type", help = "Only referrers of this type" },
    { name = "annotation", kind = "strings", value = "name=value", help = "Only referrers with it; may be repeated" },
  },
  run = run,
}
