--- Options of every verb that asks a registry, beside --insecure: whom to trust, what to show of oneself, how long to
--- wait.

local connection = {}

connection.OPTIONS = {
  { name = "ca-file", kind = "string", value = "file", help = "Trust the certificate authorities in it too (PEM)" },
  { name = "cert", kind = "string", value = "file", help = "Client certificate to show the registry (PEM)" },
  { name = "key", kind = "string", value = "file", help = "Its private key, unless that is in the same file" },
  {
    name = "auth-host", kind = "strings", value = "registry=host",
    help = "This registry's token server may see its credentials; may be repeated",
  },
  {
    name = "timeout", kind = "integer", value = "seconds",
    help = "Time for one request (default 600; for a blob as long as bytes flow)",
  },
}

--- Whether a verb asks registries at all.
---@param verb table its module
---@return boolean
function connection.is_needed(verb)
  for _, option in ipairs(verb.options) do
    if option.name == "insecure" then
      return true
    end
  end
  return false
end

--- What is wrong with the options together; nil when nothing is.
---@param options table as they were read
function connection.wrong_usage(options)
  if options.key and not options.cert then
    return "--key needs --cert, the certificate that it belongs to"
  end
  for _, name in ipairs { "timeout", "jobs" } do
    if options[name] and options[name] < 1 then
      return ("--%s must be at least 1"):format(name)
    end
  end
  for _, pair in ipairs(options.auth_host or {}) do
    if not pair:find("^[^=/]+=[^=/]+$") then
      return ("invalid argument %q for \"--auth-host\" flag: not REGISTRY=HOST[:PORT]"):format(pair)
    end
  end
end

--- Adds them to the options of a client.
---@param client table|nil
---@param options table as they were read
---@return table client
function connection.add(client, options)
  client = client or {}
  client.config = options.config
  client.ca_file = options.ca_file
  client.client_certificate = options.cert
  client.client_key = options.key or options.cert
  client.auth_hosts = options.auth_host
  client.timeout = options.timeout
  return client
end

return connection
