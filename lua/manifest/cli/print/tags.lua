--- What `manifest tags` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = { text = show.lines }

---@param tags string[]
---@param options table
---@return table document
function print.json(_, tags, options)
  return json.object({ { "repository", options.repository }, { "tags", json.array(tags) } })
end

return print
