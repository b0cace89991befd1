--- The Warning header by which a registry speaks to people, as the distribution specification has it:
-- 299 - "text". It is shown and never acted upon.

local text = require("manifest.base.text")

local warning = {}

local LONGEST = 4096

--- What the headers of an answer say to people, fit for a terminal.
---@param header string|string[]|nil the Warning header
---@return string[] lines
function warning.read(header)
  local lines = {}
  for _, line in ipairs(type(header) == "table" and header or { header }) do
    local start = #line <= LONGEST and line:match('^%s*299%s+%S+%s+"()')
    local said = start and text.unquote(line, start)
    if said and said ~= "" then
      lines[#lines + 1] = text.printable(said)
    end
  end
  return lines
end

return warning
