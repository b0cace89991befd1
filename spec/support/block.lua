--- What the specs of one block (a describe, or a whole file) share: made before the first, ended after the last.
--
--     local server, at = block.registry { delete = false }  -- as servers.registry starts it; at("app:1") is there
--     local made = block.images(server, { ... })            -- as inputs.images pushes them
--     local client = block.client { manifest_limit = 4000 } -- with a configuration folder of its own
--     local played = block.scripted { exchanges = ... }     -- as servers.scripted starts it
--     local stage = block.each(repositories.stage)          -- what stage(...) starts ends with the spec that calls it
--
-- Servers and images are empty tables until the specs run.

local busted = require "busted"
local images = require "spec.support.inputs.images"
local manifest = require "manifest"
local registry = require "spec.support.servers.registry"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local block = {}

--- A table that becomes what `make` returns.
local function later(make)
  local empty = {}
  busted.setup(function()
    local made = make()
    for name, value in pairs(made) do
      empty[name] = value
    end
    setmetatable(empty, getmetatable(made))
  end)
  return empty
end

local function server_of(start, options)
  local server = later(function()
    return start(options)
  end)
  busted.teardown(function()
    if server.stop then
      server:stop()
    end
  end)
  return server
end

---@return table server
---@return function at (name): the reference of that name in it
function block.registry(options)
  local server = server_of(registry.start, options)
  return server, function(name)
    return server.address .. "/" .. name
  end
end

function block.scripted(script)
  return server_of(scripted.start, script)
end

function block.images(server, entries, options)
  return later(function()
    return images.push(server, entries, options)
  end)
end

function block.client(options)
  local all = { config = temp.folder("config") }
  for name, value in pairs(options or {}) do
    all[name] = value
  end
  local client = manifest.client(all)
  busted.teardown(function()
    client:close()
  end)
  return client
end

---@param start function whose last result ends what it has started
---@return function started gives its other results
function block.each(start)
  local endings = {}
  busted.after_each(function()
    for position = #endings, 1, -1 do
      table.remove(endings, position)()
    end
  end)
  return function(...)
    local results = table.pack(start(...))
    endings[#endings + 1] = results[results.n]
    return table.unpack(results, 1, results.n - 1)
  end
end

return block
