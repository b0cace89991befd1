--- Deletes in an OCI image layout: a tag, or with a digest that manifest and all its tags; and with the last name of a
-- manifest, all blobs that nothing else in the layout names.

local digest = require("manifest.name.digest")
local layout_entries = require("manifest.repository.layout.entries")
local layout_index = require("manifest.repository.layout.index")
local layout_sweep = require("manifest.repository.layout.sweep")
local kinds = require("manifest.document.kind")
local referrer = require("manifest.repository.referrer")
local referrer_list = require("manifest.base.later")("manifest.repository.referrer_list")

local delete = {}

--- What a reference means: an entry of index.json, or the document of a digest. Any blob may bear a digest: only a
--- manifest is deleted.
local function find(layout, reference)
  local index, err = layout:index()
  local entry
  if index then
    entry, err = layout_entries.find(index, reference, layout.domain)
  end
  if entry ~= false then
    return entry, err
  end
  local bytes
  bytes, err = layout:blob(reference)
  if not bytes then
    return nil, err
  end
  return kinds.read(bytes)
end

--- Deletes. A manifest that refers to another is taken off the list of its referrers.
---@param layout table
---@param reference string tag or digest
---@return table|nil deleted {gone = true; manifests, blobs = numbers; kept = error that says why blobs were left}
---@return table|nil err not_found
function delete.run(layout, reference)
  local found, err = find(layout, reference)
  if not found then
    return nil, err
  end
  layout.seen = {}
  local is_digest = digest.is(reference)
  local hash = is_digest and reference or found.digest
  local bytes = is_digest and layout:blob(reference)
  local subject = bytes and referrer.describe(bytes, "", reference)
  local done, failure = layout_index.update(layout.path, function(manifests)
    local before = #manifests
    for position = before, 1, -1 do
      local entry = manifests[position]
      if entry.digest == reference or layout_entries.is_named(entry, reference) then
        hash = entry.digest
        table.remove(manifests, position)
      end
    end
    return #manifests < before
  end, function(index)
    return layout_sweep.run(layout.path, index, hash, { limit = layout.manifest_limit, is_gone = is_digest })
  end)
  local ok = true
  if done and subject then
    ok, failure = referrer_list.remove(layout, subject, reference)
  end
  return ok and done, failure
end

return delete
