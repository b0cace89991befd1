--- A docker-registry with a token server that signs for it: the registry itself checks what we bring.
--
--     local place = token_registry.start { folder = of a registry's data, offline = identity token to give, or nil,
--       realm = where the registry sends for tokens (default: the server itself) }
--     place.registry                    -- of spec.support.servers.registry
--     place.tokens                      -- "127.0.0.1:40123": the token server
--     place:asked()                     -- tokens since the last `forget`: { method, grant, scope, user }
--     place:forget()  place:stop()
--     token_registry.writer, token_registry.reader       -- { username, password }; what they may: token_server.py

local canary = require "spec.support.asserts.canary"
local certificates = require "spec.support.inputs.certificates"
local dkjson = require "dkjson"
local process = require "spec.support.process"
local registries = require "spec.support.servers.registry"
local temp = require "spec.support.temp"

local methods = {}
local mt = { __name = "spec.token_registry", __index = methods }

local writer = { username = "writer", password = canary.secret("password") }
local reader = { username = "reader", password = canary.secret("password") }

local function start(options)
  local authority = certificates.authority("tokens", { rsa = true })
  local certificate, key = authority:issue("tokens", { rsa = true })
  local self = setmetatable({ record = temp.file("") }, mt)
  self.server = process.start { "python3", "spec/support/programs/token_server.py", key, certificate, self.record,
    writer.username, writer.password, reader.username, reader.password, options.offline, stderr = temp.path("stderr") }
  local port = assert(process.wait_for(function()
    return self.server:output():match("%d+")
  end), self.server:errors())
  self.tokens = "127.0.0.1:" .. port
  self.registry = registries.start { folder = options.folder, token = {
    realm = options.realm or ("http://%s/token"):format(self.tokens), service = "spec-registry", issuer = "spec",
    certificate = authority.certificate } }
  return self
end

--- The tokens that were asked for since the last `forget`.
function methods:asked()
  local list = {}
  for line in temp.read(self.record):gmatch("[^\n]+") do
    list[#list + 1] = dkjson.decode(line)
  end
  return list
end

function methods:forget()
  temp.file("", self.record)
end

function methods:stop()
  self.registry:stop()
  self.server:stop()
end

return { start = start, writer = writer, reader = reader }
