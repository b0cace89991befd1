--- Many sources, one list of entries: no platform twice unless that is meant, attestations with their images. Pure.

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local entry_of = require("manifest.document.entry")
local error_of = require("manifest.base.error")
local platform = require("manifest.name.platform")

local assembly = {}

local function refuse_twice(held, entry, code)
  return nil, error_of.new({
    code = code,
    message = ("there are two images for %s: %s%s and %s%s"):format(platform.format(entry.platform),
      held.from and held.from .. " " or "", held.digest, entry.from and entry.from .. " " or "", entry.digest),
    hint = "leave one out, or say which counts: the later one (option 'replace'), or both (option 'allow_duplicates')",
  })
end

--- The position of the entry that a new one would stand beside: the same document, or one of the same platform.
local function rival(list, entry, key)
  return list.exact[(key or "") .. "\0" .. entry.digest] or key and list.first[key]
end

local function set(list, position, entry, key)
  list.entries[position], list.keys[entry] = entry, key
  list.exact[(key or "") .. "\0" .. entry.digest] = position
  if key then
    list.first[key] = list.first[key] or position
  end
end

--- One entry for a document that was named twice: the first stays, with what the caller says of the second.
local function joined(held, entry)
  local said = entry.source or {}
  if not said.annotations and not said.artifact_type then
    return held
  end
  return entry_of.with(held, {
    annotations = said.annotations and (entry_of.merge_annotations(held.annotations, said.annotations) or false),
    artifact_type = said.artifact_type,
  })
end

--- Puts an entry into a list.
---@param list table {entries, keys = [entry] platform, first = [platform] position, exact = [platform and digest]
--- position}
---@param rules table duplicates = "refuse" (default), "replace" or "allow"; code of the refusal
---@return_overload true ok
---@return_overload nil, table err
local function add(list, entry, rules)
  local key = choice.key(entry)
  local position = rival(list, entry, key)
  local held = list.entries[position]
  if not held or (held.digest ~= entry.digest and rules.duplicates == "allow") then
    set(list, #list.entries + 1, entry, key)
  elseif held.digest == entry.digest then
    list.entries[position] = joined(held, entry)
    list.keys[list.entries[position]] = key
  elseif rules.duplicates == "replace" then
    list.exact[(key or "") .. "\0" .. held.digest] = nil
    set(list, position, entry, key)
  else
    return refuse_twice(held, entry, rules.code or "invalid_argument")
  end
  return true
end

--- The only image of each source, for attestations of it that name none; false where there are more.
---@return table<any, table|false|nil>
local function only_images(entries, keys)
  local found = {}
  for _, entry in ipairs(entries) do
    if keys[entry] then
      found[entry.group] = found[entry.group] == nil and entry
    end
  end
  return found
end

--- Keeps attestations whose image is in the list; one whose link is broken is tied to the only image of its source.
---@return table[] kept
---@return string[] notices
local function settle_attestations(entries, keys)
  local images, kept, notices, has_any = {}, {}, {}, false
  for _, entry in ipairs(entries) do
    local is_one = attestation.is(entry)
    images[entry.digest], has_any = not is_one or nil, has_any or is_one
  end
  if not has_any then
    return entries, notices
  end
  local only = only_images(entries, keys)
  for _, entry in ipairs(entries) do
    local subject = attestation.is(entry) and attestation.subject(entry)
    local image = attestation.is(entry) and not subject and only[entry.group]
    if image then
      notices[#notices + 1] = ("the attestation %s now names %s, the image it came with"):format(entry.digest,
        image.digest)
      entry = entry_of.with(entry, {
        annotations = entry_of.merge_annotations(entry.annotations, attestation.link(image.digest)),
      })
      subject = image.digest
    end
    if not attestation.is(entry) or images[subject] then
      kept[#kept + 1] = entry
    else
      notices[#notices + 1] = ("the attestation %s is left out: its image %s is not in the index"):format(entry.digest,
        subject or "(unnamed)")
    end
  end
  return kept, notices
end

--- Leaves out the attestations whose image was among the old entries and is not among the new ones.
---@param old table[] entries before a change
---@param new table[] entries after it
---@return table[] kept
function assembly.follow(old, new)
  local left, kept = {}, {}
  for _, entry in ipairs(old) do
    left[entry.digest] = true
  end
  for _, entry in ipairs(new) do
    left[entry.digest] = nil
  end
  for _, entry in ipairs(new) do
    if not attestation.is(entry) or not left[attestation.subject(entry) or ""] then
      kept[#kept + 1] = entry
    end
  end
  return kept
end

--- Annotates entries.
---@param entries table[]
---@param list table[] {platform (nil: of all), annotations}
---@param notices string[] gets one for each platform that no entry has
---@return table[] entries
function assembly.annotate(entries, list, notices)
  entries = table.move(entries, 1, #entries, 1, {})
  for _, one in ipairs(list) do
    local found = false
    for position, entry in ipairs(entries) do
      if not one.platform or choice.fits(one.platform, entry) then
        found = true
        entries[position] = entry_of.with(entry, {
          annotations = entry_of.merge_annotations(entry.annotations, one.annotations) or false,
        })
      end
    end
    if not found then
      notices[#notices + 1] = ("there is no image for %s to annotate"):format(platform.format(one.platform or {}))
    end
  end
  return entries
end

--- Joins the entries of several sources.
---@param groups table[][] entries of each source, in order; of an entry (a descriptor) `from` says where it is from,
--- `source` what the caller said of it
---@param rules table|nil duplicates = "refuse", "replace" or "allow"; order = "given" or "platform"; alone = true:
--- attestations without their images are wanted; code of a refusal
---@return_overload table[], string[] entries, and notices
---@return_overload nil, table err
function assembly.join(groups, rules)
  rules = rules or {}
  local list = { entries = {}, keys = {}, first = {}, exact = {} }
  for number, group in ipairs(groups) do
    for _, entry in ipairs(group) do
      entry.group = entry.group or number
      local ok, err = add(list, entry, rules)
      if not ok then
        return nil, err
      end
    end
  end
  local entries, notices = list.entries, {}
  if not rules.alone then
    entries, notices = settle_attestations(entries, list.keys)
  end
  if rules.order == "platform" then
    entries = choice.sorted(entries)
  end
  return entries, notices
end

return assembly
