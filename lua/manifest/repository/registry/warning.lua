--- The Warning header by which a registry speaks to people, as the distribution specification has it:
-- 299 - "text". It is shown and never acted upon.

local problem = require("manifest.repository.problem")
local text = require("manifest.base.text")

local warning = {}

local LONGEST = 4096

--- What the headers of an answer say to people, fit for a terminal.
---@param header string|string[]|nil the Warning header
---@return string[] lines
function warning.read(header)
  local lines = {}
  for _, line in ipairs(type(header) == "table" and header or { header }) do
    ---@type any
    local start = #line <= LONGEST and line:match('^%s*299%s+%S+%s+"()')
    local said = start and text.unquote(line, start)
    if said and said ~= "" then
      lines[#lines + 1] = text.printable(said)
    end
  end
  return lines
end

--- Tells the user what a registry says to people; a host that it redirected to has nothing to say in its name.
---@param loop table
---@param domain string the registry
---@param response table
function warning.pass_on(loop, domain, response)
  if problem.is_elsewhere(response, domain) then
    return
  end
  for _, line in ipairs(warning.read(response.repeated.warning or response.headers.warning)) do
    loop:warn(("%s says: %s"):format(domain, line))
  end
end

return warning
