--- A document to copy, with all its platforms or a choice of them, with its attestations or without, or these alone.
--
-- With a choice, an index is either written anew with the chosen entries alone (so its digest changes), or copied as it
-- is although some of its images are missing then (sparse: the digest stays, and some registries refuse it). An index
-- in it is treated alike.

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local digest = require("manifest.name.digest")
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local platform_name = require("manifest.name.platform")
local walk = require("manifest.graph.walk")

local selection = {}

--- The images that stay for some platforms, and the attestations about those. A platform that nothing has is a failure;
--- an image alone, which is copied as it is, must be for one of them: under a name that promises another one nobody
--- would notice.
---@param root manifest.Node
---@param wanted table[] platforms
---@return table keep [digest] = true
local function images_to_keep(root, wanted)
  local edges, keep = platform.images(root, { wanted = wanted }), {}
  local missing = choice.missing(edges, wanted)
  if #missing > 0 and (root.kind == "index" or #missing == #wanted) then
    failure.fail {
      code = "not_found", message = "there is no image for " .. platform_name.format(missing[1]),
      hint = root.kind == "index" and "there are " .. choice.describe(edges)
        or "it is one image, for " .. platform_name.format((edges[1] --[[@as manifest.Edge]]).platform or {}),
    }
  end
  for _, one in ipairs(wanted) do
    for _, position in ipairs(choice.find(edges, { platform = one })) do
      keep[(edges[position] --[[@as manifest.Edge]]).node.digest] = true
    end
  end
  for _, edge in ipairs(edges) do
    if attestation.is(edge.entry) and keep[attestation.subject(edge.entry) or ""] then
      keep[edge.node.digest] = true
    end
  end
  return keep
end

--- Takes out of a document's JSON what does not stay; what stays is what its own document is.
local function rewrite(node, kept)
  local index = node:decoded()
  for position = #index.entries, 1, -1 do
    local child = kept[position]
    if child then
      local entry = index.json.manifests[position]
      entry.mediaType, entry.digest, entry.size = child.media_type, child.digest, child.size
    else
      document.remove(index, position)
    end
  end
  local raw = document.serialise(index.json) --[[@as string]] -- it was read, so it can be written
  return { kept = raw, digest = digest.of(raw), size = #raw }
end

--- Whether an entry of an index may stay, by what it is. An index in it does as far as something of it stays.
local function is_wanted(entry, attestations)
  if attestation.is(entry) then
    return attestations ~= "drop"
  end
  return attestations ~= "only" or media_type.kind(entry.media_type) == "index"
end

--- An index with what stays, and without the indexes in it of which none stays.
---@param keep table|nil by digest: true; nil: whatever is wanted by what it is
---@param pruned table<manifest.Node, any> by node: what came of it
local function prune(node, keep, options, pruned)
  if pruned[node] then
    return pruned[node]
  end
  local edges, kept, is_whole = {}, {}, true
  for position, entry in ipairs(node.view.entries) do
    local child = node:child(entry)
    local stays = (not keep or keep[child.digest]) and is_wanted(entry, options.attestations) and not child.is_absent
    if child.kind == "index" then -- one that is for other platforms was not fetched
      child = child.view and prune(child, keep, options, pruned) or child
      stays = child.view and #child.edges > 0
    end
    if stays then
      kept[position], edges[#edges + 1] = child, { node = child, entry = entry }
    end
    is_whole = is_whole and stays and child.digest == entry.digest or false
  end
  local fields = not is_whole and not options.sparse and rewrite(node, kept) or {}
  fields.edges = edges
  pruned[node] = node:with(fields)
  return pruned[node]
end

--- Refuses a choice that leaves nothing.
local function refuse_nothing(is_index, attestations)
  failure.fail {
    code = "not_found",
    message = attestations == "only" and "there is no attestation" or "there is nothing but attestations",
    hint = is_index and "look at it with 'manifest tree'" or "it is one image, and no index that has some",
  }
end

--- Fetches a document with what is to be copied of it.
---@param call manifest.Call
---@param answer table of read.document_at
---@param options table platforms (list of platform tables, or nil for all), sparse, attestations ("keep", "drop",
--- "only"), all_tags (images alone are copied whatever their platform)
---@return manifest.Node root walked
function selection.gather(call, answer, options)
  local root, attestations = nodes.root(call, answer), options.attestations or "keep"
  local is_choice = options.platforms or attestations ~= "keep"
  if not is_choice or (root.kind ~= "index" and options.all_tags) then
    walk.all(root)
    return root
  end
  local keep = options.platforms and images_to_keep(root, options.platforms)
  if root.kind ~= "index" then
    return attestations == "only" and refuse_nothing(false, attestations) or root
  end
  walk.all(root, { want = function(entry)
    local is_index = media_type.kind(entry.media_type) == "index"
    return is_wanted(entry, attestations)
      and (not keep or keep[entry.digest] or is_index and root:child(entry).is_loaded)
  end })
  local pruned = prune(root, keep, options, {})
  if #pruned.edges == 0 and #root.view.entries > 0 then
    refuse_nothing(true, attestations)
  end
  return pruned
end

return selection
