--- Entries on their way into an index: a descriptor with changes of the caller. Pure.
--
-- An entry that came out of another index keeps its JSON, so what this module does not know goes along.

local json = require("manifest.base.json")
local merged = require("manifest.base.merged")
local platform = require("manifest.name.platform")

local entry = {}

--- A platform with fields of another one in their place; `false` (or "") clears a field.
---@param base table|nil platform
---@param changes table|nil the same names; whole = true: nothing of the base stays
---@return table|nil platform nil when neither is there
function entry.merge_platform(base, changes)
  if not changes then
    return base
  end
  local both = {}
  for _, name in ipairs(platform.FIELDS) do
    local value = changes[name]
    if value == nil and not changes.whole then
      value = base and base[name]
    end
    both[name] = value ~= false and value ~= "" and value or nil
  end
  return both
end

--- Two sets of annotations as one; `false` or "" in the second removes a name. nil when nothing is left.
---@param old table|nil
---@param new table|nil
---@return table|nil
function entry.merge_annotations(old, new)
  local both = merged(old)
  for name, value in pairs(new or {}) do
    both[name] = value ~= false and value ~= "" and value or nil
  end
  return next(both) and both or nil
end

--- A copy of an object of the same keys in the same order.
local function copy_of(object)
  local members = {}
  for position, key in ipairs(json.keys(object)) do
    members[position] = { key, object[key] }
  end
  return json.object(members)
end

--- An entry that says what its document is: indexes of others may be wrong, and ours is not to repeat it.
---@param given table descriptor
---@param found table|nil {media_type, size} of the document, when it was fetched
---@return table entry the given one where it is right
function entry.true_to(given, found)
  if not found or found.media_type == given.media_type and found.size == given.size then
    return given
  end
  local changed = entry.with(given, {})
  changed.media_type, changed.size = found.media_type, found.size
  if changed.json then
    changed.json.mediaType, changed.json.size = found.media_type, found.size
  end
  return changed
end

--- An entry with other values for some of its fields; its JSON follows, every other field of it stays.
---@param given table descriptor
---@param changes table platform, annotations (whole, as they are to be; false for none) and/or artifact_type
---@return table changed a new descriptor
function entry.with(given, changes)
  local changed = merged(given)
  local object = given.json and copy_of(given.json) ---@type table?
  changed.json = object
  if changes.platform ~= nil then
    changed.platform = changes.platform or nil
    if object then
      object.platform = changed.platform and platform.to_json(changed.platform)
    end
  end
  if changes.annotations ~= nil then
    changed.annotations = changes.annotations or nil
    if object then
      object.annotations = json.sorted_object(changed.annotations)
    end
  end
  if changes.artifact_type then
    changed.artifact_type = changes.artifact_type
    if object then
      object.artifactType = changes.artifact_type
    end
  end
  return changed
end

return entry
