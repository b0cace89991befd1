--- What `manifest apply` prints.

local print = require("manifest.cli.print.release.outcome").new({
  created = "created", moved = "moved", unchanged = "unchanged", restored = "restored", failed = "failed",
  deleted = "deleted",
})

print.instead = { ["dry-run"] = "'manifest plan' shows what apply would do" }

return print
