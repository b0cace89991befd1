--- Mirrors: other endpoints to read a registry's content from. They are tried in order, before the registry itself; a
--- mirror that fails or refuses, for whatever reason, is passed over with a warning and not asked again; one that lacks
--- the content, without a word. Nothing is ever written to one.

local caught = require("manifest.base.failure").caught
local hub = require("manifest.name.hub")

local mirror = {}

local ATTEMPTS = 2 -- of a request to one: another place is at hand

--- A mirror's endpoint from what a user writes: HOST[:PORT][/PREFIX].
local function endpoint_of(text, path)
  local domain, prefix = text:gsub("/+$", ""):match("^([^/]+)/?(.*)$")
  path = prefix ~= "" and prefix .. "/" .. path or path
  return {
    domain = domain, path = path, base = ("%s/v2/%s"):format(hub.url(domain), path), is_mirror = true,
    attempts = ATTEMPTS,
  }
end

--- The mirrors of a repository.
---@param list string[]|nil HOST[:PORT][/PREFIX] each
---@param path string
---@return table[] endpoints {domain, path, base, is_mirror, attempts} each
function mirror.endpoints(list, path)
  local endpoints = {}
  for position, text in ipairs(list or {}) do
    endpoints[position] = endpoint_of(text, path)
  end
  return endpoints
end

--- Notes that a mirror failed, and tells the user.
---@param repository table
---@param endpoint table
---@param err table
function mirror.fail(repository, endpoint, err)
  if not endpoint.has_failed then
    endpoint.has_failed = true
    repository.loop:warn(("the mirror %s was passed over: %s"):format(endpoint.domain, err.message))
  end
end

--- Answers by which a mirror serves nobody, or not us; any other has merely not what was asked for.
---@type table<string, true?>
local UNWELL = { unauthorized = true, denied = true, rate_limited = true }

---@param err manifest.Error
local function is_failure(err)
  return not err.status or UNWELL[err.code] or (err.retryable and err.code ~= "unsupported")
end

--- Asks a repository's mirrors in order, until one has what is wanted.
---@param repository table
---@param ask function (endpoint) -> value; false, or an answer's error that it raises: it has no such content
---@return any value of the first mirror that has one; nil when none has
---@return table|nil endpoint that mirror
function mirror.first(repository, ask)
  for _, endpoint in ipairs(repository.endpoints) do
    if endpoint.is_mirror and not endpoint.has_failed then
      local value, why = caught(ask, endpoint)
      if value then
        return value, endpoint
      end
      if why and is_failure(why) then
        mirror.fail(repository, endpoint, why)
      end
    end
  end
end

return mirror
