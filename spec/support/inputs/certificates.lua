--- Certificates made by the openssl program when a spec needs them: an authority, servers and clients of it.

local process = require "spec.support.process"
local temp = require "spec.support.temp"

local methods = {}
local mt = { __name = "spec.authority", __index = methods }

--- Elliptic keys are made at once; `rsa = true` is for what understands only RSA, a number is that of its bits.
local function new_key(options)
  if options.rsa then
    return "rsa:" .. (options.rsa == true and 2048 or options.rsa)
  end
  return "ec", "-pkeyopt", "ec_paramgen_curve:P-256"
end

local function openssl(arguments)
  table.insert(arguments, 1, "openssl")
  local done = process.run(arguments)
  assert(done.status == 0, done.stderr)
end

--- Makes an authority: `folder` holds all files, `certificate` is the path of the CA to trust. Option: rsa.
local function authority(name, options)
  local folder = temp.folder("ca")
  local self = setmetatable({ folder = folder, certificate = folder .. "/ca.crt", key = folder .. "/ca.key" }, mt)
  openssl { "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=" .. (name or "spec"),
    "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    "-keyout", self.key, "-out", self.certificate, "-newkey", new_key(options or {}) }
  return self
end

--- Issues a certificate: issue("server", { names = {"localhost"}, addresses = {"127.0.0.1"}, days = 2,
--- rsa = false, authority = false }).
--- Returns the paths of certificate and key. One of no days has expired (openssl 3.5 refuses fewer).
function methods:issue(name, options)
  options = options or {}
  local base = ("%s/%s"):format(self.folder, name)
  local alternatives = {}
  for _, host in ipairs(options.names or { "localhost" }) do
    alternatives[#alternatives + 1] = "DNS:" .. host
  end
  for _, address in ipairs(options.addresses or { "127.0.0.1", "::1" }) do
    alternatives[#alternatives + 1] = "IP:" .. address
  end
  local what = options.authority and "basicConstraints=critical,CA:TRUE" or
    "subjectAltName=" .. table.concat(alternatives, ",")
  local extensions = temp.file(what .. "\n", base .. ".ext")
  openssl { "req", "-nodes", "-subj", "/CN=" .. (options.common_name or name),
    "-keyout", base .. ".key", "-out", base .. ".csr", "-newkey", new_key(options) }
  openssl { "x509", "-req", "-in", base .. ".csr", "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
    "-days", tostring(options.days or 2), "-extfile", extensions, "-out", base .. ".crt" }
  return base .. ".crt", base .. ".key"
end

--- An authority below this one.
function methods:intermediate(name)
  local certificate, key = self:issue(name, { authority = true })
  return setmetatable({ folder = temp.folder("ca"), certificate = certificate, key = key }, mt)
end

return { authority = authority }
