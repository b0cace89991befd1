--- What `manifest tags` prints.

local json = require("manifest.base.json")

local print = {}

---@param out table output
---@param tags string[]
function print.text(out, tags)
  for _, tag in ipairs(tags) do
    out:line(tag)
  end
end

---@param tags string[]
---@param options table
---@return table document
function print.json(_, tags, options)
  return json.object({ { "repository", options.repository }, { "tags", json.array(tags) } })
end

return print
