--- What a source gives to an index: one entry for an image; the entries of an index, or (nested) the index itself.
--
-- Pure. An entry is a descriptor with: json (when it came out of an index), from (the source's name), node (of what it
-- names), config (true: its platform is in its config, still to be read).

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local descriptor = require("manifest.document.descriptor")
local entry_of = require("manifest.document.entry")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local platform_name = require("manifest.name.platform")

local amend, fail, try = failure.amend, failure.fail, failure.try

local flatten = {}

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
    config = node.kind == "image" or nil, artifact_type = node.view.artifact_type,
  }
  if node.kind == "artifact" and not entry.artifact_type and node.view.config then
    local kind = node.view.config.media_type
    entry.artifact_type = kind ~= media_type.oci_empty and kind or nil
  end
  return entry
end

local function is_wanted(one, edge)
  if #one.platforms == 0 then
    return true
  end
  for _, platform in ipairs(one.platforms) do
    if choice.fits(platform, edge) then
      return true
    end
  end
  return false
end

--- What goes into our index of what another one leads to.
---@param one table source
---@param edges manifest.Edge[] with their platforms
---@return manifest.Edge[] taken attestations of images that were not chosen go without a word
function flatten.taken(one, edges)
  local images, taken = {}, {}
  for _, edge in ipairs(edges) do
    images[edge.digest] = not attestation.is(edge) and is_wanted(one, edge) or nil
  end
  for _, edge in ipairs(edges) do
    local is_taken = one.attestations ~= "only" and images[edge.digest]
    if attestation.is(edge) then
      local is_free = #one.platforms == 0 or one.attestations == "only" or not attestation.subject(edge)
      is_taken = one.attestations ~= "drop" and (is_free or images[attestation.subject(edge)])
    end
    taken[#taken + 1] = is_taken and edge or nil
  end
  return taken
end

--- The entry of an index, with its JSON, as what its document is, and with the platform that is said elsewhere.
local function entry_of_edge(one, edge, documents)
  documents[edge.index] = documents[edge.index] or edge.index:decoded().json.manifests
  local entry = entry_of.with(edge.entry, {})
  entry.json = documents[edge.index][edge.position]
  entry = entry_of.true_to(entry, edge.node.is_loaded and edge.node or nil)
  if edge.platform and edge.platform ~= edge.entry.platform then
    entry = entry_of.with(entry, { platform = edge.platform })
  elseif entry.platform and not platform_name.is_whole(entry.platform) and not attestation.is(entry) then
    entry = entry_of.with(entry, { platform = false }) -- Go writes empty names for none
  end
  entry.from, entry.node = one.text, edge.node
  entry.config = not entry.platform and not attestation.is(entry) and edge.node.kind == "image" or nil
  return entry
end

local function count_images(entries)
  local count = 0
  for _, entry in ipairs(entries) do
    count = count + (attestation.is(entry) and 0 or 1)
  end
  return count
end

local function check_flat(one, edges, entries)
  if #one.platforms > 0 and count_images(entries) == 0 and one.attestations ~= "only" then
    fail {
      code = "not_found", message = ("%s has no image of the platforms asked for"):format(one.text),
      hint = "it has " .. choice.describe(edges),
    }
  end
  if one.platform and count_images(entries) > 1 then
    fail {
      code = "invalid_argument", message = ("%s is several images, which cannot all get one platform"):format(one.text),
      hint = "choose one of them by its digest, or with 'platforms'",
    }
  end
end

--- The entry of a source that is one document.
---@param one table source, with text
---@param node manifest.Node
---@return table entry
function flatten.single(one, node)
  return change(one, entry_of_node(one, node))
end

--- The entries of a source that is an index.
---@param one table source, with text
---@param edges manifest.Edge[] of all that it leads to, with their platforms
---@param taken manifest.Edge[] of them those that go into ours
---@return table[] entries
function flatten.entries(one, edges, taken)
  local entries, documents = {}, {}
  for position, edge in ipairs(taken) do
    entries[position] = entry_of_edge(one, edge, documents)
  end
  check_flat(one, edges, entries)
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
---@param said table of read_descriptor
---@param node manifest.Node of the document
---@return table entry
function flatten.entry_of_descriptor(one, said, node)
  if said.size ~= node.size or said.media_type ~= node.media_type then
    fail {
      code = "invalid_argument", hint = "correct the descriptor",
      message = ("the descriptor says that %s is %s of %d bytes, it is %s of %d"):format(said.digest, said.media_type,
        said.size, node.media_type, node.size),
    }
  end
  said.from, said.node = one.text, node
  said.config = not said.platform and not attestation.is(said) and node.kind == "image" or nil
  return change(one, said)
end

return flatten
