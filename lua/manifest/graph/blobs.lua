--- The blobs that a repository needs before its manifests: each digest once, with every place that has it.

local descriptor = require("manifest.document.descriptor")

local blobs = {}

--- Begins a list of blobs.
---@return table set {list = blobs in the order of their adding, by_digest}
function blobs.new()
  return { list = {}, by_digest = {} }
end

--- Adds a blob unless it is there. A base layer of Windows may live elsewhere for legal reasons; registries take the
--- manifest without it, so a blob that all who name it can do without is optional.
---@param set table
---@param blob table {digest, size}
---@param may_be_absent boolean for who names it now
---@return table blob of the set {digest, size, from = list for the caller to fill, optional}
function blobs.add(set, blob, may_be_absent)
  local known = set.by_digest[blob.digest]
  if not known then
    known = { digest = blob.digest, size = blob.size, from = {}, optional = true }
    set.by_digest[blob.digest], set.list[#set.list + 1] = known, known
  end
  known.optional = known.optional and may_be_absent
  known.data = known.data or blob.data
  return known
end

--- Brings a blob from the first repository that has it; where none has, what the manifest itself holds of it.
---@param target table repository
---@param blob table of a set
---@param open function|nil item of blob.from -> repository; nil: they are repositories
---@return boolean|nil ok
---@return table|nil err
function blobs.bring(target, blob, open)
  local ok, err
  for _, from in ipairs(blob.from) do
    ok, err = target:copy_blob(blob, open and open(from) or from)
    if ok or err.code ~= "not_found" then
      break
    end
  end
  local content = not ok and err.code == "not_found" and descriptor.content(blob)
  if content then
    return target:upload(blob.digest, { body = content })
  end
  if ok or (blob.optional and err.code == "not_found") then
    return true
  end
  return nil, err
end

return blobs
