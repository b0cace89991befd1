--- Removes from an OCI image layout what a deleted manifest consisted of, as far as nothing names it any more.
--
-- Only that: a blob that nobody names may belong to somebody who is still writing. All of it happens under the lock of
-- index.json, and a document leaves before what it names: wherever a sweep is cut off, a document that is there has
-- all that it had.

local core = require("manifest.base.core")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_reach = require("manifest.repository.layout.reach")

local layout_sweep = {}

--- Removes the file of a blob; false when there was none.
local function remove(root, hash)
  local path, err = layout_blobs.find(root, hash)
  if not path and err.code == "not_found" then
    return false
  end
  if not path then
    return nil, err
  end
  return core.file.remove(path)
end

local function remove_all(root, list, kept)
  local count = 0
  for _, hash in ipairs(list) do
    local ok, err = true, nil
    if not kept[hash] then
      ok, err = remove(root, hash)
      count = count + (ok and 1 or 0)
    end
    if ok == nil then
      return count, err
    end
  end
  return count
end

--- Sweeps, after index.json has forgotten the manifest. The caller holds its lock.
---@param root string the layout's folder
---@param index table index.json as it is now
---@param hash string digest of the manifest
---@param options table limit (most bytes of a document), is_gone (it goes even where something still names it)
---@return table|nil removed {gone = true; manifests, blobs = numbers; kept = error that says why more was left, or nil}
---@return table|nil err when the manifest itself must go and cannot
function layout_sweep.run(root, index, hash, options)
  local documents, blobs = layout_reach.parts(root, hash, options.limit)
  local removed = { gone = true, manifests = 0, blobs = 0 }
  if options.is_gone then
    local ok, err = remove(root, hash)
    if ok == nil then
      return nil, err
    end
    removed.manifests = ok and 1 or 0
  end
  local kept
  kept, removed.kept = layout_reach.from_index(root, index, options.limit, options.is_gone and hash or nil)
  if not kept or kept[hash] then
    return removed
  end
  local count
  count, removed.kept = remove_all(root, documents, kept)
  removed.manifests = removed.manifests + count
  if not removed.kept then
    removed.blobs, removed.kept = remove_all(root, blobs, kept)
  end
  return removed
end

return layout_sweep
