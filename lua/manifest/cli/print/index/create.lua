--- What `manifest index create` prints.

local result = require("manifest.cli.print.index.result")
local show = require("manifest.cli.show")

local print = { text = result.text, json = result.json }

--- Annotations of the index and of its entries come by one option.
---@param given table
---@return string|nil wrong
---@return string|nil hint
function print.read(given)
  local own, wrong, hint, of_entries = show.annotations_of(given.printing.annotation, "index", true)
  given.options.annotations, given.options.entry_annotations = own, of_entries
  return wrong, hint
end

return print
