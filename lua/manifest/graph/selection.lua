--- A document to copy, with all its platforms or a choice of them.
--
-- With a choice, the index is either written anew with the chosen entries alone (so its digest changes), or copied as
-- it is although some of its images are missing then (sparse: the digest stays, and some registries refuse it).

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local copying = require("manifest.graph.transfer")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local platform = require("manifest.name.platform")
local source = require("manifest.graph.read")

local chosen = {}

local function no_image(wanted, hint)
  return nil, error_of.new({
    code = "not_found", message = "there is no image for " .. platform.format(wanted), hint = hint,
  })
end

--- Which entries of an index stay for some platforms: their images, and the attestations about those. Pure.
---@param entries table[] descriptors
---@param wanted table[] platforms
---@return table|nil keep [digest] = true
---@return table|nil err not_found: a platform that no entry has
function chosen.plan(entries, wanted)
  local missing = choice.missing(entries, wanted)
  if #missing > 0 then
    return no_image(missing[1], "there are " .. choice.describe(entries))
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

--- The index without the entries that do not stay.
local function rewrite(root, answer, keep)
  local index, err = document.read(answer.bytes, answer.media_type)
  if not index then
    return nil, err
  end
  for position = #index.entries, 1, -1 do
    if not keep[index.entries[position].digest] then
      document.remove(index, position)
    end
  end
  root.bytes = document.serialise(index.json)
  root.digest, root.size = digest.of(root.bytes), #root.bytes
  return root
end

--- An image alone: copied under a name that promises another platform, nobody would notice.
local function check_image(answer, wanted)
  local read, err = source.read_image(answer, "copy", answer.digest)
  if not read then
    return nil, err
  end
  local found
  found, err = source.platform("copy", answer.digest, answer.repository, read)
  if not found then
    return nil, err
  end
  if #choice.missing({ { platform = found } }, wanted) == #wanted then
    return no_image(wanted[1], "it is one image, for " .. platform.format(found))
  end
  return true
end

--- Fetches a document with what is to be copied of it.
---@param context table
---@param answer table of source.document_at
---@param options table platforms (list of platform tables, or nil for all), sparse, all_tags (images alone are copied
--- whatever their platform)
---@return table|nil tree of copying.gather
---@return table|nil err
function chosen.gather(context, answer, options)
  local wanted = options.platforms
  if wanted and answer.shape.kind == "image" and not options.all_tags then
    local ok, failure = check_image(answer, wanted)
    if not ok then
      return nil, failure
    end
  end
  if not wanted or answer.shape.kind == "image" then
    return copying.gather(context, answer.repository, answer)
  end
  local index, err = document.of(answer.shape, answer.size)
  if not index then
    return nil, err
  end
  local keep
  keep, err = chosen.plan(index.entries, wanted)
  if not keep then
    return nil, err
  end
  local root
  root, err = copying.gather(context, answer.repository, answer, { want = function(entry, parent)
    return parent.digest ~= answer.digest or keep[entry.digest]
  end })
  if not root then
    return nil, err
  end
  local is_all = true
  for _, entry in ipairs(index.entries) do
    is_all = is_all and keep[entry.digest] == true
  end
  if options.sparse or is_all then
    return root
  end
  return rewrite(root, answer, keep)
end

return chosen
