--- What `manifest tag` prints.

local json = require("manifest.base.json")

local print = {}

---@param out table output
---@param done manifest.TagResult
function print.text(out, done)
  for _, tag in ipairs(done.tags) do
    out:line(("%s  %s"):format(done.digest, tag))
  end
end

---@param done manifest.TagResult
---@return table document
function print.json(_, done)
  return json.object({
    { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest },
    { "size", done.size }, { "tags", json.array(done.tags) }, { "dryRun", done.dry_run == true },
  })
end

return print
