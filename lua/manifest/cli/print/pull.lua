--- What `manifest pull` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

---@param out table output
---@param done manifest.PullResult
function print.text(out, done)
  for _, file in ipairs(done.files) do
    out:line(("%s  %s%s"):format(file.digest, file.path, file.unchanged and "  is there already" or ""))
  end
  for _, one in ipairs(done.untitled) do
    out:complain(("manifest: %s has no title, and was left: 'manifest blob get' fetches it"):format(one.digest))
  end
end

local function file_json(file)
  return json.object({
    { "title", file.title }, { "path", file.path }, { "mediaType", file.media_type }, { "digest", file.digest },
    { "size", file.size }, { "unchanged", file.unchanged == true },
  })
end

---@param done manifest.PullResult
---@return table document
function print.json(_, done)
  return json.object({
    { "reference", done.reference }, { "digest", done.digest }, { "artifactType", done.artifact_type },
    { "files", show.array(done.files, file_json) }, { "untitled", show.array(done.untitled, show.descriptor) },
    { "dryRun", done.dry_run == true },
  })
end

return print
