--- What `manifest ratelimit` prints.

local json = require("manifest.base.json")
local limits = require("manifest.repository.registry.limits")

local print = {}

---@param out table output
---@param found manifest.RatelimitResult
function print.text(out, found)
  out:line(limits.text(found) or "the registry tells no limit")
end

---@param found manifest.RatelimitResult
---@return table document
function print.json(_, found)
  return json.object({
    { "reference", found.reference }, { "limit", found.limit }, { "remaining", found.remaining },
    { "window", found.window }, { "reset", found.reset }, { "source", found.source },
  })
end

return print
