--- Several repositories read as one, behind documents that no repository has yet: what somebody is about to put.

local error_of = require("manifest.base.error")

--- Joins them. It has the methods by which a graph is read.
---@param documents {raw: string, media_type: string, digest: string}[]
---@param places manifest.Repository[] asked in this order
---@return manifest.Repository
return function(documents, places)
  local at_hand = {}
  for _, one in ipairs(documents) do
    at_hand[one.digest] = one
  end

  --- What the first of the places has that has it.
  local function ask(name, selector, ...)
    for _, place in ipairs(places) do
      local value, err = place[name](place, selector, ...)
      if value or err.code ~= "not_found" then
        return value, err
      end
    end
    return nil, error_of.new({ code = "not_found", message = ("nothing that is read here has %s"):format(selector) })
  end

  local function manifest(_, digest, ...)
    local one = at_hand[digest]
    if one then
      return { raw = one.raw, media_type = one.media_type, digest = digest, size = #one.raw }
    end
    return ask("manifest", digest, ...)
  end

  ---@diagnostic disable-next-line: missing-fields
  return {
    can = { write = false, untagged = false, incomplete = false, delete_tag = false },
    domain = places[1].domain, identity = places[1].identity, manifest = manifest, head = manifest,
    blob = function(_, digest, ...)
      return ask("blob", digest, ...)
    end,
  }
end
