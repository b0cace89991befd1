--- Real names of registries, played by a scripted server: TLS with certificates of an authority of our own, reached
--- through a proxy that knows the names. Nothing leaves the machine.
--
--     local net = internet.start { hosts = { registry = "ghcr.io", auth = "auth.example" }, exchanges = {...} }
--     net.env              -- variables that lead a program there
--     net:requests("auth") -- as of spec.support.servers.scripted
--     net:stop()
-- A host that is a table { name = , port = 443, plain = true, tls = {...} } speaks plain HTTP, or shows a certificate
-- of its own.

local certificates = require "spec.support.inputs.certificates"
local dkjson = require "dkjson"
local process = require "spec.support.process"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local methods = {}
local mt = { __name = "spec.internet", __index = methods }

local authority
local issued = {}

local function certificate_of(name)
  authority = authority or certificates.authority("names")
  if not issued[name] then
    issued[name] = table.pack(authority:issue(name, { names = { name }, addresses = {} }))
  end
  return { certificate = issued[name][1], key = issued[name][2] }
end

local function start(script)
  local origins, hosts = {}, {}
  for key, host in pairs(script.hosts) do
    hosts[key] = type(host) == "table" and host or { name = host }
    origins[key] = not hosts[key].plain and { tls = hosts[key].tls or certificate_of(hosts[key].name) } or {}
  end
  local self = setmetatable({ server = scripted.start { origins = origins, exchanges = script.exchanges } }, mt)
  local places = {}
  for key, host in pairs(hosts) do
    places[("%s:%d"):format(host.name, host.port or 443)] = self.server.address[key]
  end
  self.proxy = process.start { "python3", "spec/support/programs/proxy.py", "map", temp.file(dkjson.encode(places)),
    stderr = temp.path("stderr") }
  local port = assert(process.wait_for(function()
    return self.proxy:output():match("^(%d+)\n")
  end), "the proxy did not start:\n" .. self.proxy:errors())
  self.env = { HTTPS_PROXY = "http://127.0.0.1:" .. port, SSL_CERT_FILE = certificate_of("localhost") and
    authority.certificate }
  return self
end

function methods:requests(origin)
  return self.server:requests(origin)
end

--- What the proxy was asked for: "host:port" each.
function methods:connections()
  local list = {}
  for place in self.proxy:output():gmatch("\n%u+ (%S+)") do
    list[#list + 1] = place
  end
  return list
end

function methods:stop()
  self.proxy:stop()
  self.server:stop()
end

return { start = start, certificate_of = certificate_of }
