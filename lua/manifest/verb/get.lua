--- get: the exact bytes of a manifest or index, as the registry has them.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local resolve = require("manifest.graph.resolve")

local get = declare.verb {
  name = "get", network = true,
  description = "The bytes are those that the digest is over: nothing is added, not even a line end.",
  arguments = { { "ref", "location", help = "A manifest, or an index" } },
  options = {
    platform = { "platform", help = "Take the image of an index for this platform" },
  },
  examples = { "get docker.io/library/alpine:3", "get --platform linux/arm64 registry.example.com/app:1.0" },
}

---@class manifest.GetResult
---@field reference string
---@field media_type string
---@field digest string
---@field size integer bytes
---@field raw string exact bytes
---@field content table decoded
---@field response manifest.Response? of the registry, rate limits among its headers; none from a layout

---@param call manifest.Call
---@param ref string|manifest.Location
---@param o manifest.GetOptions
---@return manifest.GetResult
function get.run(call, ref, o)
  local at = call:open(ref)
  local _ <close> = failure.about(at.text)
  local answer = resolve.document(call, at, o.platform --[[@as table?]])
  return {
    reference = at.text, media_type = answer.media_type, digest = answer.digest, size = answer.size,
    raw = answer.raw, content = answer.decoded.json, response = answer.response,
  }
end

return get
