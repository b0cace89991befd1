--- How large a manifest may be, to be read or to be stored: what registries take, unless the client says otherwise.

local error_of = require("manifest.base.error")

local limit = { DEFAULT = 4 * 1024 * 1024 }

--- Refuses a manifest that is too large to be stored. What sends blobs first asks before it does; put_manifest asks
--- in any case.
---@param repository table manifest_limit, domain
---@param bytes string the manifest
---@return boolean|nil ok
---@return table|nil err too_large
function limit.check(repository, bytes)
  if #bytes <= repository.manifest_limit then
    return true
  end
  return nil, error_of.new({
    code = "too_large", host = repository.domain,
    message = ("the manifest has %d bytes, more than the %d that registries take"):format(#bytes,
      repository.manifest_limit),
    hint = "make it smaller; the client's option 'manifest_limit' allows larger manifests",
  })
end

return limit
