--- What `manifest plan` prints.

local print = require("manifest.cli.print.release.outcome").new({
  created = "create", moved = "move", unchanged = "unchanged", restored = "restore", failed = "fail",
  deleted = "delete",
})

local CHANGES = 2

---@param outcome manifest.ReleaseResult
---@param options table
function print.status(outcome, options)
  return options.check and outcome.changed > 0 and CHANGES or 0
end

return print
