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

return hub
