--- Times as documents tell them: RFC 3339, as Go reads and writes it; and as the headers of HTTP do.

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
---@return_overload string given
---@return_overload nil, table err invalid_argument
function timestamp.check(given)
  local year, month, day, hour, minute, second, zone =
    given:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)(.*)$")
  if not year then
    return fail(given)
  end
  ---@cast zone string it is there where the year is
  ---@cast day any
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

--- Days from 1970 to a date of the calendar.
local function days_since_epoch(year, month, day)
  local before = year - 1
  local days = before * 365 + before // 4 - before // 100 + before // 400 - 719162
  for earlier = 1, month - 1 do
    days = days + days_of(year, earlier)
  end
  return days + day - 1
end

--- The seconds since 1970 of a time; parts of a second are left out.
---@param given string
---@return_overload integer seconds
---@return_overload nil, table err invalid_argument
function timestamp.seconds(given)
  local ok, err = timestamp.check(given)
  if not ok then
    return nil, err
  end
  local parts = {}
  for number in given:gmatch("%d+") do
    parts[#parts + 1] = math.tointeger(tonumber(number))
  end
  local seconds = days_since_epoch(parts[1], parts[2], parts[3]) * 86400 + parts[4] * 3600 + parts[5] * 60 + parts[6]
  local sign, hours, minutes = given:match("([+-])(%d%d):(%d%d)$")
  local offset = sign and (tonumber(hours) --[[@as integer]] * 60 + tonumber(minutes) --[[@as integer]]) * 60 or 0
  return math.tointeger(sign == "-" and seconds + offset or seconds - offset)
end

local MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"

--- The seconds since 1970 of a Date header: "Sun, 06 Nov 1994 08:49:37 GMT".
---@param given string|nil
---@return integer|nil seconds nil: it is no such date
function timestamp.of_header(given)
  local day, month, year, time = (given or ""):match("^%a+, (%d%d) (%a%a%a) (%d%d%d%d) (%d%d:%d%d:%d%d) GMT$")
  local position = month and MONTHS:find(month, 1, true)
  return position and timestamp.seconds(("%s-%02d-%sT%sZ"):format(year, position // 3 + 1, day, time)) or nil
end

--- The text of a time.
---@param seconds integer since 1970
---@return_overload string text
---@return_overload nil, table err invalid_argument: before 1970, or beyond the year 9999
function timestamp.of_seconds(seconds)
  if seconds < 0 or seconds > LAST then
    return fail(tostring(seconds))
  end
  return os.date("!%Y-%m-%dT%H:%M:%SZ", seconds)
end

return timestamp
