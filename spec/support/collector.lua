--- How eager Lua's garbage collector is; Lua 5.4 and 5.5 spell it in different ways.

local is_old = _VERSION == "Lua 5.4"

--- In incremental mode a whole cycle at every allocation, or the usual steps again.
local function incremental(eager)
  if is_old then
    -- How far it goes at once is a logarithm: 40 is to the end, however large the heap, 13 is the default.
    local mode = collectgarbage("incremental", 0, 0, eager and 40 or 13)
    collectgarbage("setpause", eager and 0 or 200) -- where 0 above would leave it as it is
    return mode
  end
  local mode = collectgarbage("incremental")
  collectgarbage("param", "pause", eager and 0 or 250)
  collectgarbage("param", "stepmul", eager and 0 or 200) -- 0: to the end
  return mode
end

--- In generational mode a young collection when the heap has grown by that many per cent.
local function generational(growth)
  if is_old then
    collectgarbage("generational", growth, 20)
    return
  end
  collectgarbage("generational")
  collectgarbage("param", "minormul", growth)
end

return { incremental = incremental, generational = generational }
