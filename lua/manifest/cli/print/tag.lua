--- What `manifest tag` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.TagResult
function print.text(out, done)
  for _, tag in ipairs(done.tags) do
    out:line(("%s  %s"):format(done.digest, tag))
  end
end

print.json = show.document({ "reference", "mediaType", "digest", "size", { "tags", json.array }, { "dryRun", false } })

return print
