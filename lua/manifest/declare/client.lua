--- The options of a client, declared as those of a verb are. Those with a flag are options of every command that asks a
--- registry.

local types = require("manifest.declare.type")

local options = {
  config = { "folder", flag = false, help = "Docker's configuration folder (default $DOCKER_CONFIG or ~/.docker)" },
  insecure = { "boolean|string[]",
    help = "Allow communication with an insecure registry: plain HTTP, any certificate" },
  jobs = { "count", help = "Requests at once (default 32)" },
  timeout = { "seconds",
    help = "Time for one request with all its tries (default 600; for a blob as long as bytes flow)" },
  connect_timeout = { "seconds", flag = false, help = "Time until a connection stands (default 15)" },
  stall_timeout = { "seconds", flag = false, help = "Time without a byte (default 60)" },
  connections = { "count", flag = false,
    help = "Connections to one host over HTTP/1.1 (default 6); a blob copied within one registry takes two" },
  manifest_limit = { "count", flag = false, help = "Bytes of a manifest or config (default 4 MiB)" },
  ca_file = { "file", help = "Trust the certificate authorities in it too (PEM)" },
  client_certificate = { "file", flag = "cert", help = "Client certificate to show the registry (PEM)" },
  client_key = { "file", flag = "key", needs = "client_certificate",
    help = "Its private key, unless that is in the same file" },
  auth_hosts = { "auth_host[]", flag = "auth-host", help = "This registry's token server may see its credentials" },
  same_domain = { "boolean", flag = false,
    help = "Token servers of the registry's own domain may see credentials too (default true)" },
  mirrors = { "table", flag = false,
    help = 'Where to read first: { ["docker.io"] = { "HOST[:PORT][/PREFIX]", ... } }, in order' },
  credentials = { "function|table", flag = false,
    help = "(registry, repository) -> { username =, password = } or nil; or { [registry] = { ... } }" },
  user_agent = { "line", flag = false, help = "What requests say of who sends them" },
}

types.compile_all(options)

return options
