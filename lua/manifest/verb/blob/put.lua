--- blob put: a file as a blob of a repository, for a manifest that will name it.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local measure = require("manifest.layer.measure")

local try = failure.try

local put = declare.verb {
  name = "blob put", network = true,
  description = "Prints the digest. A blob that no manifest names goes with the registry's next cleanup, and in a "
    .. "layout with the next 'manifest delete': put the manifest next.",
  arguments = {
    { "repository", "repository", help = "Where it goes, without a tag" },
    { "file", "file", help = "The file" },
  },
  options = { dry_run = { "boolean", help = "Only say what would be done" } },
  hints = declare.PUSH_HINTS,
  examples = { "blob put registry.example.com/app config.json", "blob put --dry-run oci:release root.tar.gz" },
}

---@class manifest.BlobPutResult
---@field repository string
---@field digest string
---@field size integer bytes
---@field dry_run boolean?
---@field exists boolean? of a dry run: it is there already

--- 1 HEAD, and where it is not there a POST and a PUT.
---@param call manifest.Call
---@param repository string|manifest.Location
---@param file string
---@param o manifest.BlobPutOptions
---@return manifest.BlobPutResult
function put.run(call, repository, file, o)
  local at = call:open(repository, { whole = true, write = true })
  local _ <close> = failure.about(at.text)
  local measured = try(measure.file(file, "the file"))
  local result = { repository = at.text, digest = measured.digest, size = measured.size, dry_run = o.dry_run }
  if o.dry_run then
    result.exists = failure.allow("not_found", at.repository:has_blob(measured.digest)) or false
  else
    try(at.repository:upload(measured.digest, { body_file = file }))
  end
  return result
end

return put
