--- manifest tag

local show = require("manifest.cli.show")

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local tags = table.move(call.arguments, 2, #call.arguments, 1, {})
  local done, err = client:tag(call.arguments[1], tags, {
    no_clobber = call.options.no_clobber, if_digest = call.options.if_digest,
  })
  if not done then
    return nil, err
  end
  if call.options.json then
    local json = require("manifest.base.json")
    show.document(call.out, {
      { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest },
      { "size", done.size }, { "tags", json.array(done.tags) },
    })
    return 0
  end
  for _, tag in ipairs(done.tags) do
    call.out:line(("%s  %s"):format(done.digest, tag))
  end
  return 0
end

return {
  usage = "[OPTIONS] REF TAG [TAG...]",
  summary = "Give what a reference names more tags",
  description = "The tags go to the repository of REF. The bytes stay as they are, so the digest does.",
  arguments = { 2 },
  options = {
    show.insecure, show.json,
    { name = "no-clobber", kind = "boolean", help = "Fail rather than move a tag that is there" },
    { name = "if-digest", kind = "digest", value = "digest", help = "Move the tags only while they name this digest" },
  },
  run = run,
}
