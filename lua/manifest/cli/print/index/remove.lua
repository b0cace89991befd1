--- What `manifest index remove` prints.

return require("manifest.cli.print.index.result")
