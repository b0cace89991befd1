--- referrers: what says that it belongs to an image: signatures, SBOMs, attestations.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local read = require("manifest.graph.read")
local referrer_list = require("manifest.repository.referrer_list")
local resolve = require("manifest.graph.resolve")

local referrers = declare.verb {
  name = "referrers", network = true,
  description = "One line a referrer: digest, artifact type, size of its manifest.",
  arguments = { { "ref", "location", help = "What is referred to" } },
  options = {
    artifact_type = { "string", value = "type", help = "Only referrers of this type" },
    annotations = { "map", flag = "annotation", help = "Only referrers with it" },
    platform = { "platform", help = "Take the image of an index for this platform" },
  },
  examples = {
    "referrers registry.example.com/app:1.0",
    "referrers --artifact-type application/spdx+json oci:release:1.0",
  },
}

--- The digest of the subject: said by the name, or asked for.
local function subject_of(call, at, platform)
  if platform then
    return resolve.at(call, at, platform).digest
  end
  return at.digest and not at.tag and at.digest or read.descriptor_of(call.verb, at).digest
end

local function list_of(call, at, subject, artifact_type)
  local _ <close> = argument.as_docker_says(call.verb, at.ref)
  return referrer_list.of(at.repository, subject, { artifact_type = artifact_type })
end

local function carries(item, annotations)
  for name, value in pairs(annotations) do
    if not item.annotations or item.annotations[name] ~= value then
      return false
    end
  end
  return true
end

---@class manifest.ReferrersResult
---@field reference string
---@field subject string its digest
---@field referrers manifest.Descriptor[]

--- One request when the name has a digest, else one more.
---@param call manifest.Call
---@param ref string|manifest.Location
---@param o manifest.ReferrersOptions
---@return manifest.ReferrersResult
function referrers.run(call, ref, o)
  local at = call:open(ref)
  local _ <close> = failure.about(at.text)
  local subject, found = subject_of(call, at, o.platform), {}
  for _, item in ipairs(list_of(call, at, subject, o.artifact_type)) do
    found[#found + 1] = carries(item, o.annotations or {}) and item or nil
  end
  return { reference = at.text, subject = subject, referrers = found }
end

return referrers
