--- digest: what a reference names now.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local read = require("manifest.graph.read")

local digest = declare.verb {
  name = "digest", network = true,
  description = "Asks the registry for what REF names now. One request; nothing is downloaded.",
  arguments = { { "ref", "location", help = "What is looked at" } },
  examples = { "digest docker.io/library/alpine:3", "digest --json oci:release:1.0" },
}

---@param call manifest.Call
---@param ref string|manifest.Location
---@return string digest
---@return nil
---@return manifest.Response|nil response of the registry, rate limits among its headers; none from a layout
function digest.run(call, ref)
  local at = call:open(ref)
  local _ <close> = failure.about(at.text)
  local answer = read.descriptor_of("digest", at)
  return answer.digest, nil, answer.response
end

return digest
