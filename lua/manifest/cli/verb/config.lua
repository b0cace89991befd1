--- manifest config

local show = require("manifest.cli.show")

local function as_json(out, got)
  local json = require("manifest.base.json")
  show.document(out, {
    { "reference", got.reference }, { "manifest", got.manifest }, { "mediaType", got.media_type },
    { "digest", got.digest }, { "size", got.size },
    { "config", got.content ~= nil and json.verbatim(got.raw) or nil },
  })
end

local function run(call)
  local client = call.client({ insecure = call.options.insecure })
  local got, err = client:config(call.arguments[1], { platform = call.options.platform })
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
  summary = "Print the config of an image",
  description = "The exact bytes of the config. Of an index with several images, --platform says which.",
  arguments = { 1, 1 },
  options = { show.insecure, show.json, show.platform },
  run = run,
}
