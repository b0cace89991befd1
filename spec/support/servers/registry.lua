--- A real docker-registry on a free loopback port.
--
--     local registry = require("spec.support.servers.registry").start {
--       tls = { certificate = path, key = path, client_authority = path? },
--       users = { name = "password" },                              -- htpasswd
--       token = { realm = url, service = text, issuer = text, certificate = path },
--       delete = false,                                             -- default: deleting is allowed
--       program = path,                                             -- of another release of it; default Debian's
--       folder = path, port = number,                               -- to start again where another left off
--       extra = "yaml text",
--     }
--     registry.address            -- "127.0.0.1:40123"; registry.url adds the scheme
--     registry:requests()   -- since the start or the last clear: { method, target, path, status, protocol, agent }
--     registry:clear()  registry:stop()  registry:restart()

local process = require "spec.support.process"
local recorded = require "spec.support.servers.recorded"
local temp = require "spec.support.temp"

local methods = {}
local mt = { __name = "spec.registry", __index = methods }

local program = process.present("docker-registry") and "docker-registry" or process.present("registry") and "registry"

--- True when the machine has a docker-registry. A spec without one is `pending`.
local function present()
  return program ~= nil and program ~= false
end

local function yaml_block(name, fields)
  local lines = { name .. ":" }
  for _, field in ipairs(fields) do
    lines[#lines + 1] = ("  %s"):format(field)
  end
  return table.concat(lines, "\n") .. "\n"
end

local function htpasswd(users, folder)
  local lines = {}
  for name, password in pairs(users) do
    local made = process.run { "htpasswd", "-niBC", "4", name, input = password .. "\n" }
    assert(made.status == 0, "htpasswd: " .. made.stderr)
    lines[#lines + 1] = made.stdout:match("[^\n]+")
  end
  return temp.file(table.concat(lines, "\n") .. "\n", folder .. "/htpasswd")
end

local function configuration(options, folder, port)
  local text = "version: 0.1\nlog:\n  level: info\n  accesslog:\n    disabled: false\n"
  text = text .. ("storage:\n  filesystem:\n    rootdirectory: %s/data\n"):format(folder)
  text = text .. ("  delete:\n    enabled: %s\n"):format(options.delete ~= false)
  text = text .. ("http:\n  addr: 127.0.0.1:%d\n  secret: spec\n"):format(port)
  if options.relative_urls then
    text = text .. "  relativeurls: true\n"
  end
  local tls = options.tls
  if tls then
    text = text .. ("  tls:\n    certificate: %s\n    key: %s\n"):format(tls.certificate, tls.key)
    if tls.client_authority then
      text = text .. ("    clientcas:\n      - %s\n"):format(tls.client_authority)
    end
  end
  if options.users then
    text = text .. yaml_block("auth", { "htpasswd:", "  realm: spec", "  path: " .. htpasswd(options.users, folder) })
  elseif options.token then
    local token = options.token
    text = text .. yaml_block("auth", { "token:", "  realm: " .. token.realm, "  service: " .. token.service,
      "  issuer: " .. token.issuer, "  rootcertbundle: " .. token.certificate })
  end
  return text .. (options.extra or "")
end

--- Starts the program and learns its port from its own log, so nobody can take the port in between.
local function launch(self, port)
  os.remove(self.log)
  os.remove(self.access_log)
  local configured = temp.file(configuration(self.options, self.folder, port), self.folder .. "/config.yml")
  self.process = process.start {
    self.options.program or program, "serve", configured, clean = true, env = { OTEL_TRACES_EXPORTER = "none" },
    stdout = self.access_log, stderr = self.log,
  }
  local heard = process.wait_for(function()
    assert(self.process:alive(), "docker-registry ended at once:\n" .. self.process:errors())
    return self.process:errors():match("listening on 127%.0%.0%.1:(%d+)")
  end)
  assert(heard, "docker-registry did not start:\n" .. self.process:errors())
  self.port = math.tointeger(heard)
  self.address = "127.0.0.1:" .. heard
  self.url = (self.options.tls and "https://" or "http://") .. self.address
  return self
end

--- Starts a registry; see the head of this file. It ends with `stop`, or with the spec file at the latest.
local function start(options)
  options = options or {}
  local folder = options.folder or temp.folder("registry")
  local self = { options = options, folder = folder, log = folder .. "/log", access_log = folder .. "/access",
    seen = 0, marker = 0 }
  return launch(setmetatable(self, mt), options.port or 0)
end

--- After `stop` its data stay, so this goes on with them on the same port.
function methods:restart()
  self.process:stop()
  self.seen = 0
  return launch(self, self.port)
end

--- Sends one request of our own and waits until the log shows it: all that was answered before is in the log then.
local function settle(self)
  self.marker = self.marker + 1
  local mark = ("/v2/?marker=%d"):format(self.marker)
  local command = { "curl", "-s", "-k", "-o", "/dev/null", self.url .. mark }
  local tls = self.options.tls
  if tls and tls.client_certificate then
    table.move({ "--cert", tls.client_certificate, "--key", tls.client_key }, 1, 4, 2, command)
  end
  assert(process.run(command).status == 0, "the registry does not answer")
  return assert(process.wait_for(function()
    local text = temp.read(self.access_log)
    return text:find(mark .. " ", 1, true) and text
  end), "the registry's log does not show what it answered")
end

--- The requests that the registry has answered, in the order of its log; `clear` starts afresh. Not while it is
--- stopped; with a client authority options.tls must name a client_certificate and client_key for this helper.
recorded(methods, function(self)
  local list = {}
  for line in settle(self):gmatch("[^\n]+") do
    local method, target, protocol, status, rest = line:match('%] "(%u+) (%S+) (HTTP/[%d.]+)" (%d+) (.*)$')
    if method and not target:find("/v2/?marker=", 1, true) then
      list[#list + 1] = { method = method, target = target, path = target:match("^[^?]*"), protocol = protocol,
        status = math.tointeger(status), agent = rest:match('"([^"]*)"$') }
    end
  end
  return list
end)

return { start = start, present = present }
