--- What `manifest referrers` prints.

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

print.json = show.document({ "reference", "subject", { "referrers", show.descriptors } })

return print
