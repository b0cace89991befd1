--- What `manifest index add` prints.

return require("manifest.cli.print.index.result")
