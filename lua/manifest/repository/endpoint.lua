--- Where a registry's API is: the one thing that its name does not say.

local hub = require("manifest.name.hub")

local endpoint = {}

--- The base URL of a registry's API, without a slash at the end. Always https: a registry that turns out to speak plain
--- HTTP is learned by the C core, where the client's options allow it.
---@param domain string as in a reference, such as docker.io or localhost:5000
---@return string url
function endpoint.url(domain)
  return "https://" .. (hub.is(domain) and hub.api or domain)
end

return endpoint
