--- What `manifest logout` prints.

local print = {}

---@param out table output
---@param done manifest.LogoutResult
function print.text(out, done)
  local is_removed = done.helper or done.removed > 0
  out:line((is_removed and "Removing login credentials for %s" or "Not logged in to %s"):format(done.registry))
end

return print
