--- ratelimit: how many pulls a registry leaves to who asks. Nothing is pulled: a HEAD counts for none.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local names = require("manifest.declare.argument")

local fail, try = failure.fail, failure.try

local ratelimit = declare.verb {
  name = "ratelimit", network = true,
  description = "Asks with one HEAD, which Docker Hub does not count as a pull. Many registries have no limit, or tell "
    .. "none.",
  arguments = { { "ref", "location", help = "An image of the registry" } },
  examples = { "ratelimit docker.io/library/alpine:3", "ratelimit --json alpine" },
}

--- A header such as "100;w=21600": the number, and the window in seconds.
local function read(headers, name)
  local value = headers["ratelimit-" .. name] or headers["x-ratelimit-" .. name] or ""
  return math.tointeger(tonumber(value:match("^%s*(%d+)"))), math.tointeger(tonumber(value:match(";%s*w=(%d+)")))
end

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
  local _ <close> = failure.amend(function(err)
    fail(names.in_docker_words(err, "ratelimit", at.ref))
  end)
  local found = try(at.repository:head(at.selector, { head_alone = true }))
  if not found.response then
    fail {
      code = "unsupported", message = ("%s is on the disk: nobody counts what is read there"):format(at.text),
      hint = "name an image of a registry",
    }
  end
  local response = found.response ---@type manifest.Response
  local headers = response.headers
  local limit, window = read(headers, "limit")
  local remaining, other_window = read(headers, "remaining")
  return {
    reference = at.text, limit = limit, remaining = remaining, window = window or other_window,
    reset = read(headers, "reset"), source = headers["docker-ratelimit-source"], response = found.response,
  }
end

return ratelimit
