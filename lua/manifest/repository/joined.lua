--- Several repositories read as one, behind documents that no repository has yet: what somebody is about to put.

local failure = require("manifest.base.failure")

local METHODS = { manifest = true, blob = true }

--- Joins them. It has the methods by which a graph is read.
---@param documents {raw: string, media_type: string, digest: string}[]
---@param places manifest.Repository[] asked in this order
---@return manifest.Repository
return function(documents, places)
  ---@type table<string, {raw: string, media_type: string, digest: string}?>, table<string, function>
  local at_hand, asked = {}, {}
  for _, one in ipairs(documents) do
    at_hand[one.digest] = one
  end
  for name in pairs(METHODS) do
    asked[name] = failure.returned(function(_, digest, ...)
      for _, place in ipairs(places) do
        local value = failure.allow("not_found", place[name](place, digest, ...))
        if value then
          return value
        end
      end
      return failure.fail { code = "not_found", message = ("nothing that is read here has %s"):format(digest) }
    end)
  end

  local function document(self, digest, ...)
    local one = at_hand[digest]
    if one then
      return { raw = one.raw, media_type = one.media_type, digest = digest, size = #one.raw }
    end
    return asked.manifest(self, digest, ...)
  end

  local first = places[1] --[[@as manifest.Repository]]
  ---@type any
  local joined = {
    can = { write = false, untagged = false, incomplete = false, delete_tag = false },
    domain = first.domain, identity = first.identity, manifest = document, head = document, blob = asked.blob,
  }
  return joined
end
