--- Times as documents tell them: RFC 3339, as Go reads and writes it.

local error_of = require("manifest.base.error")
local text = require("manifest.base.text")

local timestamp = {}

--- The last second of the year 9999; what comes later has no RFC 3339 form.
local LAST = 253402300799

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function fail(given)
  return nil, error_of.new({
    code = "invalid_argument", message = ("'%s' is no time"):format(text.printable(given)),
    hint = "write it as in 2026-01-31T12:00:00Z, or as seconds since 1970",
  })
end

local function days_of(year, month)
  local is_leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return month == 2 and is_leap and 29 or DAYS[month] or 0
end

--- Checks a time: a date that the calendar has, a time of day, and Z or an offset.
---@param given string
---@return string|nil given
---@return table|nil err invalid_argument
function timestamp.check(given)
  local year, month, day, hour, minute, second, zone =
    given:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)(.*)$")
  if not year then
    return fail(given)
  end
  zone = zone:match("^%.%d+(.*)$") or zone
  local offset_hour, offset_minute = zone:match("^[+-](%d%d):(%d%d)$")
  local has_zone = zone == "Z" or offset_hour and tonumber(offset_hour) < 24 and tonumber(offset_minute) < 60
  day = tonumber(day)
  if not has_zone or day < 1 or day > days_of(tonumber(year), tonumber(month)) or tonumber(hour) > 23
    or tonumber(minute) > 59 or tonumber(second) > 59 then
    return fail(given)
  end
  return given
end

--- The days from 1970 to a date of the calendar.
local function day_number(year, month, day)
  local from = month > 2 and year or year - 1 -- a year that begins in March ends with its leap day
  local of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  return 365 * from + from // 4 - from // 100 + from // 400 + of_year - 719468
end

--- The seconds since 1970 of a time that was checked; 0 for one before.
---@param given string
---@return integer seconds
function timestamp.seconds_of(given)
  local field = {}
  for digits in given:gmatch("%d+") do
    field[#field + 1] = math.tointeger(tonumber(digits))
  end
  local sign, hours, minutes = given:match("([+-])(%d%d):(%d%d)$")
  local offset = sign and (hours * 3600 + minutes * 60) * (sign == "+" and 1 or -1) or 0
  local seconds = day_number(field[1], field[2], field[3]) * 86400 + field[4] * 3600 + field[5] * 60 + field[6]
  return math.max(0, math.tointeger(seconds - offset))
end

--- The text of a time.
---@param seconds integer since 1970
---@return string|nil text
---@return table|nil err invalid_argument: before 1970, or beyond the year 9999
function timestamp.of_seconds(seconds)
  if seconds < 0 or seconds > LAST then
    return fail(tostring(seconds))
  end
  return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds)
end

return timestamp
