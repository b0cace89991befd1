--- A scripted HTTP server on several loopback origins: a table of exchanges, and a record of all it received. It does
--- what no good registry does.
--
--     local server = scripted.start {
--       origins = { a = {}, b = { address = "127.0.0.2", tls = { certificate = path, key = path } } }, -- default: a
--       exchanges = {
--         { origin = "a", method = "GET", path = "/v2/x/manifests/t", times = 1,
--           answer = { status = 307, headers = { { "Location", "${b}/elsewhere" } } } },
--         { origin = "b", answer = { { sleep = 0.1 }, { status = 200, body = "x", length = 9 }, { reset = true } } },
--       },
--     }
--     server.urls.a, server.address.a   -- "http://127.0.0.1:40000", "127.0.0.1:40000"
--     server:requests()                 -- { origin, connection, method, target, headers = {{name, value}...}, body,
--                                       -- header = {lower-case name = last value}, exchange = its number (0: none) }
--     server:stop()
--
-- The first exchange that matches and is not used up answers. It may ask for origin, method, target (path and query),
-- path, pattern (Python's regular expression on the target), headers = { name = expression }, state; `times` is how
-- often it may answer (default: always); `set_state` is the state afterwards. Nothing matches: 404.
-- An answer is one step or a list of them:
--   status (reason, headers, body, repeat = n times the body, length = a lie or false for none, chunked, open = no last
--   chunk, head_body), sleep = seconds, gate = path (of a file that it waits for), raw = bytes, trickle = bytes (size,
--   each = seconds), endless = chunk (chunked = false, seconds), reset, half_close, close = true.
-- `${name}` in headers, body and raw is the URL of that origin.
-- tls: certificate, key, client_authority, version = "TLSv1_1", breaks = how many connections end in the handshake
-- (gently = without a reset), slow = seconds before it answers a greeting, plain = raw answer to a request in clear
-- (which is a record { origin, in_clear }). An origin may have an address (127.0.0.1), a port (to bind) and a name
-- (to be called by). A plain one answers a TLS hello with a plain 400, unless it is mute = true (it waits for
-- the end of a request) or resets = true (it resets the connection). A failed
-- TLS handshake is a record { origin, tls_failure }.

local dkjson = require "dkjson"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local methods = {}
local mt = { __name = "spec.scripted", __index = methods }

local function quoted(text)
  return '"' .. text:gsub('[%c"\\\127-\255]', function(c)
    return ("\\u%04x"):format(c:byte())
  end) .. '"'
end

--- Writes JSON whose strings hold one byte a character, so that any bytes can be scripted.
local function encode(value)
  if type(value) == "string" then
    return quoted(value)
  elseif type(value) ~= "table" then
    return tostring(value)
  end
  local parts = {}
  if #value > 0 then
    for index, item in ipairs(value) do
      parts[index] = encode(item)
    end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for name, item in pairs(value) do
    parts[#parts + 1] = quoted(name) .. ":" .. encode(item)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- The bytes of a recorded string: one character of it is one byte.
local function bytes_of(text)
  return (text:gsub(utf8.charpattern, function(character)
    return string.char(utf8.codepoint(character))
  end))
end

--- Starts a server; see the head of this file.
local function start(script)
  local prepared = { origins = script.origins or { a = {} }, state = script.state, exchanges = {} }
  for index, exchange in ipairs(script.exchanges) do
    prepared.exchanges[index] = exchange
  end
  local self = setmetatable({ record = temp.path("record") }, mt)
  local text = encode(prepared):gsub('"exchanges":{}', '"exchanges":[]')
  local file = temp.file(text, temp.path("script"))
  self.process = process.start { "python3", "spec/support/programs/scripted_server.py", file, self.record,
    stderr = temp.path("stderr") }
  local first = process.wait_for(function()
    assert(self.process:alive(), "the scripted server ended at once:\n" .. self.process:errors())
    return self.process:output():match("^([^\n]*)\n")
  end)
  assert(first, "the scripted server did not start:\n" .. self.process:errors())
  self.urls, self.address = assert(dkjson.decode(first)), {}
  for name, url in pairs(self.urls) do
    self.address[name] = url:match("//(.*)$")
  end
  return self
end

--- All that was received, in order; of one origin, when it is named.
function methods:requests(origin)
  local list = {}
  for line in (temp.read(self.record) or ""):gmatch("([^\n]*)\n") do
    local entry = assert(dkjson.decode(line))
    if not origin or entry.origin == origin then
      entry.header = {}
      for _, pair in ipairs(entry.headers or {}) do
        pair[2] = bytes_of(pair[2])
        entry.header[pair[1]:lower()] = pair[2]
      end
      entry.body = entry.body and bytes_of(entry.body)
      list[#list + 1] = entry
    end
  end
  return list
end

--- The record as it stands on disk: for tests that no secret is anywhere in it.
function methods:recorded()
  return temp.read(self.record) or ""
end

function methods:stop()
  return self.process:stop()
end

return { start = start }
