--- Deletes in an OCI image layout: a tag, or with a digest that manifest and all its tags; and with the last name of a
-- manifest, all blobs that nothing else in the layout names.

local digest = require("manifest.name.digest")
local try = require("manifest.base.failure").try
local layout_entries = require("manifest.repository.layout.entries")
local layout_index = require("manifest.repository.layout.index")
local layout_sweep = require("manifest.repository.layout.sweep")
local kinds = require("manifest.document.kind")
local referrer = require("manifest.repository.referrer")
---@module "manifest.repository.referrer_list"
local referrer_list = require("manifest.base.later")("manifest.repository.referrer_list")

local delete = {}

--- What a reference means: an entry of index.json, or the document of a digest. Any blob may bear a digest: only a
--- manifest is deleted.
local function find(layout, reference)
  return layout_entries.find(try(layout:index()), reference, layout.domain)
    or try(kinds.read(try(layout:blob(reference))))
end

--- Deletes. A manifest that refers to another is taken off the list of its referrers.
---@param layout table
---@param reference string tag or digest
---@return manifest.Deleted
function delete.run(layout, reference)
  local found = find(layout, reference)
  layout.seen = {}
  local is_digest = digest.is(reference)
  local hash = is_digest and reference or found.digest
  local bytes = is_digest and layout:blob(reference)
  local subject = bytes and referrer.describe(bytes, "", reference)
  ---@type any
  local done = layout_index.update(layout.path, function(manifests)
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
  if subject then
    referrer_list.remove(layout, subject, reference)
  end
  return done
end

return delete
