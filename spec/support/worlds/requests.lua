--- One request at a time, or several, through manifest.core's engine, as specs of the C rooms need it.
--
--     local engine = requests.engine { insecure = true }  -- quick retries, no configuration of the user's own
--     local response, problem = requests.run(engine, { url = url })  -- GET unless a method is given
--     local outcomes = requests.all(engine, { request, ... })        -- { {response, problem}, ... }
--     local stage = block.each(requests.stage)            -- a scripted server too: server, engine = stage(exchanges)

local core = require "manifest.base.core"
local scripted = require "spec.support.servers.scripted"
local temp = require "spec.support.temp"

local requests = {}

--- An engine that reads no file of the user's and waits hardly at all between attempts.
function requests.engine(settings)
  local all = { backoff = 0.001, config_folder = temp.folder("config"), certificate_roots = { temp.folder("certs") },
    user_agent = "spec" }
  for name, value in pairs(settings or {}) do
    all[name] = value
  end
  return assert(core.engine(all))
end

--- Starts them all, then works until each has ended. ANSWER: function (login) for an engine with ask = true.
function requests.all(engine, list, answer)
  local outcomes, open = {}, {}
  for index, request in ipairs(list) do
    request.method = request.method or "GET"
    request.timeout = request.timeout or 60
    request.scopes = type(request.scopes) == "table" and core.scopes(request.scopes) or request.scopes
    local exchange, problem = engine:start(request)
    if exchange then
      open[exchange] = index
    else
      outcomes[index] = { nil, problem }
    end
  end
  while next(open) do
    local finished, asked = assert(engine:step(1))
    for _, exchange in ipairs(finished) do
      outcomes[open[exchange]] = table.pack(exchange:result())
      open[exchange] = nil
    end
    for _, login in ipairs(asked or {}) do
      engine:answer(login.registry, login.repository, answer(login))
    end
  end
  return outcomes
end

--- Runs one. Returns the response, or nil and the problem.
function requests.run(engine, request, answer)
  local outcome = requests.all(engine, { request }, answer)[1]
  return outcome[1], outcome[2]
end

--- A scripted server and an engine.
---@return table server
---@return table engine
---@return function stop for block.each
function requests.stage(exchanges, settings, origins)
  local server = scripted.start { exchanges = exchanges, origins = origins }
  local engine = requests.engine(settings)
  return server, engine, function()
    engine:close()
    server:stop()
  end
end

return requests
