--- The Warning header by which a registry speaks to people, as the distribution specification has it:
-- 299 - "text". It is shown and never acted upon.

local text = require("manifest.base.text")

local warning = {}

local LONGEST = 4096

--- The text of one quoted string that begins at a position.
local function quoted(line, position)
  local words = {}
  while position <= #line do
    local char = line:sub(position, position)
    if char == '"' then
      return table.concat(words)
    elseif char == "\\" then
      position = position + 1
      char = line:sub(position, position)
    end
    words[#words + 1] = char
    position = position + 1
  end
end

--- What the headers of an answer say to people, fit for a terminal.
---@param header string|string[]|nil the Warning header
---@return string[] lines
function warning.read(header)
  local lines = {}
  for _, line in ipairs(type(header) == "table" and header or { header }) do
    local start = #line <= LONGEST and line:match('^%s*299%s+%S+%s+"()')
    local said = start and quoted(line, start)
    if said and said ~= "" then
      lines[#lines + 1] = text.printable(said)
    end
  end
  return lines
end

return warning
