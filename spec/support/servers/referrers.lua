--- A registry that implements the referrers API: go-containerregistry's, built where Go is installed.
--
--     local referrers = require "spec.support.servers.referrers"
--     local server, why = referrers.start()   -- nil and a reason where it cannot be built
--     server.address, server.url; server:stop()
--     server:requests(), server:clear()       -- as those of spec.support.servers.registry: { method, target, path }

local peers = require "spec.support.worlds.peers"
local process = require "spec.support.process"
local recorded = require "spec.support.servers.recorded"
local temp = require "spec.support.temp"

local methods = {}
local mt = { __name = "spec.referrers", __index = methods }

local function start()
  local program, why = peers.find("referrers_registry")
  if not program then
    return nil, why
  end
  local self = setmetatable({ seen = 0, process = process.start { program, stderr = temp.path("stderr") } }, mt)
  self.address = process.wait_for(function()
    return self.process:output():match("^(%S+)\n")
  end)
  assert(self.address, "the referrers registry did not start: " .. self.process:errors())
  self.url = "http://" .. self.address
  return self
end

--- Each is written down before it is answered.
recorded(methods, function(self)
  local list = {}
  for method, target in self.process:errors():gmatch("(%u+) (%S+)\n") do
    list[#list + 1] = { method = method, target = target, path = target:match("^[^?]*") }
  end
  return list
end)

return { start = start }
