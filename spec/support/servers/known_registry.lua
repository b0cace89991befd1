--- A registry in use, played as it behaves in public: its challenge, its token server, its quirks. The command runs
--- against it under its real name.

local assert = require "luassert"
local base64 = require("manifest.core").base64
local dkjson = require "dkjson"
local internet = require "spec.support.servers.internet"
local ours = require "spec.support.worlds.ours"
local played = require "spec.support.inputs.played_image"

local known = { SECRET = "canary-registry-3f", IMAGE = played.new("amd64"), BEARER = "^Bearer given-token$" }

function known.basic(username, password)
  return "Basic " .. base64.encode(username .. ":" .. password)
end

--- A config.json with one login.
function known.login_for(key, username, more)
  local entry = { auth = base64.encode(username .. ":" .. (more and "" or known.SECRET)) }
  for name, value in pairs(more or {}) do
    entry[name] = value
  end
  return dkjson.encode { auths = { [key] = entry } }
end

function known.escaped(text)
  return (text:gsub("[^%w]", "\\%0"))
end

--- The exchange that answers 401 with these WWW-Authenticate lines, to requests that nothing above it matched.
function known.challenge(origin, ...)
  local headers = {}
  for _, line in ipairs { ... } do
    headers[#headers + 1] = { "WWW-Authenticate", line }
  end
  return { origin = origin, answer = { status = 401, headers = headers,
    body = '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}' } }
end

--- The exchange of a token server that gives TOKEN to who sends this Authorization.
function known.token(origin, path, authorization, body)
  local headers = authorization and { Authorization = "^" .. known.escaped(authorization) }
  return { origin = origin, path = path, headers = headers,
    answer = { status = 200, headers = { { "Content-Type", "application/json" } },
      body = body or '{"token":"given-token","expires_in":300}' } }
end

function known.joined(...)
  local all = {}
  for _, list in ipairs { ... } do
    table.move(list, 1, #list, #all + 1, all)
  end
  return all
end

--- Plays a registry: hosts, exchanges; config is the text of config.json. Returns the command's world, the net, and for
--- block.each a function that stops it.
function known.play(hosts, exchanges, config)
  local net = internet.start { hosts = hosts, exchanges = exchanges }
  return ours.new { config = config, env = net.env }, net, function()
    net:stop()
  end
end

function known.query_of(request)
  local fields = {}
  for name, value in request.target:match("%?(.*)$"):gmatch("([^&=]+)=([^&]*)") do
    value = value:gsub("%%(%x%x)", function(hex)
      return string.char(tonumber(hex, 16))
    end)
    fields[name] = fields[name] and fields[name] .. " " .. value or value
  end
  return fields
end

--- Only these origins may have seen the secret, as it is or in base64.
function known.assert_only(net, allowed, ...)
  for _, request in ipairs(net:requests()) do
    local text = dkjson.encode(request)
    for _, secret in ipairs { known.SECRET, ... } do
      assert.is_true(allowed[request.origin] or not text:find(secret, 1, true), request.origin .. " saw a secret")
    end
    local sent = request.header.authorization or ""
    local plain = sent:match("^Basic (.*)") and base64.decode(sent:match("^Basic (.*)")) or ""
    assert.is_true(allowed[request.origin] or not plain:find(known.SECRET, 1, true), request.origin .. " saw a secret")
  end
end

function known.succeeded(done)
  assert.equal(0, done.status, done.stderr)
  return done
end

function known.digest_of(world, ref)
  assert.equal(known.IMAGE.digest .. "\n", known.succeeded(world { "digest", ref }).stdout)
end

--- The methods and paths that an origin was asked for.
function known.lines_of(net, origin)
  local lines = {}
  for index, request in ipairs(net:requests(origin)) do
    lines[index] = request.method .. " " .. request.target:match("^[^?]*")
  end
  return lines
end

return known
