--- What a repository has already, taken out of trees that are to be copied there: a manifest of an image that a
-- registry took stands for the blobs that it names. An index may have been taken without its images (a sparse copy), so
-- those are asked for on their own.

local failure = require("manifest.base.failure")
local transfer = require("manifest.graph.transfer")

local missing = {}

--- The trees without what is there; an index that is there leaves those of its images that are not. Pure.
---@param trees table[]
---@param there table [digest] = true
---@return table[] left a root that is there stays when it gets names
function missing.plan(trees, there)
  local pruned, prune = {}, nil

  --- What is left of a node: itself, or of one that is there what is left below it.
  local function rest_of(node)
    local done = prune(node)
    return there[node.digest] and done.children or { done }
  end

  function prune(node)
    if pruned[node] then
      return pruned[node]
    end
    local done = {}
    pruned[node] = done
    for name, value in pairs(node) do
      done[name] = value
    end
    done.kind = there[node.digest] and "there" or node.kind
    done.children = {}
    for _, child in ipairs(node.children) do
      local rest = rest_of(child)
      table.move(rest, 1, #rest, #done.children + 1, done.children)
    end
    return done
  end

  local left = {}
  for _, root in ipairs(trees) do
    local rest = root.names and #root.names > 0 and { prune(root) } or rest_of(root)
    table.move(rest, 1, #rest, #left + 1, left)
  end
  return left
end

--- Asks a repository for the manifests of some trees, and leaves out what it has.
---@param call manifest.Call
---@param target table repository
---@param trees table[]
---@return table[] left
function missing.without(call, target, trees)
  local there = {}
  call:each(transfer.documents(trees), function(node)
    there[node.digest] = failure.allow("not_found", target:head(node.digest, { believe_404 = true })) and true or nil
  end)
  return missing.plan(trees, there)
end

return missing
