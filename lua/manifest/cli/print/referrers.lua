--- What `manifest referrers` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

--- One line each: digest, artifact type, size.
---@param out table output
---@param found manifest.ReferrersResult
function print.text(out, found)
  for _, item in ipairs(found.referrers) do
    out:line(("%s  %s  %d"):format(item.digest, item.artifact_type or item.media_type, item.size))
  end
end

---@param found manifest.ReferrersResult
---@return table document
function print.json(_, found)
  return json.object({
    { "reference", found.reference }, { "subject", found.subject },
    { "referrers", show.array(found.referrers, show.descriptor) },
  })
end

return print
