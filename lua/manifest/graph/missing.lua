--- What a repository has already, taken out of graphs that are to be copied there: a manifest of an image that a
-- registry took stands for the blobs that it names. An index may have been taken without its images (a sparse copy), so
-- those are asked for on their own.

local failure = require("manifest.base.failure")
local transfer = require("manifest.graph.transfer")

local missing = {}

--- The graphs without what is there; an index that is there leaves those of its images that are not. Pure.
---@param roots manifest.Node[] walked
---@param there table [digest] = true
---@return manifest.Node[] left a root that is there stays when it gets names
function missing.plan(roots, there)
  local pruned, prune = {}, nil

  --- What is left of a node: itself, or of one that is there what is left below it.
  local function rest_of(node)
    local done = prune(node)
    return there[node.digest] and done.edges or { { node = done } }
  end

  function prune(node)
    if pruned[node] then
      return pruned[node]
    end
    local done = node:with({ is_there = there[node.digest] or false, edges = {} })
    pruned[node] = done
    for _, edge in ipairs(node.edges or {}) do
      local rest = rest_of(edge.node)
      table.move(rest, 1, #rest, #done.edges + 1, done.edges)
    end
    return done
  end

  local left = {}
  for _, root in ipairs(roots) do
    local rest = root.names and #root.names > 0 and { { node = prune(root) } } or rest_of(root)
    for _, edge in ipairs(rest) do
      left[#left + 1] = edge.node
    end
  end
  return left
end

--- Asks a repository for the manifests of some graphs, and leaves out what it has.
---@param call manifest.Call
---@param target manifest.Repository
---@param roots manifest.Node[] walked
---@return manifest.Node[] left
function missing.without(call, target, roots)
  local there = {}
  call:each(transfer.documents(roots), function(node)
    there[node.digest] = failure.allow("not_found", target:head(node.digest, { believe_404 = true })) and true or nil
  end)
  return missing.plan(roots, there)
end

return missing
