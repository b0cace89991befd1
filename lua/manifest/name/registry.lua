--- The registry that a text names: HOST[:PORT], or a URL of it.

local error_of = require("manifest.base.error")
local hub = require("manifest.name.hub")
local reference = require("manifest.name.reference")

local registry = {}

--- What may be shown of a text that names no registry: in a URL a password may stand before the '@'.
local function shown(given)
  return (given:gsub("^.*@", ""))
end

--- Reads the name of a registry.
---@param given string|nil Docker Hub when there is none
---@return_overload string registry as references have it
---@return_overload nil, table err invalid_argument
function registry.parse(given)
  local host = (given or hub.domain):gsub("^https://", ""):gsub("/.*$", "")
  if hub.is(host) then
    return hub.domain
  end
  local ref = reference.parse(host .. "/a/b")
  if ref and ref.domain == host and not host:find("@", 1, true) then
    return host
  end
  return nil, error_of.new({
    code = "invalid_argument", message = ("'%s' does not name a registry"):format(shown(given)), ref = shown(given),
    hint = "write HOST[:PORT]; a host without a dot or a port is no registry, except localhost",
  })
end

return registry
