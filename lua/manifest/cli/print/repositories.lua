--- What `manifest repositories` prints.

local json = require("manifest.base.json")

local print = {}

---@param out table output
---@param names string[]
function print.text(out, names)
  for _, name in ipairs(names) do
    out:line(name)
  end
end

---@param names string[]
---@param options table
---@return table document
function print.json(_, names, options)
  return json.object({ { "registry", options.registry }, { "repositories", json.array(names) } })
end

return print
