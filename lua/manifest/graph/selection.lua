--- A document to copy, with all its platforms or a choice of them.
--
-- With a choice, the index is either written anew with the chosen entries alone (so its digest changes), or copied as
-- it is although some of its images are missing then (sparse: the digest stays, and some registries refuse it).

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local entry_of = require("manifest.document.entry")
local failure = require("manifest.base.failure")
local platform = require("manifest.name.platform")
local read = require("manifest.graph.read")
local transfer = require("manifest.graph.transfer")
local tree = require("manifest.graph.tree")

local fail, try = failure.fail, failure.try

local selection = {}

local function no_image(wanted, hint)
  fail { code = "not_found", message = "there is no image for " .. platform.format(wanted), hint = hint }
end

--- Which entries of an index stay for some platforms: their images, and the attestations about those. A platform that
--- no entry has is a failure.
local function entries_to_keep(entries, wanted)
  local missing = choice.missing(entries, wanted)
  if #missing > 0 then
    no_image(missing[1], "there are " .. choice.describe(entries))
  end
  local keep = {}
  for _, one in ipairs(wanted) do
    for _, position in ipairs(choice.find(entries, { platform = one })) do
      keep[entries[position].digest] = true
    end
  end
  for _, entry in ipairs(entries) do
    if attestation.is(entry) and keep[attestation.subject(entry) or ""] then
      keep[entry.digest] = true
    end
  end
  return keep
end

local function are_all_kept(entries, keep)
  for _, entry in ipairs(entries) do
    if not keep[entry.digest] then
      return false
    end
  end
  return true
end

--- The index without the entries that do not stay. Those that do are what their documents are.
local function rewrite(root, answer, keep)
  local index = try(document.read(answer.bytes, answer.media_type))
  local nodes, entries = tree.by_digest(root.children), {}
  for position, entry in ipairs(index.entries) do
    entry.json = index.json.manifests[position]
    entries[#entries + 1] = keep[entry.digest] and entry_of.true_to(entry, nodes[entry.digest]) or nil
  end
  document.set_entries(index, entries)
  root.bytes = document.serialise(index.json)
  root.digest, root.size = digest.of(root.bytes), #root.bytes
  return root
end

--- An image alone: copied under a name that promises another platform, nobody would notice.
local function check_image(verb, answer, wanted)
  local image = try(read.read_image(answer, verb, answer.digest))
  local found = try(read.platform(verb, answer.digest, answer.repository, image))
  if #choice.missing({ { platform = found } }, wanted) == #wanted then
    no_image(wanted[1], "it is one image, for " .. platform.format(found))
  end
end

--- Fetches a document with what is to be copied of it.
---@param call manifest.Call
---@param answer table of read.document_at
---@param options table platforms (list of platform tables, or nil for all), sparse, all_tags (images alone are copied
--- whatever their platform)
---@return table tree of transfer.gather
function selection.gather(call, answer, options)
  local wanted, is_image = options.platforms, answer.shape.kind == "image"
  if wanted and is_image and not options.all_tags then
    check_image(call.verb, answer, wanted)
  end
  if not wanted or is_image then
    return try(transfer.gather(call.context, answer.repository, answer))
  end
  local entries = try(document.of(answer.shape, answer.size)).entries
  local keep = entries_to_keep(entries, wanted)
  local root = try(transfer.gather(call.context, answer.repository, answer, { want = function(entry, parent)
    return parent.digest ~= answer.digest or keep[entry.digest]
  end }))
  for absent in pairs(root.absent or {}) do
    keep[absent] = nil
  end
  if options.sparse or are_all_kept(entries, keep) then
    return root
  end
  return rewrite(root, answer, keep)
end

return selection
