--- The options that every command has, declared as those of a verb are.

local types = require("manifest.declare.type")

local options = {
  debug = { "boolean", short = "D",
    help = "Show each request, why it is sent again, and where logins come from, on stderr" },
  progress = { "choice", of = { "auto", "plain", "json", "none" },
    help = "How blobs on their way are shown on stderr (default auto: live on a terminal, else now and then a line; "
      .. "of docker's commands none)" },
  quiet = { "boolean", short = "q", help = "Show neither progress nor warnings" },
  trace = { "file", help = "Add spans of the command and of each request to this file (OpenTelemetry, JSON lines)" },
}

types.compile_all(options)

return options
