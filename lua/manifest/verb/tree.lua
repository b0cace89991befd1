--- tree: what a reference names, down to the layers, with sizes, and what refers to it.
--
-- A damaged part does not hide the rest: its node says what is wrong with it.

local budget = require("manifest.graph.budget")
local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local image = require("manifest.document.image")
local referrer_list = require("manifest.repository.referrer_list")
local walk = require("manifest.graph.walk")

local tree = {}

local OPTIONS = { referrers = "boolean" }

--- Referrers may have referrers; deeper than this nobody looks.
local MAX_DEPTH = 4

local function base(node, entry)
  return {
    kind = node.kind or "missing", media_type = node.media_type, digest = node.digest, size = node.size,
    platform = entry and entry.platform, annotations = entry and entry.annotations, err = node.err,
  }
end

--- A walked node as the tree of the answer. Pure. A node met again is told once with its parts, then by name.
---@param node table of walk.from
---@param entry table|nil the descriptor that names it
---@param told table set of nodes that have been told
function tree.plan(node, entry, told)
  local shown = base(node, entry)
  if told[node] then
    shown.again = true
    return shown
  end
  told[node] = true
  local read = node.image or node.index
  if not read then
    return shown
  end
  shown.artifact_type = read.artifact_type
  shown.annotations = shown.annotations or read.annotations
  if node.image then
    shown.config, shown.layers = read.config, read.layers
    return shown
  end
  shown.children = {}
  for index, child in ipairs(node.entries) do
    shown.children[index] = tree.plan(child.node, child.entry, told)
  end
  return shown
end

--- Bytes of all distinct blobs and documents, and how many. Pure.
---@param walked table of walk.from
---@return table total {documents, blobs, size (bytes)}
function tree.total(walked)
  local seen, total = {}, { documents = 0, blobs = 0, size = 0 }
  for _, node in ipairs(walked.nodes) do
    total.documents, total.size = total.documents + 1, total.size + (node.size or 0)
    for _, blob in ipairs(node.image and image.blobs(node.image) or {}) do
      if not seen[blob.digest] then
        seen[blob.digest] = true
        total.blobs, total.size = total.blobs + 1, total.size + blob.size
      end
    end
  end
  return total
end

--- The nodes that something may refer to, each digest once.
local function subjects_of(shown, into, seen)
  if not seen[shown.digest] and shown.kind ~= "missing" then
    seen[shown.digest] = true
    into[#into + 1] = shown
  end
  for _, child in ipairs(shown.children or {}) do
    subjects_of(child, into, seen)
  end
  return into
end

--- Adds the referrers of some nodes, then theirs, as many as may be.
local function add_referrers(context, repository, nodes, depth, seen, allowed)
  if depth > MAX_DEPTH or #nodes == 0 then
    return true
  end
  local lists, err = context.loop:all(nodes, context.jobs, function(node)
    return referrer_list.of(repository, node.digest)
  end)
  if not lists then
    return nil, err
  end
  local fresh = {}
  for index, list in ipairs(lists) do
    nodes[index].referrers = #list > 0 and list or nil
    for _, referrer in ipairs(list) do
      referrer.kind = "referrer"
      if not seen[referrer.digest] then
        seen[referrer.digest] = true
        fresh[#fresh + 1] = referrer
      end
    end
  end
  local refusal = allowed:take(#fresh, 0)
  if refusal then
    return nil, error_of.new(refusal)
  end
  return add_referrers(context, repository, fresh, depth + 1, seen, allowed)
end

local function look(context, at, options)
  local walked, err = walk.from(context, "tree", at)
  if not walked then
    return nil, err
  end
  local shown = tree.plan(walked.root, nil, {})
  if options.referrers ~= false then
    local seen = {}
    local ok
    ok, err = add_referrers(context, at.repository, subjects_of(shown, {}, seen), 1, seen, budget.new(context.options))
    if not ok then
      return nil, err
    end
  end
  shown.reference, shown.total = at.text, tree.total(walked)
  return shown
end

--- Looks at all that a reference names: a request a document, and one a document for its referrers.
---@param context table
---@param given string|table reference
---@param options table|nil {referrers = false: do not ask for them}
---@return table|nil tree {reference, kind = "index" | "image" | "other" | "missing" | "referrer", media_type, digest,
--- size, platform, annotations, artifact_type, children, config, layers, referrers, err, again; total = {documents,
--- blobs, size} of the root}
---@return table|nil err not_found, unauthorized, denied, invalid_manifest, too_large, ...
function tree.perform(context, given, options)
  options = check.options("tree", options, OPTIONS)
  return context:visit("tree", given, function(at)
    return look(context, at, options)
  end)
end

return tree
