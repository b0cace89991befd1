--- manifest get

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local function members(got)
  return {
    { "reference", got.reference }, { "mediaType", got.media_type }, { "digest", got.digest }, { "size", got.size },
    { "manifest", json.verbatim(got.raw) },
  }
end

return show.exact_bytes({
  verb = "get",
  members = members,
  summary = "Print the exact bytes of a manifest or index",
  description = "The bytes are those that the digest is over: nothing is added, not even a line end.",
})
