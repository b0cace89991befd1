--- What `manifest repositories` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = { text = show.lines }

---@param names string[]
---@param options table
---@return table document
function print.json(_, names, options)
  return json.object({ { "registry", options.registry }, { "repositories", json.array(names) } })
end

return print
