--- A real nginx on free loopback ports, with configuration, logs and all else in a folder of its own.
--
--     local front = require("spec.support.servers.nginx").start({
--       tls = { certificate = path, key = path },                       -- for servers with tls = true
--       servers = {
--         front = { tls = true, body = "location / { proxy_pass ${store}; }" },   -- TLS means HTTP/2 too
--         away = { address = "127.0.0.2", body = "return 204;" },
--       },
--       urls = { store = "http://127.0.0.1:5000" },                     -- more that ${name} stands for
--       http = "limit_req_zone ...;",                                   -- beside the servers
--     })
--     front.urls.front, front.address.front    -- "https://127.0.0.1:40000", "127.0.0.1:40000"
--     front:requests("front")   -- { server, connection, protocol, method, target, status, time, authorization } each;
--                               -- of all servers without a name
--     front:clear()  front:stop()
--
-- ${name} is the URL of a server (or of urls), ${proxied} the headers of a front that its registry wants to see.

local port = require("spec.support.servers.port")
local process = require("spec.support.process")
local recorded = require "spec.support.servers.recorded"
local temp = require("spec.support.temp")

local methods = {}
local mt = { __name = "spec.nginx", __index = methods }

--- Debian keeps it where only root has its PATH.
local function find()
  for _, name in ipairs({ "nginx", "/usr/sbin/nginx" }) do
    if process.present(name) then
      return name
    end
  end
end

local program = find()

--- True when the machine has nginx. A spec without one is `pending`.
local function present()
  return program ~= nil
end

--- The server that only `requests` asks: what it has answered is in the log after all that was answered before.
local MARK = { body = "access_log ${log} line; return 204;" }

--- One process: the one that opened the log writes it, and one signal ends all.
local MAIN = [[
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log notice;
events { worker_connections 256; }
http {
  log_format line '$server_name\t$connection\t$server_protocol\t$request_method\t$request_uri\t$status\t$msec\t'
    '$http_authorization';
  access_log ${log} line;
  client_max_body_size 0;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  proxy_http_version 1.1;
]]

--- What a registry needs to name its front, not itself, in what it answers.
local PROXIED = "proxy_set_header Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;"

local function server_text(name, server, address, tls)
  local listen = server.tls and address .. " ssl http2" or address
  local lines = { "server {", ("server_name %s;"):format(name), ("listen %s;"):format(listen) }
  if server.tls then
    lines[#lines + 1] = ("ssl_certificate %s;\nssl_certificate_key %s;"):format(tls.certificate, tls.key)
  end
  lines[#lines + 1] = server.body
  lines[#lines + 1] = "}\n"
  return table.concat(lines, "\n")
end

--- Chooses a port for each server; FIRST is one that is free.
local function choose(self, servers, first)
  local taken = {}
  self.urls, self.address = {}, {}
  for name, server in pairs(servers) do
    local number = first
    while taken[number] do
      number = port.free()
    end
    taken[number] = true
    self.address[name] = ("%s:%d"):format(server.address or "127.0.0.1", number)
    self.urls[name] = (server.tls and "https://" or "http://") .. self.address[name]
  end
end

local function configuration(self, options, servers)
  local parts = { MAIN, options.http or "" }
  for name, server in pairs(servers) do
    parts[#parts + 1] = server_text(name, server, self.address[name], options.tls)
  end
  parts[#parts + 1] = "}\n"
  local words = { folder = self.folder, log = self.log, proxied = PROXIED }
  for _, urls in ipairs({ self.urls, options.urls or {} }) do
    for name, url in pairs(urls) do
      words[name] = url
    end
  end
  return (table.concat(parts, "\n"):gsub("%${(%w+)}", words))
end

--- Starts it on ports that were free a moment ago; nil when one of them is taken by now.
local function launch(options, first)
  local folder = temp.folder("nginx")
  local self = setmetatable({ folder = folder, log = folder .. "/access.log", seen = 0, marker = 0 }, mt)
  local servers = { mark = MARK }
  for name, server in pairs(options.servers) do
    servers[name] = server
  end
  choose(self, servers, first)
  local file = temp.file(configuration(self, options, servers), folder .. "/nginx.conf")
  self.process = process.start({ program, "-p", folder, "-c", file, "-e", folder .. "/error.log" })
  local ended = false
  process.wait_for(function()
    ended = not self.process:alive()
    return ended or temp.read(folder .. "/pid") -- written once it listens
  end)
  if not ended then
    return self
  end
  local errors = temp.read(folder .. "/error.log") or self.process:output()
  assert(errors:find("Address already in use", 1, true), "nginx ended at once:\n" .. errors)
end

--- Starts nginx; see the head of this file. It ends with `stop`, or with the spec file at the latest.
local function start(options)
  return port.with_port(function(first)
    return launch(options, first)
  end)
end

--- The log with all that has been answered so far.
local function settle(self)
  self.marker = self.marker + 1
  local mark = ("/marker-%d"):format(self.marker)
  local asked = process.run({ "curl", "-s", "--noproxy", "*", "-o", "/dev/null", self.urls.mark .. mark })
  assert(asked.status == 0, "nginx does not answer")
  return assert(process.wait_for(function()
    local text = temp.read(self.log)
    return text and text:find("\t" .. mark .. "\t", 1, true) and text
  end), "the log of nginx does not show what it answered")
end

local function request_of(line)
  local fields = {}
  for field in (line .. "\t"):gmatch("([^\t]*)\t") do
    fields[#fields + 1] = field
  end
  local server, connection, protocol, method, target, status, time, authorization = table.unpack(fields)
  return { server = server, connection = connection, protocol = protocol, method = method, target = target,
    status = math.tointeger(tonumber(status)), time = tonumber(time),
    authorization = authorization ~= "-" and authorization or nil }
end

--- In the order of the log.
recorded(methods, function(self)
  local list = {}
  for line in settle(self):gmatch("[^\n]+") do
    local request = request_of(line)
    list[#list + 1] = request.server ~= "mark" and request or nil
  end
  return list
end)

return { start = start, present = present }
