--- What a source gives to an index: one entry for an image; the entries of an index, or (nested) the index itself.
--
-- Pure. An entry is a descriptor with: json (when it came out of an index), from (the source's name), node (its
-- document, if it was fetched), config (true: its platform is in its config, still to be read).

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local descriptor = require("manifest.document.descriptor")
local entry_of = require("manifest.document.entry")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local tree = require("manifest.graph.tree")

local amend, fail, try = failure.amend, failure.fail, failure.try

local flatten = {}

local IMAGE_CONFIGS = { [media_type.docker_config] = true, [media_type.oci_config] = true }

--- Whether a node is an image of some platform; an artifact has a manifest too, but no platform.
local function is_image(node)
  return node.kind == "image" and IMAGE_CONFIGS[node.read.config.media_type] == true
end

--- Applies what the caller says of a source's entry. A platform that is not whole waits for the one in the config.
---@param one table source
---@param entry table
---@return table entry a new one
local function change(one, entry)
  local changes = { artifact_type = one.artifact_type }
  local override = one.platform
  if override and (override.whole or entry.platform) then
    changes.platform = entry_of.merge_platform(entry.platform, override)
    entry.config = nil
  end
  if one.annotations then
    changes.annotations = entry_of.merge_annotations(entry.annotations, one.annotations) or false
  end
  if next(changes) then
    return entry_of.with(entry, changes)
  end
  return entry
end

--- The entry for a document that stands for itself.
local function entry_of_node(one, node)
  local entry = {
    media_type = node.media_type, digest = node.digest, size = node.size, from = one.text, node = node,
    config = is_image(node) or nil,
  }
  if node.kind == "index" then
    entry.artifact_type = node.index.artifact_type
  elseif not entry.config then
    local kind = node.read.config.media_type
    entry.artifact_type = node.read.artifact_type or (kind ~= media_type.oci_empty and kind or nil)
  end
  return entry
end

local function wanted_platform(one, entry)
  if #one.platforms == 0 then
    return true
  end
  for _, platform in ipairs(one.platforms) do
    if choice.fits(platform, entry) then
      return true
    end
  end
  return false
end

--- Whether the entry of an index goes into ours.
local function is_taken(one, entry)
  if attestation.is(entry) then
    return one.attestations ~= "drop"
  end
  return one.attestations ~= "only" and wanted_platform(one, entry)
end

--- Whether the document of an index's entry must be fetched: to copy it, to look into it, and to see what it is, for
--- what an index of others says of it goes into one of ours.
---@param one table source
---@param is_elsewhere boolean the source is not in the target's repository
---@return function want for tree.gather
function flatten.wants(one, is_elsewhere)
  local known = {}

  --- An attestation about an image of the same index that is not taken.
  local function is_strange(child, parent)
    if #one.platforms == 0 or one.attestations ~= "keep" or not attestation.is(child) then
      return false
    end
    known[parent] = known[parent] or tree.by_digest(parent.index.entries)
    local subject = known[parent][attestation.subject(child) or ""]
    return subject ~= nil and not is_taken(one, subject)
  end

  return function(child, parent)
    if one.nested then
      return is_elsewhere
    end
    if media_type.is_index(child.media_type) then
      return not child.platform or wanted_platform(one, child)
    end
    return is_taken(one, child) and not is_strange(child, parent)
      and (is_elsewhere or media_type.is_manifest(child.media_type))
  end
end

local function add_entries(one, node, into)
  local nodes, absent = tree.by_digest(node.children), node.absent or {}
  for position, read in ipairs(node.index.entries) do
    local child = nodes[read.digest]
    if child and child.kind == "index" then
      add_entries(one, child, into)
    elseif is_taken(one, read) and not absent[read.digest] then
      local entry = entry_of.with(read, {})
      entry.json, entry.from, entry.node = node.index.json.manifests[position], one.text, child
      entry = entry_of.true_to(entry, child)
      entry.config = not read.platform and child ~= nil and child.kind == "image" and is_image(child) or nil
      into[#into + 1] = entry
    end
  end
end

--- Attestations of images that were not chosen go without a word.
local function without_strangers(entries)
  local present, kept = {}, {}
  for _, entry in ipairs(entries) do
    present[entry.digest] = true
  end
  for _, entry in ipairs(entries) do
    local subject = attestation.is(entry) and attestation.subject(entry)
    if not subject or present[subject] then
      kept[#kept + 1] = entry
    end
  end
  return kept
end

local function count_images(entries)
  local count = 0
  for _, entry in ipairs(entries) do
    count = count + (attestation.is(entry) and 0 or 1)
  end
  return count
end

local function check_flat(one, node, entries)
  if #one.platforms > 0 and count_images(entries) == 0 and one.attestations ~= "only" then
    fail {
      code = "not_found", message = ("%s has no image of the platforms asked for"):format(one.text),
      hint = "it has " .. choice.describe(node.index.entries),
    }
  end
  if one.platform and count_images(entries) > 1 then
    fail {
      code = "invalid_argument", message = ("%s is several images, which cannot all get one platform"):format(one.text),
      hint = "choose one of them by its digest, or with 'platforms'",
    }
  end
end

--- The entries that a source gives.
---@param one table source, with text
---@param node table tree of what it names
---@return table[] entries
function flatten.entries(one, node)
  if node.kind ~= "index" or one.nested then
    return { change(one, entry_of_node(one, node)) }
  end
  local entries = {}
  add_entries(one, node, entries)
  if #one.platforms > 0 and one.attestations == "keep" then
    entries = without_strangers(entries)
  end
  check_flat(one, node, entries)
  for position, entry in ipairs(entries) do
    if not attestation.is(entry) then
      entries[position] = change(one, entry)
    end
  end
  return entries
end

local function decode(given)
  local text = type(given) == "table" and try(json.encode(given.mediaType and given or descriptor.to_json(given)))
    or given
  local _ <close> = amend(function(err)
    err:with({ hint = "write it as 'manifest resolve --json' prints it" })
  end)
  return try(json.decode(text))
end

--- A descriptor that the caller wrote, read.
---@param given string|table JSON text; or a table with the JSON's names, or with this module's
---@return table descriptor with json
function flatten.read_descriptor(given)
  local object = decode(given)
  local read = try(descriptor.read_given(object))
  read.json = object
  return read
end

--- The entry for a descriptor that the caller wrote; its document must be what it says.
---@param one table source
---@param read table of read_descriptor
---@param node table the document
---@return table entry
function flatten.entry_of_descriptor(one, read, node)
  if read.size ~= node.size or read.media_type ~= node.media_type then
    fail {
      code = "invalid_argument",
      message = ("the descriptor says that %s is %s of %d bytes, it is %s of %d"):format(read.digest, read.media_type,
        read.size, node.media_type, node.size),
      hint = "correct the descriptor",
    }
  end
  read.from, read.node = one.text, node
  read.config = not read.platform and not attestation.is(read) and is_image(node) or nil
  return change(one, read)
end

return flatten
