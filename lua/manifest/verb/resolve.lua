--- resolve: the image that a pull on a given platform takes, by containerd's rule.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local images = require("manifest.graph.resolve")

local resolve = declare.verb {
  name = "resolve", network = true,
  description = "PLATFORM is OS/ARCHITECTURE[/VARIANT], such as linux/arm/v7. The best match is taken: the platform "
    .. "itself, then older variants of it, then its 32 bit architecture.",
  arguments = {
    { "ref", "location", help = "An index, or an image" },
    { "platform", "platform", help = "What the pull is on" },
  },
  examples = {
    "resolve docker.io/library/alpine:3 linux/arm/v7",
    "resolve --json registry.example.com/app:1.0 linux/arm64",
  },
}

---@param call manifest.Call
---@param given string|manifest.Location
---@param wanted manifest.Platform
---@return manifest.Descriptor
function resolve.run(call, given, wanted)
  local at = call:open(given)
  local _ <close> = failure.about(at.text)
  return images.at(call, at, wanted)
end

return resolve
