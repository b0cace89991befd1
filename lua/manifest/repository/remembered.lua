--- A repository that is read for several targets: what it said once of tags and manifests, it says to all of them. So
--- they get the same, and a registry that counts pulls counts one.

local failure = require("manifest.base.failure")

local MOST = 16 * 1024 * 1024 -- bytes of manifests that are kept; beyond that they are asked for again

local METHODS = { manifest = true, head = true, tags = true }

local function copy_of(answer)
  return table.move(answer, 1, #answer, 1, { raw = answer.raw, media_type = answer.media_type, digest = answer.digest,
    size = answer.size, response = answer.response, listed_size = answer.listed_size })
end

--- Makes a repository remember.
---@param repository manifest.Repository
---@return manifest.Repository the same
local function make(repository)
  local bytes = 0
  for name in pairs(METHODS) do
    local method, kept = repository[name], {}
    repository[name] = failure.returned(function(self, selector, ...)
      local key = type(selector) == "string" and selector or ""
      if kept[key] then
        return copy_of(kept[key])
      end
      local answer = failure.try(method(self, selector, ...)) --[[@as table]]
      bytes = bytes + (answer.raw and #answer.raw or 0)
      if bytes <= MOST then
        kept[key] = copy_of(answer)
      end
      return answer
    end)
  end
  return repository
end

return { make = make }
