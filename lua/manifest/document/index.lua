--- Indexes and manifest lists: read, built, edited and written.
--
-- An edit works on the JSON that was read, so what this module does not know stays in place. What is written has the
-- bytes docker writes: three spaces, Go's escapes, no newline at the end.

local descriptor = require("manifest.document.descriptor")
local entry_of = require("manifest.document.entry")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local kinds = require("manifest.document.kind")

local try = failure.try

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local document = {}

--- Reads an index or a manifest list.
---@param bytes string
---@param outer string|nil media type it was sent with
---@return_overload table index {kind = "index", media_type, size, entries = descriptors, annotations, artifact_type,
--- subject, json}
---@return_overload nil, table err invalid_json, invalid_manifest, ambiguous, unsupported, too_large
function document.read(bytes, outer)
  local seen = try(kinds.read(bytes, outer))
  if seen.kind ~= "index" then
    failure.fail { code = "invalid_manifest", message = "the document is the manifest of one image, not an index" }
  end
  return document.of(seen, #bytes)
end

--- The same of a document that kinds.read has read already.
---@param seen table of kinds.read
---@param size integer bytes of the document
---@return_overload table index as document.read gives it
---@return_overload nil, table err invalid_manifest, too_large
function document.of(seen, size)
  if seen.json.manifests == json.null then
    seen.json.manifests = json.array()
  end
  local entries = try(descriptor.read_list(seen.json.manifests, "the index", "manifests", "entry", "entries"))
  local index = try(descriptor.read_rest(seen, size, "the index"))
  index.kind, index.entries = "index", entries
  return index
end

--- The media type docker gives a list of these entries: the first one decides.
---@param entries table[] descriptors
---@return string media_type
function document.docker_type(entries)
  local first = entries[1]
  return first and first.media_type == media_type.oci_manifest and media_type.oci_index or media_type.docker_list
end

--- Builds the JSON of an index.
---@param given table entries (descriptors, in order); optional: media_type (default: docker's rule), annotations,
--- artifact_type, subject (a descriptor)
---@return table object ordered JSON, for document.serialise
function document.build(given)
  return json.object({
    { "schemaVersion", 2 },
    { "mediaType", given.media_type or document.docker_type(given.entries) },
    { "artifactType", given.artifact_type },
    { "manifests", descriptor.list_to_json(given.entries) },
    { "subject", given.subject and descriptor.to_json(given.subject) or nil },
    { "annotations", json.sorted_object(given.annotations) },
  })
end

--- The bytes of an index: what is pushed, and what its digest is over.
---@param object table ordered JSON of document.build, or of an index that was read and edited
---@return_overload string bytes
---@return_overload nil, table err invalid_json: a value that JSON does not have
function document.serialise(object)
  return json.encode(object, { indent = "   ", html = true })
end

--- Puts an entry into an index that was read: behind the others, or at a position.
---@param index table of document.read
---@param entry table descriptor
---@param position integer|nil
function document.insert(index, entry, position)
  position = position or #index.entries + 1
  table.insert(index.entries, position, entry)
  table.insert(index.json.manifests, position, descriptor.to_json(entry))
end

--- Takes an entry out of an index that was read.
---@param index table of document.read
---@param position integer
---@return table entry the descriptor that was there
function document.remove(index, position)
  table.remove(index.json.manifests, position)
  return table.remove(index.entries, position)
end

--- Gives an index that was read other entries. Those that have their JSON keep it.
---@param entries table[] descriptors
---@param index table of document.read
function document.set_entries(index, entries)
  index.entries = entries
  index.json.manifests = descriptor.list_to_json(entries)
end

--- Makes an index that was read one of another type. One that does not say its type goes on not to say it, unless the
--- type changes.
---@param index table of document.read
---@param kind string media type
function document.set_media_type(index, kind)
  if index.media_type ~= kind then
    index.media_type = kind
    index.json.mediaType = kind
  end
end

--- Sets annotations of the index itself; they are merged with its own, an empty value removes one.
---@param index table of document.read
---@param annotations table
function document.annotate(index, annotations)
  index.annotations = entry_of.merge_annotations(index.annotations, annotations)
  index.json.annotations = json.sorted_object(index.annotations)
end

failure.edge(document)

return document
