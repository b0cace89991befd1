--- The options of a client, declared as those of a verb are. Those with a flag are options of every command that asks a
--- registry.

local types = require("manifest.declare.type")

local options = {
  config = { "folder", flag = false, help = "Docker's configuration folder (default $DOCKER_CONFIG or ~/.docker)" },
  insecure = { "insecure",
    help = "Allow communication with an insecure registry: plain HTTP, any certificate" },
  plain_http = { "host[]", help = "This registry speaks plain HTTP" },
  jobs = { "count", help = "Requests at once (default 32)" },
  timeout = { "seconds",
    help = "Time for one request with all its tries (default 600; for a blob as long as bytes flow)" },
  connect_timeout = { "seconds", flag = false, help = "Time until a connection stands (default 15)" },
  stall_timeout = { "seconds", flag = false, help = "Time without a byte (default 60)" },
  connections = { "count", flag = false,
    help = "Connections to one host over HTTP/1.1 (default 6); a blob copied within one registry takes two" },
  chunk_size = { "count", value = "bytes",
    help = "Send larger blobs in parts of that size (default: whole, while the registry takes it)" },
  manifest_limit = { "count", flag = false, help = "Bytes of a manifest or config (default 4 MiB)" },
  max_documents = { "count", help = "Documents that one reference may name (default 10000)" },
  max_bytes = { "count", value = "bytes",
    help = "Bytes of all documents that one reference may name (default 256 MiB)" },
  ca_file = { "file", help = "Trust the certificate authorities in this file, too (PEM)" },
  client_certificate = { "file", flag = "cert", help = "Client certificate to show the registry (PEM)" },
  client_key = { "file", flag = "key", needs = "client_certificate",
    help = "Private key of the client certificate, unless it is in the same file" },
  auth_hosts = { "auth_host[]", flag = "auth-host", help = "This registry's token server may see its credentials" },
  same_domain = { "boolean",
    help = "Token servers of the registry's own domain may see credentials too (default true)" },
  mirrors = { "mirrors", flag = "mirror",
    help = "Where a registry's content is read first, as HOST[:PORT][/PREFIX]" },
  credentials = { "function|table", flag = false,
    help = "(registry, repository) -> { username =, password = } or nil; or { [registry] = { ... } }" },
  on_event = { "function", flag = false, class = "fun(event: manifest.Event)",
    help = "(event): is told what happens: verbs, requests, retries, redirects, logins, blobs" },
  user_agent = { "line", flag = false, help = "What requests say of who sends them" },
}

types.compile_all(options)

return options
