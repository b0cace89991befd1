--- tree: what a reference names, down to the layers, with sizes, and what refers to it.
--
-- A damaged part does not hide the rest: its node says what is wrong with it.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local referrer_list = require("manifest.repository.referrer_list")
local walk = require("manifest.graph.walk")

local tree = declare.verb {
  name = "tree", network = true,
  arguments = { { "ref", "location", help = "Where to begin" } },
  options = { referrers = { "boolean", default = true, help = "Ask for referrers, too" } },
  examples = {
    "tree docker.io/library/alpine:3",
    "tree --referrers=false --json oci:/backup/app:1.0",
  },
}

--- Referrers may have referrers; deeper than this nobody looks.
local MAX_DEPTH = 4

---@class manifest.TreeNode
---@field reference string? of the root
---@field kind "index"|"image"|"artifact"|"blob"|"missing"|"referrer"
---@field media_type string
---@field digest string
---@field size integer?
---@field platform manifest.Platform?
---@field annotations table<string, string>?
---@field artifact_type string?
---@field children manifest.TreeNode[]?
---@field config manifest.Descriptor?
---@field layers manifest.Descriptor[]?
---@field referrers manifest.TreeNode[]?
---@field err manifest.Error? why it could not be read
---@field again boolean? its parts were shown above
---@field total {manifests: integer, blobs: integer, size: integer}? of the root

--- A walked node as a part of the answer. A node met again is shown once with its parts, then by name.
local function shown_of(edge, seen)
  local node, entry = edge.node, edge.entry
  local shown = {
    kind = node.err and "missing" or node.kind, media_type = node.media_type, digest = node.digest, size = node.size,
    platform = platform.said(edge), annotations = entry.annotations, err = node.err,
  }
  if seen[node] then
    shown.again = true
    return shown
  end
  seen[node] = true
  local view = node.view or {}
  shown.artifact_type, shown.annotations = view.artifact_type, shown.annotations or view.annotations
  shown.config, shown.layers = view.config, view.layers
  shown.children = node.edges and {}
  for position, below in ipairs(node.edges or {}) do
    below.parent = edge
    shown.children[position] = shown_of(below, seen)
  end
  return shown
end

--- Bytes of all distinct blobs and manifests, indexes among them, and how many.
local function total_of(list)
  local seen, total = {}, { manifests = 0, blobs = 0, size = 0 }
  for _, node in ipairs(list) do
    if node.kind ~= "blob" then
      total.manifests, total.size = total.manifests + 1, total.size + (node.size or 0)
    end
    for _, blob in ipairs(node:blobs()) do
      if not seen[blob.digest] then
        seen[blob.digest] = true
        total.blobs, total.size = total.blobs + 1, total.size + blob.size
      end
    end
  end
  return total
end

--- What something may refer to, each digest once.
local function subjects_of(shown, into, seen)
  if not seen[shown.digest] and shown.kind ~= "missing" and shown.kind ~= "blob" then
    seen[shown.digest] = true
    into[#into + 1] = shown
  end
  for _, child in ipairs(shown.children or {}) do
    subjects_of(child, into, seen)
  end
  return into
end

--- Adds the referrers of some nodes, then theirs, as many as may be.
local function add_referrers(call, repository, list, depth, seen, allowed)
  if depth > MAX_DEPTH or #list == 0 then
    return
  end
  local lists = call:each(list, function(shown)
    return referrer_list.of(repository, shown.digest)
  end)
  local fresh = {}
  for position, found in ipairs(lists) do
    list[position].referrers = #found > 0 and found or nil
    for _, referrer in ipairs(found) do
      referrer.kind = "referrer"
      if not seen[referrer.digest] then
        seen[referrer.digest] = true
        fresh[#fresh + 1] = referrer
      end
    end
  end
  allowed:take(#fresh, 0)
  add_referrers(call, repository, fresh, depth + 1, seen, allowed)
end

--- A request a document, and one a document for its referrers.
---@param call manifest.Call
---@param given string|manifest.Location
---@param o manifest.TreeOptions
---@return manifest.TreeNode
function tree.run(call, given, o)
  local at = call:open(given)
  local _ <close> = failure.about(at.text)
  local root = nodes.open(call, at)
  local list = walk.all(root, { tolerant = true })
  local shown = shown_of({ node = root, entry = root }, {})
  if o.referrers then
    local seen = {}
    add_referrers(call, at.repository, subjects_of(shown, {}, seen), 1, seen, nodes.budget(call.options))
  end
  shown.reference, shown.total = at.text, total_of(list)
  return shown
end

return tree
