--- What the headers of an answer say of pulls that are left: RateLimit-Limit, RateLimit-Remaining, ...

local text = require("manifest.base.text")

local limits = {}

local UNITS = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } }

--- A header such as "100;w=21600": the number, and the window in seconds.
local function read(headers, name)
  local value = headers["ratelimit-" .. name] or headers["x-ratelimit-" .. name] or ""
  return math.tointeger(tonumber(value:match("^%s*(%d+)"))), math.tointeger(tonumber(value:match(";%s*w=(%d+)")))
end

---@param headers table<string, string>
---@return {limit: integer?, remaining: integer?, window: integer?, reset: integer?, source: string?} found
function limits.read(headers)
  local limit, window = read(headers, "limit")
  local remaining, other_window = read(headers, "remaining")
  return {
    limit = limit, remaining = remaining, window = window or other_window, reset = read(headers, "reset"),
    source = headers["docker-ratelimit-source"],
  }
end

--- Seconds in the largest unit that fits: "6 hours".
local function duration(seconds)
  for _, unit in ipairs(UNITS) do
    if seconds % unit[1] == 0 and seconds > 0 then
      return text.count(seconds // unit[1], unit[2])
    end
  end
  return "0 seconds"
end

--- For people: "76 of 100 left in each 6 hours".
---@param found table of read, or with its fields
---@return string|nil line nil: the headers say nothing
function limits.text(found)
  if not found.limit and not found.remaining then
    return nil
  end
  local line = ("%s of %s left"):format(found.remaining or "?", found.limit or "?")
  line = line .. (found.window and (" in each %s"):format(duration(found.window)) or "")
  line = line .. (found.reset and (", more in %s"):format(duration(found.reset)) or "")
  return line .. (found.source and (", counted for %s"):format(found.source) or "")
end

return limits
