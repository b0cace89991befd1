--- manifest referrers

local show = require("manifest.cli.show")

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local found, err = client:referrers(call.arguments[1], {
    artifact_type = call.options.artifact_type, annotations = show.pairs_of(call.options.annotation),
    platform = call.options.platform,
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
    call.out:line(("%s  %s  %d"):format(item.digest, item.artifact_type or item.media_type, item.size))
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
  wrong_usage = function(given)
    return select(2, show.pairs_of(given.annotation))
  end,
  run = run,
}
