--- What `manifest ratelimit` prints.


local show = require("manifest.cli.show")

local print = {}

local UNITS = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } }

--- Seconds in the largest unit that fits: "6 hours".
local function duration(seconds)
  for _, unit in ipairs(UNITS) do
    if seconds % unit[1] == 0 and seconds > 0 then
      local count = seconds // unit[1]
      return ("%d %s%s"):format(count, unit[2], count == 1 and "" or "s")
    end
  end
  return "0 seconds"
end

---@param out table output
---@param found manifest.RatelimitResult
function print.text(out, found)
  if not found.limit and not found.remaining then
    return out:line("the registry tells no limit")
  end
  local line = ("%s of %s left"):format(found.remaining or "?", found.limit or "?")
  line = line .. (found.window and (" in each %s"):format(duration(found.window)) or "")
  line = line .. (found.reset and (", more in %s"):format(duration(found.reset)) or "")
  out:line(line .. (found.source and (", counted for %s"):format(found.source) or ""))
end

print.json = show.document({ "reference", "limit", "remaining", "window", "reset", "source" })

return print
