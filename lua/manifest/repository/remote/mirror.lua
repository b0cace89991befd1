--- Mirrors: other places to read a registry's content from. They are tried in order, before the registry itself; a
--- mirror that fails, whatever the reason, is passed over with a warning; one that has no such content, without.
--- Nothing is ever written to one.

local endpoint = require("manifest.repository.endpoint")

local mirror = {}

--- What references to Docker Hub never say in their normal form.
local ALIASES = { ["index.docker.io"] = true, ["registry-1.docker.io"] = true }

--- A mirror's place from what a user writes: HOST[:PORT][/PREFIX].
---@return table place {domain, path}
local function place_of(text, path)
  local domain, prefix = text:gsub("/+$", ""):match("^([^/]+)/?(.*)$")
  return { domain = domain, path = prefix ~= "" and prefix .. "/" .. path or path }
end

--- Raises unless a table of mirrors is one.
---@param mirrors table
---@param level integer whom to blame, as for error()
function mirror.check(mirrors, level)
  for domain, list in pairs(mirrors) do
    if type(domain) ~= "string" or type(list) ~= "table" then
      error("mirrors: a list of HOST[:PORT][/PREFIX] expected for each registry", level)
    end
    if ALIASES[domain] or domain:find("/", 1, true) then
      error(("mirrors: %s: not a registry as references name it, such as docker.io"):format(domain), level)
    end
    for _, text in ipairs(list) do
      if type(text) ~= "string" or not text:find("^[%w%[][%w.:%]-]*[%w._/-]*$") or text:find("//", 1, true) then
        error(("mirrors: %s: not HOST[:PORT][/PREFIX]: %s"):format(domain, tostring(text)), level)
      end
    end
  end
end

--- The places to read a repository from, the registry itself last.
---@param mirrors table|nil [domain] = list of HOST[:PORT][/PREFIX]
---@param domain string
---@param path string
---@return table[] places {domain, path, base} each
function mirror.places(mirrors, domain, path)
  local places = {}
  for _, text in ipairs(mirrors and mirrors[domain] or {}) do
    places[#places + 1] = place_of(text, path)
  end
  places[#places + 1] = { domain = domain, path = path }
  for _, place in ipairs(places) do
    place.base = endpoint.url(place.domain) .. "/v2/" .. place.path
  end
  return places
end

return mirror
