--- A manifest that was made here, with its blobs, on its way into a repository.
--
--     made = { manifest = { raw, media_type, digest, size }, blobs = {{ digest, body = of repository:upload }} }
--
-- The body of a blob that is a file has its `size`, too.

local digest = require("manifest.name.digest")
local try = require("manifest.base.failure").try

local new_manifest = {}

--- The descriptor of some bytes.
---@param bytes string
---@param media_type string
---@return table descriptor {media_type, digest, size}
function new_manifest.descriptor(bytes, media_type)
  return { media_type = media_type, digest = digest.of(bytes), size = #bytes }
end

--- Puts a manifest and its blobs together, each digest once. Pure.
---@param bytes string of the manifest
---@param media_type string
---@param blobs table[] {digest, body}
---@return table<string, any> made
function new_manifest.new(bytes, media_type, blobs)
  local manifest, different, seen = new_manifest.descriptor(bytes, media_type), {}, {}
  manifest.raw = bytes
  for _, blob in ipairs(blobs) do
    if not seen[blob.digest] then
      seen[blob.digest] = true
      different[#different + 1] = blob
    end
  end
  return { manifest = manifest, blobs = different }
end

--- Sends blobs at once, those that are there already not at all; the manifest last, so that it names a whole image.
---@param call manifest.Call
---@param repository manifest.Repository
---@param one table of new
---@param name string|nil tag or digest
---@return table stored of the repository's put_manifest
function new_manifest.send(call, repository, one, name)
  try(repository:check_manifest(one.manifest.raw))
  call:announce(one.blobs)
  call:each(one.blobs, function(blob)
    return repository:upload(blob.digest, blob.body)
  end)
  return (try(repository:put_manifest(name, one.manifest)))
end

return new_manifest
