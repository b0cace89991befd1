--- What `manifest ratelimit` prints.

local limits = require("manifest.repository.registry.limits")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param found manifest.RatelimitResult
function print.text(out, found)
  out:line(limits.text(found) or "the registry tells no limit")
end

print.json = show.document({ "reference", "limit", "remaining", "window", "reset", "source" })

return print
