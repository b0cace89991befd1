--- Docker Hub's names, once: references, hosts and login files call it differently.

local hub = {
  domain = "docker.io", -- in references
  legacy = "index.docker.io", -- in old references
  api = "registry-1.docker.io", -- the host that serves it
  login_key = "https://index.docker.io/v1/", -- in login files and for credential helpers
}

local NAMES = { [hub.domain] = true, [hub.legacy] = true, [hub.api] = true }

--- Whether a host is Docker Hub.
---@param host string
---@return boolean
function hub.is(host)
  return NAMES[host] == true
end

--- The base URL of a registry's API, without a slash at the end. Always https: a registry that turns out to speak plain
--- HTTP is learned by the C core, where the client's options allow it.
---@param domain string as in a reference, such as docker.io or localhost:5000
---@return string url
function hub.url(domain)
  return "https://" .. (NAMES[domain] and hub.api or domain)
end

return hub
