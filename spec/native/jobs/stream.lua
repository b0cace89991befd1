-- A body that goes from one request into another, by way of a pipe that is full most of the time.
local _, url, size = ...
local core = require("manifest.core")

local function start_both(engine, pipe)
  local started = 0
  for _, request in ipairs { { method = "GET", sink_pipe = pipe }, { method = "PUT", body_pipe = pipe } } do
    request.url, request.bulk, request.attempts, request.timeout = url, true, 1, 20
    started = started + (engine:start(request) and 1 or 0)
  end
  return started
end

return function()
  local engine <close> = core.engine({})
  local pipe <close> = core.pipe(128 * 1024, math.tointeger(tonumber(size)))
  local under_way = engine and start_both(engine, pipe) or 0
  while under_way > 0 do
    local finished = engine:step(1)
    if not finished then
      return -- libcurl itself has no memory
    end
    for _, exchange in ipairs(finished) do
      exchange:result()
      under_way = under_way - 1
    end
  end
end
