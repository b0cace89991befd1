--- What differs between two lists of images, and between two images. Pure.

local choice = require("manifest.document.platform_choice")
local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local text = require("manifest.base.text")

local contrast = {}

--- Entries by key, and those that share a key or have none, in order.
local function by_platform(entries)
  local keys, lists, rest = {}, {}, {}
  for _, entry in ipairs(entries) do
    local key = choice.key(entry)
    if not key then
      rest[#rest + 1] = entry
    else
      if not lists[key] then
        lists[key] = {}
        keys[#keys + 1] = key
      end
      table.insert(lists[key], entry)
    end
  end
  return keys, lists, rest
end

--- Entries without a platform (attestations and the like) are the same only when their digests are.
local function pair_rest(found, old, new)
  local there = {}
  for _, entry in ipairs(new) do
    there[entry.digest] = true
  end
  for _, entry in ipairs(old) do
    if there[entry.digest] then
      there[entry.digest] = nil
    else
      found.removed[#found.removed + 1] = entry
    end
  end
  for _, entry in ipairs(new) do
    if there[entry.digest] then
      found.added[#found.added + 1] = entry
    end
  end
end

local function pair_lists(found, old, new)
  for position = 1, math.max(#old, #new) do
    local a, b = old[position], new[position]
    if not b then
      found.removed[#found.removed + 1] = a
    elseif not a then
      found.added[#found.added + 1] = b
    else
      found.changed[#found.changed + 1] = { old = a, new = b }
    end
  end
end

--- Pairs the entries of two lists by platform.
---@param old table[] descriptors
---@param new table[]
---@return table found {added, removed, changed = {{old, new}}: all pairs, the same ones too}
function contrast.pair(old, new)
  local found = { added = {}, removed = {}, changed = {} }
  local keys, old_lists, old_rest = by_platform(old)
  local new_keys, new_lists, new_rest = by_platform(new)
  for _, key in ipairs(keys) do
    pair_lists(found, old_lists[key], new_lists[key] or {})
  end
  for _, key in ipairs(new_keys) do
    if not old_lists[key] then
      pair_lists(found, {}, new_lists[key])
    end
  end
  pair_rest(found, old_rest, new_rest)
  return found
end

--- A JSON value as text to compare and to show.
local function shown(value)
  if value == nil or value == json.null then
    return nil
  end
  return type(value) == "string" and value or json.encode(value)
end

local function note(changes, what, name, old, new)
  if old ~= new then
    changes[#changes + 1] = { what = what, name = name, old = old, new = new }
  end
end

local function note_tables(changes, what, old, new)
  local all = {}
  for _, side in ipairs({ old or {}, new or {} }) do
    for name in pairs(side) do
      all[name] = true
    end
  end
  for _, name in ipairs(text.sorted_keys(all)) do
    note(changes, what, name, shown((old or {})[name]), shown((new or {})[name]))
  end
end

local function digests_of(layers)
  local set = {}
  for _, layer in ipairs(layers) do
    set[layer.digest] = (set[layer.digest] or 0) + 1
  end
  return set
end

--- Layers that only one side has; when the sets are the same and the order is not, that.
local function note_layers(changes, old, new)
  local before, after, count = digests_of(old), digests_of(new), #changes
  for _, layer in ipairs(old) do
    if not after[layer.digest] then
      note(changes, "layer", nil, layer.digest, nil)
    end
  end
  for _, layer in ipairs(new) do
    if not before[layer.digest] then
      note(changes, "layer", nil, nil, layer.digest)
    end
  end
  if #changes > count then
    return
  end
  local function order(layers)
    local list = {}
    for index, layer in ipairs(layers) do
      list[index] = layer.digest
    end
    return table.concat(list, " ")
  end
  note(changes, "layers", "order", order(old), order(new))
end

--- The members of an object but for some, `false` among them.
local function without(object, left_out)
  local fields = {}
  for name, value in pairs(object) do
    if not left_out[name] then
      fields[name] = value
    end
  end
  return fields
end

local SHOWN_ELSEWHERE = { rootfs = true, history = true, config = true }
local LABELS = { Labels = true }

local function object_or_nil(value)
  return json.is_object(value) and value or nil
end

local function note_config(changes, old, new)
  old, new = object_or_nil(old) or {}, object_or_nil(new) or {}
  note_tables(changes, "config", without(old, SHOWN_ELSEWHERE), without(new, SHOWN_ELSEWHERE))
  local before, after = object_or_nil(old.config) or {}, object_or_nil(new.config) or {}
  local labels_before, labels_after = object_or_nil(before.Labels), object_or_nil(after.Labels)
  note_tables(changes, "config", without(before, LABELS), without(after, LABELS))
  note_tables(changes, "label", labels_before, labels_after)
end

--- What is not the same in two images of one platform.
---@param pair table {old, new = descriptors, old_parts, new_parts = {image, config}}
---@return table[] changes {what, name, old, new}
local function changes_of(pair)
  local changes = {}
  note(changes, "media type", nil, pair.old.media_type, pair.new.media_type)
  note_tables(changes, "entry annotation", pair.old.annotations, pair.new.annotations)
  note(changes, "platform", nil, platform.format(pair.old.platform or {}), platform.format(pair.new.platform or {}))
  local old, new = pair.old_parts and pair.old_parts.image, pair.new_parts and pair.new_parts.image
  if old and new then
    note_layers(changes, old.layers, new.layers)
    note_config(changes, pair.old_parts.config, pair.new_parts.config)
    note_tables(changes, "annotation", old.annotations, new.annotations)
    note(changes, "artifact type", nil, old.artifact_type, new.artifact_type)
  end
  return changes
end

local function named(entry)
  return { platform = entry.platform, digest = entry.digest, media_type = entry.media_type, size = entry.size }
end

local function named_all(entries)
  local list = {}
  for index, entry in ipairs(entries) do
    list[index] = named(entry)
  end
  return list
end

local function side_of(side)
  return { reference = side.at.text, digest = side.root.digest, media_type = side.root.media_type }
end

--- The order of the same entries is told, since it alone may be what differs.
local function note_order(report, old, new)
  if #report.added > 0 or #report.removed > 0 then
    return
  end
  local function order(side)
    local list = {}
    for index, entry in ipairs(side.root.view.entries or {}) do
      list[index] = choice.key(entry) and platform.format(entry.platform) or entry.digest
    end
    return table.concat(list, ", ")
  end
  note(report.changes, "order", nil, order(old), order(new))
end

--- Everything that differs.
---@param found table of pair, what changed loaded
---@param old table {at = of call:open, root = node of its graph}
---@param new table
function contrast.report(found, old, new)
  local report = {
    old = side_of(old), new = side_of(new), equal = old.root.digest == new.root.digest,
    added = named_all(found.added), removed = named_all(found.removed), changed = {}, same = 0, changes = {},
  }
  for _, pair in ipairs(found.changed) do
    local changes = changes_of(pair)
    if pair.old.digest == pair.new.digest and #changes == 0 then
      report.same = report.same + 1
    else
      report.changed[#report.changed + 1] = {
        platform = pair.new.platform, old = pair.old.digest, new = pair.new.digest, changes = changes,
      }
    end
  end
  if not report.equal then
    note_order(report, old, new)
    note(report.changes, "media type", nil, old.root.media_type, new.root.media_type)
    local function annotations_of(side)
      return side.root.kind == "index" and side.root.view.annotations or nil
    end
    note_tables(report.changes, "annotation", annotations_of(old), annotations_of(new))
  end
  return report
end

return contrast
