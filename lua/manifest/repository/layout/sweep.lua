--- Removes from an OCI image layout what deleted manifests consisted of, as far as nothing names it any more.
--
-- Only that: a blob that nobody names may belong to somebody who is still writing. All of it happens under the lock of
-- index.json, and a document leaves before what it names: wherever a sweep is cut off, a document that is there has
-- all that it had.
--
-- What is to leave is written down before index.json forgets the manifests. A process that is killed, or that fails,
-- leaves that file, and the next one that deletes or writes there goes on with it.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_index = require("manifest.repository.layout.index")
local layout_reach = require("manifest.repository.layout.reach")

local allow, caught, try = failure.allow, failure.caught, failure.try

local layout_sweep = {}

local FILE = "/index.json.deleted"
local LIMIT = 1 << 30 -- bytes; it is as long as what was deleted at once
local READABLE = tonumber("644", 8)

--- Removes the files of those that are not kept.
---@param folders table|nil of layout_blobs.remove
---@return integer count
local function remove_all(root, list, kept, folders)
  local count = 0
  for _, hash in ipairs(list) do
    count = count + (not kept[hash] and layout_blobs.remove(root, hash, folders) and 1 or 0)
  end
  return count
end

local function written(noun, list)
  return #list > 0 and ("%s %s\n"):format(noun, table.concat(list, ("\n%s "):format(noun))) or ""
end

--- Writes down what manifests consist of, which index.json is about to forget. The caller holds its lock.
---@param root string the layout's folder
---@param hashes string[] digests of the manifests
---@param limit integer most bytes of a document
---@return table planned {documents, blobs} for `run`
function layout_sweep.plan(root, hashes, limit)
  local documents, blobs = layout_reach.parts(root, hashes, limit)
  if documents[1] then
    try(core.file.replace(root .. FILE, written("document", documents) .. written("blob", blobs), { mode = READABLE }))
  end
  return { documents = documents, blobs = blobs }
end

--- Sweeps, after index.json has forgotten the manifests. The caller holds its lock. Fails only when the manifest itself
--- must go and cannot.
---@param root string the layout's folder
---@param index table index.json as it is now
---@param planned table of plan
---@param options table limit (most bytes of a document), gone (digest of a manifest that goes even where something
--- still names it)
---@return table removed {gone = true; manifests, blobs = numbers; kept = error that says why more was left, or nil}
function layout_sweep.run(root, index, planned, options)
  local removed = { gone = true, manifests = 0, blobs = 0 }
  if options.gone then
    removed.manifests = remove_all(root, { options.gone }, {})
  end
  if planned.documents[1] then
    removed.kept = select(2, caught(function()
      local kept, folders = layout_reach.from_index(root, index, options.limit, options.gone), {}
      removed.manifests = removed.manifests + remove_all(root, planned.documents, kept)
      removed.blobs = remove_all(root, planned.blobs, kept, folders)
      layout_blobs.sync(folders)
      try(core.file.remove(root .. FILE))
    end))
  end
  return removed
end

--- Goes on with a sweep that was cut off, as far as that goes.
---@param root string the layout's folder
---@param limit integer most bytes of a document
function layout_sweep.finish(root, limit)
  if not try(core.file.kind(root .. FILE)) then
    return
  end
  layout_index.update(root, function()
    return false
  end, function(index)
    try(core.file.sync(root)) -- who was killed may not have come to that, and what index.json was may come back
    local planned = { document = {}, blob = {} }
    for noun, hash in (allow("not_found", core.file.read(root .. FILE, LIMIT)) or ""):gmatch("([a-z]+) (%S+)\n") do
      if planned[noun] and digest.is(hash) then
        table.insert(planned[noun], hash)
      end
    end
    layout_sweep.run(root, index, { documents = planned.document, blobs = planned.blob }, { limit = limit })
  end)
end

return layout_sweep
