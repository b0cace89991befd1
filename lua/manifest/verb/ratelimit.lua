--- ratelimit: how many pulls a registry leaves to who asks. Nothing is pulled: a HEAD counts for none.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local argument = require("manifest.declare.argument")
local limits = require("manifest.repository.registry.limits")

local fail, try = failure.fail, failure.try

local ratelimit = declare.verb {
  name = "ratelimit", network = true,
  description = "Asks with one HEAD, which Docker Hub does not count as a pull. Many registries have no limit, or tell "
    .. "none.",
  arguments = { { "ref", "location", help = "An image of the registry" } },
  examples = { "ratelimit docker.io/library/alpine:3", "ratelimit --json alpine" },
}

---@class manifest.RatelimitResult
---@field reference string
---@field limit integer? pulls in each window; nil: the registry tells none
---@field remaining integer? pulls that are left
---@field window integer? seconds
---@field reset integer? seconds until more are left
---@field source string? by what it counts: an address, or an account
---@field response manifest.Response

---@param call manifest.Call
---@param ref string|manifest.Location
---@return manifest.RatelimitResult
function ratelimit.run(call, ref)
  local at = call:open(ref)
  local _ <close> = argument.as_docker_says("ratelimit", at.ref)
  local found = try(at.repository:head(at.selector, { head_alone = true }))
  if not found.response then
    fail {
      code = "unsupported", message = ("%s is on the disk: nobody counts what is read there"):format(at.text),
      hint = "name an image of a registry",
    }
  end
  local response = found.response ---@type manifest.Response
  local left = limits.read(response.headers)
  return {
    reference = at.text, limit = left.limit, remaining = left.remaining, window = left.window, reset = left.reset,
    source = left.source, response = found.response,
  }
end

return ratelimit
