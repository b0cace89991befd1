--- Removes from an OCI image layout what a deleted manifest consisted of, as far as nothing names it any more.
--
-- Only that: a blob that nobody names may belong to somebody who is still writing. All of it happens under the lock of
-- index.json, and a document leaves before what it names: wherever a sweep is cut off, a document that is there has
-- all that it had.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_reach = require("manifest.repository.layout.reach")

local layout_sweep = {}

--- Removes the file of a blob; false when there was none.
local function remove(root, hash)
  local path = layout_blobs.look(root, hash)
  return path ~= nil and failure.try(core.file.remove(path))
end

--- Removes the files of blobs, and counts them in removed[noun].
local function remove_all(root, list, kept, removed, noun)
  for _, hash in ipairs(list) do
    if not kept[hash] and remove(root, hash) then
      removed[noun] = removed[noun] + 1
    end
  end
end

--- Sweeps, after index.json has forgotten the manifest. The caller holds its lock. Fails only when the manifest itself
--- must go and cannot.
---@param root string the layout's folder
---@param index table index.json as it is now
---@param hash string digest of the manifest
---@param options table limit (most bytes of a document), is_gone (it goes even where something still names it)
---@return table removed {gone = true; manifests, blobs = numbers; kept = error that says why more was left, or nil}
function layout_sweep.run(root, index, hash, options)
  local documents, blobs = layout_reach.parts(root, hash, options.limit)
  local removed = { gone = true, manifests = 0, blobs = 0 }
  if options.is_gone then
    remove_all(root, { hash }, {}, removed, "manifests")
  end
  removed.kept = select(2, failure.caught(function()
    local kept = layout_reach.from_index(root, index, options.limit, options.is_gone and hash or nil)
    if not kept[hash] then
      remove_all(root, documents, kept, removed, "manifests")
      remove_all(root, blobs, kept, removed, "blobs")
    end
  end))
  return removed
end

return layout_sweep
