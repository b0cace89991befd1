--- Where the token server is, when only the beginning of a registry's API says so: one request asks there, the others
-- wait for what it learns.

local defer = require("manifest.base.failure").defer

local challenge = {}

--- Was a request refused without a word on how to authenticate?
---@param err table
---@return boolean
function challenge.is_missing(err)
  return err.status == 401 and err.response ~= nil and not err.response.headers["www-authenticate"]
end

--- Asks.
---@param repository table
---@param place table one of its places
---@return boolean learned false: nothing
function challenge.ask(repository, place)
  repository.loop:watch(function()
    return not place.is_asking
  end)
  if place.learned ~= nil then
    return place.learned
  end
  place.is_asking = true
  local _ <close> = defer(function()
    place.is_asking = false
  end)
  local response, err = repository.loop:request({
    method = "GET", url = place.base:match("^%a+://[^/]+") .. "/v2/", home = place.base, registry = place.domain,
    repository = place.path, scopes = place.scopes, timeout = repository.timeout, retries = place.retries,
  })
  place.learned = response ~= nil or not challenge.is_missing(err)
  return place.learned
end

return challenge
