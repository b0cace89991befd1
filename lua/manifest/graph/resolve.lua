--- The image that a pull on a platform takes, by containerd's rule: the best match of an index; of an index in it the
-- same. Only what must be looked into is fetched.

local argument = require("manifest.declare.argument")
local failure = require("manifest.base.failure")
local later = require("manifest.base.later")
local platform_name = require("manifest.name.platform")
local read = require("manifest.graph.read")
local attestation = later("manifest.document.attestation") -- most want no platform
local choice = later("manifest.document.platform_choice")
local explain = later("manifest.graph.explain")
local nodes = later("manifest.graph.node")
local platform = later("manifest.graph.platform")

local fail = failure.fail

local resolve = {}

--- Indexes may name indexes; deeper than this is a trap.
local MAX_DEPTH = 8

--- The edges that a host of the platform could take, best first; those that tell no platform last, in order. Pure.
---@param wanted table platform
---@param edges manifest.Edge[]
---@return manifest.Edge[] candidates
function resolve.ranked(wanted, edges)
  local left, candidates = {}, {}
  for position, edge in ipairs(edges) do
    left[position] = platform.said(edge) or false
  end
  local best = platform_name.best(wanted, left)
  while best do
    candidates[#candidates + 1], left[best] = edges[best], false
    best = platform_name.best(wanted, left)
  end
  for _, edge in ipairs(edges) do
    if not platform.said(edge) and not attestation.is(edge.entry) then
      candidates[#candidates + 1] = edge
    end
  end
  return candidates
end

local function edges_of(node, parent)
  local edges = {}
  for position, entry in ipairs(node.view.entries) do
    edges[position] = { node = node:child(entry), entry = entry, parent = parent }
  end
  return edges
end

--- Finds the edge to the image of a document that a pull on a platform takes.
---@param root manifest.Node loaded
---@param wanted table platform
---@return manifest.Edge|nil edge with `platform`
local function find(root, wanted)
  local function visit(edge, depth)
    if depth > MAX_DEPTH then
      fail { code = "invalid_manifest", message = "the index names indexes without end" }
    end
    local at = edge.node
    edge.platform = at.kind ~= "index" and platform.said(edge) or nil
    if edge.platform then -- an edge is only here when its platform fits
      return edge
    end
    if not failure.allow("not_found", failure.caught(at.load, at)) then
      return nil
    end
    if at.kind ~= "index" then
      edge.platform = platform.of(edge) or {}
      return platform_name.match(wanted, edge.platform) and edge or nil
    end
    for _, below in ipairs(resolve.ranked(wanted, edges_of(at, edge))) do
      local found = visit(below, depth + 1)
      if found then
        return found
      end
    end
  end
  return visit({ node = root, entry = root }, 1)
end

--- Why nothing fits: what there is.
local function platforms_of(root)
  if root.kind ~= "index" then
    return "it is one image, for " .. platform_name.format(platform.of({ node = root, entry = root }) or {})
  end
  local edges = platform.edges(root)
  for _, edge in ipairs(edges) do
    edge.platform = platform.said(edge) or edge.node.configured
  end
  return #edges > 0 and "it has " .. choice.describe(edges) or "it is empty"
end

--- The image of a document that a pull on a platform takes.
---@param call manifest.Call
---@param answer table of read.document_at
---@param wanted table platform
---@param name string of the document, for errors
---@param is_explained boolean|nil with `entries`: all entries, and why each is taken or not (an error has them, too)
---@return manifest.ResolveResult
function resolve.image(call, answer, wanted, name, is_explained)
  local root = nodes.root(call, answer)
  local edge = find(root, wanted)
  local entries = is_explained and explain.entries(root, edge, wanted) or nil
  if not edge then
    fail {
      code = "not_found", hint = platforms_of(root), entries = entries,
      message = ("no image of %s fits %s"):format(name, platform_name.format(wanted)),
    }
  end
  local node, entry = edge.node, edge.entry
  return {
    media_type = node.media_type, digest = node.digest, size = node.size, platform = edge.platform,
    annotations = entry.annotations, urls = entry.urls, artifact_type = entry.artifact_type, entries = entries,
  }
end

--- The same of what call:open opened.
---@param call manifest.Call
---@param at table of call:open
---@param wanted table platform
---@param is_explained boolean|nil
---@return manifest.ResolveResult
function resolve.at(call, at, wanted, is_explained)
  return resolve.image(call, read.document_of(call.verb, at), wanted, at.text, is_explained)
end

--- The document of what call:open opened, or that of its image for a platform.
---@param call manifest.Call
---@param at table of call:open
---@param wanted table|nil platform
---@return manifest.Document answer
function resolve.document(call, at, wanted)
  local answer = read.document_of(call.verb, at)
  ---@type table
  local found = wanted and resolve.image(call, answer, wanted, at.text) or answer
  if found.digest == answer.digest then
    return answer
  end
  return read.document_at(call.verb, argument.name_of(at, found.digest), at.repository, found.digest)
end

return resolve
