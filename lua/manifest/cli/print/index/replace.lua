--- What `manifest index replace` prints.

return require("manifest.cli.print.index.result")
