--- Where a registry's API is, and how it may be reached: what its name does not say.

local core = require("manifest.base.core")

local endpoint = {}

--- Names under which Docker Hub is known, and the host that serves its API.
local hosts = {
  ["docker.io"] = "registry-1.docker.io",
  ["index.docker.io"] = "registry-1.docker.io",
}

--- The base URL of a registry's API, without a slash at the end. Always https: a registry that turns out to speak plain
--- HTTP is learned by the C core, where the client's options allow it.
---@param domain string as in a reference, such as docker.io or localhost:5000
---@return string url
function endpoint.url(domain)
  return "https://" .. (hosts[domain] or domain)
end

--- What is wrong with a client's option `insecure`: true, or a table whose list names registries that need no
--- encryption ("*": all) and whose other keys name registries that speak plain HTTP: { "a:5000", ["b:5000"] = "http" }.
---@param insecure boolean|table
---@return string|nil sentence
function endpoint.wrong_insecure(insecure)
  for key, value in pairs(type(insecure) == "table" and insecure or {}) do
    local host = math.type(key) and value or key
    local is_said = math.type(key) or value == "http"
    if type(host) ~= "string" or not is_said or not (host == "*" or host:find("^[%w%[][%w.:%]_-]*$")) then
      return "must be true, a list of HOST[:PORT], or a table { [\"HOST[:PORT]\"] = \"http\" }"
    end
  end
end

--- A host as the engine compares it.
local function host_of(domain)
  local origin = core.url.origin(endpoint.url(domain))
  return origin and origin.text or domain
end

--- Adds the option `insecure` to the settings of an engine.
---@param settings table
---@param insecure boolean|table|nil
function endpoint.allow(settings, insecure)
  if type(insecure) ~= "table" then
    settings.insecure = insecure
    return
  end
  settings.insecure_hosts, settings.plain_hosts = {}, {}
  for key, value in pairs(insecure) do
    if value == "*" then
      settings.insecure = true
    elseif math.type(key) then
      table.insert(settings.insecure_hosts, host_of(value))
    else
      table.insert(settings.plain_hosts, host_of(key))
    end
  end
end

return endpoint
