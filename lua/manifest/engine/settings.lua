--- The settings of an engine out of a client's options.

local core = require("manifest.base.core")
local hub = require("manifest.name.hub")
local merged = require("manifest.base.merged")

local settings = {}

--- Options that the engine takes as they are.
local SAME = {
  "connect_timeout", "stall_timeout", "connections", "ca_file", "client_certificate", "client_key", "auth_hosts",
  "same_domain", "user_agent",
}

--- A host as the engine compares it.
local function host_of(domain)
  local origin = core.url.origin(hub.url(domain))
  return origin and origin.text or domain
end

--- Adds which registries need no encryption.
local function add_insecure(made, options)
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
  made.insecure, made.insecure_hosts, made.plain_hosts = insecure == true, trusted, plain
end

--- Makes settings.
---@param options manifest.ClientOptions
---@param folder string|nil docker's configuration
---@param changes table|nil settings that take the place of some
---@return table settings as core.engine takes them
function settings.of(options, folder, changes)
  local listen = options.on_event
  local made = { ask = options.credentials ~= nil, config_folder = folder, events = listen ~= nil }
  made.counts = listen and require("manifest.engine.events").counting[listen]
  for _, name in ipairs(SAME) do
    made[name] = options[name]
  end
  add_insecure(made, options)
  made.user_agent = made.user_agent or "manifest/" .. require("manifest.base.version")
  return merged(made, changes)
end

return settings
