--- manifest config

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local function members(got)
  return {
    { "reference", got.reference }, { "manifest", got.manifest }, { "mediaType", got.media_type },
    { "digest", got.digest }, { "size", got.size },
    { "config", got.content ~= nil and json.verbatim(got.raw) or nil },
  }
end

return show.exact_bytes({
  verb = "config",
  members = members,
  summary = "Print the config of an image",
  description = "The exact bytes of the config. Of an index with several images, --platform says which.",
})
