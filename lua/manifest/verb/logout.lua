--- logout: forgets a login, in the credential helper and in docker's config.json.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local keychain = require("manifest.credential.keychain")
local registries = require("manifest.name.registry")

local try = failure.try

local logout = declare.verb {
  name = "logout", json = false,
  description = "SERVER is HOST[:PORT], by default Docker Hub.",
  arguments = {
    { "registry", "string", value = "SERVER", optional = true, help = "The registry (default Docker Hub)" },
  },
  examples = { "logout", "logout registry.example.com" },
}

---@class manifest.LogoutResult
---@field registry string
---@field helper string? the credential helper that had it
---@field removed integer how many entries of config.json went

---@param call manifest.Call
---@param given string?
---@return manifest.LogoutResult
function logout.run(call, given)
  local registry = try(registries.parse(given))
  local _ <close> = failure.about(registry)
  local removed = try(keychain.open(call.folder):erase(registry))
  call:forget_logins()
  removed.registry = registry
  return removed
end

return logout
