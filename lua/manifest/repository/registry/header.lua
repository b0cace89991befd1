--- Headers of requests: what may go into one.

local error_of = require("manifest.base.error")
local text = require("manifest.base.text")

local header = {}

--- Checks the headers of a request. What is not the user's own comes from documents of a registry: a line end there is
--- an error of whoever wrote it.
---@param domain string the registry
---@param headers table<string, string>|nil
---@return table|nil err registry
function header.check(domain, headers)
  for name, value in pairs(headers or {}) do
    if value:find("[%z\1-\8\10-\31\127]") then
      return error_of.new({
        code = "registry", host = domain,
        message = ("%s names '%s', which cannot be sent as %s"):format(domain, text.printable(value), name),
      })
    end
  end
  return nil
end

return header
