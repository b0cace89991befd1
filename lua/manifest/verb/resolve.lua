--- resolve: the image that a pull on a given platform takes, by containerd's rule.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local images = require("manifest.graph.resolve")

local resolve = declare.verb {
  name = "resolve", network = true,
  description = "PLATFORM is OS/ARCHITECTURE[/VARIANT], such as linux/arm/v7. The best match is taken: the platform "
    .. "itself, then older variants of it, then the 32 bit architecture that the same hosts run.",
  arguments = {
    { "ref", "location", help = "An index, or an image" },
    { "platform", "platform", help = "What the pull is on" },
  },
  options = { explain = { "boolean", help = "Also say of every entry why it is taken or not" } },
  examples = {
    "resolve --explain docker.io/library/alpine:3 linux/arm/v7",
    "resolve --json registry.example.com/app:1.0 linux/arm64",
  },
}

---@class manifest.ExplainedEntry
---@field digest string
---@field media_type string
---@field platform manifest.Platform? that it says
---@field rank integer? 1: the platform itself, more for what a host falls back to; nil: a host does not run it
---@field taken boolean
---@field reason string

---@class manifest.ResolveResult: manifest.Descriptor
---@field entries manifest.ExplainedEntry[]? of the index, with option `explain`

---@param call manifest.Call
---@param given string|manifest.Location
---@param wanted manifest.Platform
---@param o manifest.ResolveOptions
---@return manifest.ResolveResult
function resolve.run(call, given, wanted, o)
  local at = call:open(given)
  local _ <close> = failure.about(at.text)
  return images.at(call, at, wanted, o.explain)
end

return resolve
