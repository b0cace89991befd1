--- The image that a pull on a platform takes, by containerd's rule: the best match of an index; of an index in it the
-- same. Only what must be looked into is fetched.

local attestation = require("manifest.document.attestation")
local failure = require("manifest.base.failure")
local platform = require("manifest.graph.platform")
local platform_name = require("manifest.name.platform")

local MAX_DEPTH = 8

--- The edges that a host of the platform could take, best first; those that tell no platform last, in order. Pure.
---@param wanted table platform
---@param edges manifest.Edge[]
---@return manifest.Edge[] candidates
local function ranked(wanted, edges)
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

--- Finds the image of a document that a pull on a platform takes.
---@param node manifest.Node the root, loaded
---@param wanted table platform
---@return manifest.Edge|nil edge with `platform`
local function resolve(node, wanted)
  local function visit(edge, depth)
    if depth > MAX_DEPTH then
      failure.fail { code = "invalid_manifest", message = "the index names indexes without end" }
    end
    local at = edge.node
    edge.platform = at.kind ~= "index" and platform.said(edge) or nil
    if edge.platform then
      return edge
    end
    if not failure.allow("not_found", failure.caught(at.load, at)) then
      return nil
    end
    if at.kind ~= "index" then
      edge.platform = platform.of(edge) or {}
      return platform_name.match(wanted, edge.platform) and edge or nil
    end
    for _, below in ipairs(ranked(wanted, edges_of(at, edge))) do
      local found = visit(below, depth + 1)
      if found then
        return found
      end
    end
  end
  return visit({ node = node, entry = node }, 1)
end

return { resolve = resolve, ranked = ranked }
