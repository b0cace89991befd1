--- Repositories over an engine of their own, for specs of the repository room.
--
--     local repository, loop, engine = repositories.open(address, "app", { actions = "pull,push" }, settings)

local loops = require "manifest.engine.loop"
local remote = require "manifest.repository.registry"
local requests = require "spec.support.worlds.requests"
local scripted = require "spec.support.servers.scripted"

local repositories = {}

function repositories.loop(settings, credentials)
  local engine = requests.engine(settings)
  return loops.new(engine, { ask = credentials, connections = settings and settings.connections }), engine
end

--- options: as remote.new takes them; loop: one that is there already.
function repositories.open(address, path, options, settings)
  options = options or {}
  local loop, engine = options.loop, nil
  if not loop then
    loop, engine = repositories.loop(settings, options.credentials)
  end
  local repository = remote.new(loop, { domain = address, path = path, actions = options.actions, also = options.also,
    timeout = options.timeout or 60, manifest_limit = options.manifest_limit,
    chunk_size = options.chunk_size, retries = options.retries, mirrors = options.mirrors })
  return repository, loop, engine
end

--- A scripted registry with origins a, b and c, and the repository app at a.
---@return table server
---@return table repository
---@return table loop
---@return function stop for block.each
function repositories.stage(exchanges, options, settings)
  local server = scripted.start { origins = { a = {}, b = {}, c = {} }, exchanges = exchanges }
  local repository, loop, engine = repositories.open(server.address.a, "app", options, settings)
  return server, repository, loop, function()
    engine:close()
    server:stop()
  end
end

return repositories
