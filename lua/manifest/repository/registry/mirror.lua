--- Mirrors: other places to read a registry's content from. They are tried in order, before the registry itself; a
--- mirror that fails or refuses, for whatever reason, is passed over with a warning and not asked again; one that lacks
--- the content, without a word. Nothing is ever written to one.

local hub = require("manifest.name.hub")

local mirror = {}

local ATTEMPTS = 2 -- of a request to one: another place is at hand

--- A mirror's place from what a user writes: HOST[:PORT][/PREFIX].
local function place_of(text, path)
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
---@return table[] places {domain, path, base, is_mirror, attempts} each
function mirror.places(list, path)
  local places = {}
  for position, text in ipairs(list or {}) do
    places[position] = place_of(text, path)
  end
  return places
end

--- Notes that a mirror failed, and tells the user.
---@param repository table
---@param place table
---@param err table
function mirror.fail(repository, place, err)
  if not place.has_failed then
    place.has_failed = true
    repository.loop:warn(("the mirror %s was passed over: %s"):format(place.domain, err.message))
  end
end

--- Answers by which a mirror serves nobody, or not us; any other has merely not what was asked for.
local UNWELL = { unauthorized = true, denied = true, rate_limited = true }

local function is_failure(err)
  return not err.status or UNWELL[err.code] or (err.retryable and err.code ~= "unsupported")
end

--- Asks a repository's mirrors in order, until one has what is wanted.
---@param repository table
---@param ask function (place) -> value | nil, err; false or an answer's error: it has no such content
---@return any value of the first mirror that has one; nil when none has
---@return table|nil place that mirror
function mirror.first(repository, ask)
  for _, place in ipairs(repository.places) do
    if place.is_mirror and not place.has_failed then
      local value, err = ask(place)
      if value then
        return value, place
      end
      if err and is_failure(err) then
        mirror.fail(repository, place, err)
      end
    end
  end
end

return mirror
