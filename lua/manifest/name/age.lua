--- Ages as people write them: 30d, 12h, 90m, 2w.

local age = {}

---@type table<string, integer>
local SECONDS = { s = 1, m = 60, h = 3600, d = 86400, w = 7 * 86400 }

--- Reads a number with its unit.
---@param written string
---@return_overload integer seconds
---@return_overload nil, string reason
function age.parse(written)
  local number, unit = written:match("^(%d%d?%d?%d?%d?)([smhdw])$")
  if not number or tonumber(number) == 0 then
    return nil, "not an age such as 30d, 12h or 2w"
  end
  return math.tointeger(tonumber(number)) --[[@as integer]] * SECONDS[unit]
end

return age
