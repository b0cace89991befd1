--- For which platform an image is, decided one way for all verbs: its entry says it; else the entry of the index around
-- it; else its config.

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local failure = require("manifest.base.failure")
local image = require("manifest.document.image")
local media_type = require("manifest.name.media_type")
local nodes = require("manifest.graph.node")
local platform_name = require("manifest.name.platform")
local walk = require("manifest.graph.walk")

local try = failure.try

local platform = {}

--- The platform that entries say, without a request: the own one, or the nearest around it.
---@param edge manifest.Edge
---@return table|nil platform
function platform.said(edge)
  if attestation.is(edge.entry) then
    return edge.entry.platform
  end
  local at = edge ---@type manifest.Edge?
  while at do
    if platform_name.is_whole(at.entry.platform) then
      return at.entry.platform
    end
    at = at.parent
  end
end

--- The platform that the config of an image tells, whole or in part; an artifact has none.
---@param node manifest.Node
---@return table|nil platform
function platform.of_config(node)
  if node:load().kind ~= "image" then
    return nil
  end
  if not node.configured then
    local raw = node:config()
    ---@cast node.view -nil
    local _ <close> = failure.amend(function(err)
      err.message = ("the config %s of %s tells no platform: %s"):format(node.view.config.digest, node.digest,
        err.message)
      err:with({ hint = "push the image again with a current tool" })
    end)
    node.configured = try(image.platform(raw))
  end
  return node.configured
end

--- The platform of what an edge leads to; of an index only what entries say.
---@param edge manifest.Edge
---@return table|nil platform
function platform.of(edge)
  local said = platform.said(edge)
  if said or edge.node.kind == "index" or attestation.is(edge.entry) then
    return said
  end
  local found = platform.of_config(edge.node)
  return platform_name.is_whole(found) and found or nil
end

--- What an index that is loaded leads to besides indexes, those of indexes in it too, in order. Pure.
---@param root manifest.Node
---@return manifest.Edge[] edges with digest and annotations of their entries; index = the node that has the entry, and
--- its position there
function platform.edges(root)
  local list, seen = {}, {}
  local function add(node, parent)
    local inherited = parent and platform.said(parent)
    local key = inherited and platform_name.format(inherited) or ""
    seen[node] = seen[node] or {}
    if seen[node][key] then
      return
    end
    seen[node][key] = true
    for position, entry in ipairs(node.view and node.view.entries or {}) do
      local edge = {
        node = node:child(entry), entry = entry, parent = parent, index = node, position = position,
        digest = entry.digest, annotations = entry.annotations,
      }
      if edge.node.kind == "index" then
        add(edge.node, edge)
      else
        list[#list + 1] = edge
      end
    end
  end
  if root.kind == "index" then
    add(root, nil)
  else
    list[1] = { node = root, entry = root }
  end
  return list
end

local function is_index(entry)
  return media_type.kind(entry.media_type) == "index"
end

--- The images of a document, and what else it leads to, each with its platform. Indexes in it are fetched, and what
--- is needed to learn the platforms that no entry says.
---@param root manifest.Node loaded
---@param options table|nil said_only: what no entry says stays unknown; wanted = platforms: an index that its entry
--- says is for none of them is not looked into
---@return manifest.Edge[] edges with `platform`
function platform.images(root, options)
  local wanted = options and options.wanted or {}
  walk.all(root, { only_load = true, want = function(entry)
    return is_index(entry) and (#wanted == 0 or not platform_name.is_whole(entry.platform)
      or #choice.missing({ entry }, wanted) < #wanted)
  end })
  local edges, unknown = platform.edges(root), {}
  for _, edge in ipairs(edges) do
    edge.platform = platform.said(edge)
    unknown[#unknown + 1] = not edge.platform and edge or nil
  end
  if not (options and options.said_only) then
    root.graph.call:each(unknown, function(edge)
      edge.platform = failure.allow("not_found", failure.caught(platform.of, edge))
    end)
  end
  return edges
end

--- The same of entries that are in no stored index, or not only there.
---@param call manifest.Call
---@param repository manifest.Repository that has what they name
---@param entries table[] descriptors; `node`: of one that was fetched already
---@return manifest.Edge[]
function platform.images_of(call, repository, entries)
  return platform.images(nodes.of_entries(call, repository, entries))
end

--- Notes in entries that say no platform for which one they are (`learned`): an image of its config, an index when all
--- that it leads to is for one.
---@param call manifest.Call
---@param repository manifest.Repository that has what they name
---@param entries table[] descriptors
function platform.learn(call, repository, entries)
  local unknown, found = {}, {}
  for _, entry in ipairs(entries) do
    if not platform_name.is_whole(entry.platform) and not attestation.is(entry) then
      unknown[#unknown + 1] = entry
    end
  end
  for _, edge in ipairs(#unknown > 0 and platform.images_of(call, repository, unknown) or {}) do
    local top, key = edge, choice.key(edge)
    while top.parent do
      top = top.parent
    end
    if key then
      local known = found[top.entry]
      found[top.entry] = (known == nil or known and known.key == key) and { key = key, platform = edge.platform }
    end
  end
  for entry, one in pairs(found) do
    entry.learned = one and one.platform or nil
  end
end

return platform
