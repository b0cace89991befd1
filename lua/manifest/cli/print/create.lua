--- What `manifest create` prints: docker's line.

local print = {}

---@param out table output
---@param created manifest.CreateResult
function print.text(out, created)
  out:write(("Created manifest list %s\n"):format(created.reference))
end

return print
