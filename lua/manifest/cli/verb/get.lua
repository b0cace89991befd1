--- manifest get

local show = require("manifest.cli.show")

local function as_json(out, got)
  local json = require("manifest.base.json")
  show.document(out, {
    { "reference", got.reference }, { "mediaType", got.media_type }, { "digest", got.digest }, { "size", got.size },
    { "manifest", json.verbatim(got.raw) },
  })
end

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local got, err = client:get(call.arguments[1], { platform = call.options.platform })
  if not got then
    return nil, err
  end
  if call.options.json then
    as_json(call.out, got)
  else
    call.out:write(got.raw)
  end
  return 0
end

return {
  usage = "[OPTIONS] REF",
  summary = "Print the exact bytes of a manifest or index",
  description = "The bytes are those that the digest is over: nothing is added, not even a line end.",
  arguments = { 1, 1 },
  options = { show.insecure, show.json, show.platform },
  run = run,
}
