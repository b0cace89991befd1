--- What `manifest apply` prints.

return require("manifest.cli.print.release.outcome").new({
  created = "created", moved = "moved", unchanged = "unchanged", restored = "restored", failed = "failed",
  deleted = "deleted",
})
