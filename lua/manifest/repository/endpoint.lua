--- Where a registry's API is, and how it may be reached: what its name does not say.

local core = require("manifest.base.core")

local hub = require("manifest.name.hub")

local endpoint = {}

--- The base URL of a registry's API, without a slash at the end. Always https: a registry that turns out to speak plain
--- HTTP is learned by the C core, where the client's options allow it.
---@param domain string as in a reference, such as docker.io or localhost:5000
---@return string url
function endpoint.url(domain)
  return "https://" .. (hub.is(domain) and hub.api or domain)
end

--- A host as the engine compares it.
local function host_of(domain)
  local origin = core.url.origin(endpoint.url(domain))
  return origin and origin.text or domain
end

--- Adds to the settings of an engine which registries need no encryption.
---@param settings table
---@param options table of a client: insecure, plain_http (see declare/client.lua)
function endpoint.allow(settings, options)
  local insecure, trusted, plain = options.insecure, {}, {}
  for key, value in pairs(type(insecure) == "table" and insecure or {}) do
    if math.type(key) then
      trusted[#trusted + 1] = host_of(value)
    else
      plain[#plain + 1] = host_of(key)
    end
  end
  for _, host in ipairs(options.plain_http or {}) do
    plain[#plain + 1] = host_of(host)
  end
  settings.insecure, settings.insecure_hosts, settings.plain_hosts = insecure == true, trusted, plain
end

return endpoint
