--- A real registry that wants tokens, and before it origins that break as they are told (faulty.py).
--
--     local behind = front.registry()                    -- { plan (what faulty.py needs of it), authority, stop() }
--     local origins = front.start(behind.plan, { a = { faults = { "500" }, kind = "GET blob" }, clean = {} })
--     origins.address.a, origins:played()                -- "127.0.0.1:40123"; list of { origin, kind, fault }
--     front.client(behind.plan, { timeout = 3 })         -- a client that may do all there

local certificates = require "spec.support.inputs.certificates"
local dkjson = require "dkjson"
local manifest = require "manifest"
local process = require "spec.support.process"
local temp = require "spec.support.temp"
local token_registry = require "spec.support.servers.token_registry"

local PROGRAM = "torture/support/faulty.py"
local PYTHON = "/usr/bin/python3" -- Debian's, which has Debian's python3-h2

local front = { writer = token_registry.writer }

--- The certificates that servers show: a good one, and those that nobody should take.
local function certificates_of(authority)
  local stranger = certificates.authority("stranger")
  local made = {
    good = { authority:issue("good", { addresses = { "127.0.0.1", "127.0.0.2" } }) },
    other = { authority:issue("other", { names = { "other.example.com" }, addresses = {} }) },
    expired = { authority:issue("expired", { days = 0 }) },
    unknown = { stranger:issue("unknown") },
  }
  return made
end

function front.registry()
  local authority = certificates.authority("torture")
  local place = token_registry.start { realm = "http://tokens.invalid/token" }
  return {
    registry = place.registry,
    plan = { upstream = place.registry.address, tokens = place.tokens, authority = authority.certificate,
      tls = certificates_of(authority) },
    stop = function()
      place:stop()
    end,
  }
end

local methods = {}

--- Which faults were played since the start.
function methods:played()
  local list = {}
  for line in (temp.read(self.record) or ""):gmatch("[^\n]+") do
    list[#list + 1] = assert(dkjson.decode(line))
  end
  return list
end

function methods:stop()
  self.process:stop()
end

--- Starts origins; an empty one is without faults.
function front.start(plan, origins)
  local own = { origins = {} }
  for name, value in pairs(plan) do
    own[name] = value
  end
  for name, options in pairs(origins) do
    own.origins[name] = options.faults and options or { faults = { "500" }, times = 0 }
  end
  local self = setmetatable({ record = temp.path("played"), address = {} }, { __index = methods })
  self.process = process.start { PYTHON, PROGRAM, temp.file(dkjson.encode(own)), self.record,
    stderr = temp.path("stderr") }
  local line = process.wait_for(function()
    assert(self.process:alive(), "faulty.py ended at once:\n" .. self.process:errors())
    return self.process:output():match("^([^\n]*)\n")
  end)
  local urls = assert(dkjson.decode((assert(line, "faulty.py did not start"))))
  for name, url in pairs(urls) do
    self.address[name] = url:match("//(.*)$")
  end
  return self
end

--- The groups of faults: { { name, { { fault, slow }, ... } }, ... }; a slow one lasts until a time is over.
function front.faults()
  return assert(dkjson.decode((process.run({ PYTHON, PROGRAM, "--list" }).stdout)))
end

--- A client with a configuration folder of its own.
---@param options table of manifest.client; identity = true: it has an identity token in place of a password
function front.client(plan, options)
  local writer = front.writer
  local own = { ca_file = plan.authority, config = temp.folder("config"), credentials = function()
    if options.identity then
      return { username = writer.username, identity_token = "refresh-" .. writer.password }
    end
    return writer
  end }
  for name, value in pairs(options) do
    own[name] = name ~= "identity" and value or own[name]
  end
  own.identity = nil
  return manifest.client(own)
end

return front
