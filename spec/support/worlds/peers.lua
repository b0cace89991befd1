--- Readers that share no line with ours: crane and regctl, installed by tools/peers where Go is there.
--
--     local peers = require "spec.support.worlds.peers"
--     local path, why = peers.find("crane")       -- nil and a reason where it is not and cannot be had
--     local crane, why = peers.command("crane")   -- crane { "digest", ref } -> { status, stdout, stderr }
--     local regctl, why = peers.command("regctl", server)   -- must be told that the registry speaks plain HTTP

local ours = require "spec.support.worlds.ours"
local process = require "spec.support.process"
local temp = require "spec.support.temp"

local SECONDS = 90 -- for an installation, cold caches and a slow network included

local peers = {}
local found = {}

--- The path of a program, which is installed when it is missing; a program of that name on the PATH will do too.
---@param name string as tools/peers knows it
---@return string|nil path
---@return string|nil why
function peers.find(name)
  if not found[name] then
    local done = process.run { ours.root .. "/tools/peers", SECONDS, name, timeout = 2 * SECONDS }
    local path = done.status == 0 and done.stdout:match("^[^\n]+") or process.present(name) and name
    found[name] = { path or nil, not path and (done.stderr:match("^[^\n]+") or name .. " is absent") or nil }
  end
  return table.unpack(found[name], 1, 2)
end

--- The program as a function, with a home of its own.
---@param name string
---@param server table|nil registry that is spoken to in plain HTTP
---@return function|nil command
---@return string|nil why
function peers.command(name, server)
  local path, why = peers.find(name)
  if not path then
    return nil, why
  end
  local home = temp.folder("home")
  local env = { HOME = home, DOCKER_CONFIG = home }
  if name == "regctl" and server then
    local set = process.run { path, "registry", "set", "--tls", "disabled", "--skip-check", server.address, env = env }
    assert(set.status == 0, set.stderr)
  end
  return function(words)
    local command = { path }
    table.move(words, 1, #words, 2, command)
    command.env = env
    return process.run(command)
  end
end

return peers
