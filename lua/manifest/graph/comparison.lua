--- What differs between two documents, and inside the images of one platform.

local contrast = require("manifest.document.difference")
local json = require("manifest.base.json")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")

local comparison = {}

--- The images of a document, and what else it names, as descriptors with their platforms.
local function entries_of(root)
  local entries = {}
  for position, edge in ipairs(platform.images(root)) do
    local node, entry = edge.node, edge.entry
    entries[position] = {
      platform = edge.platform or entry.platform, digest = node.digest, size = node.size,
      media_type = node.media_type, annotations = entry.annotations, node = node,
    }
  end
  return entries
end

--- The manifest and the config of an image, to say what changed inside.
local function load(node)
  local view = node:load().view
  if view and view.config then
    return { image = view, config = json.decode(node:config()) }
  end
  return { size = node.size }
end

--- Fetches what has changed, both sides at once.
local function load_changed(call, changed)
  local wanted = {}
  for _, pair in ipairs(changed) do
    if pair.old.digest ~= pair.new.digest then
      wanted[#wanted + 1] = { pair = pair, name = "old" }
      wanted[#wanted + 1] = { pair = pair, name = "new" }
    end
  end
  call:each(wanted, function(one)
    one.pair[one.name .. "_parts"] = load(one.pair[one.name].node)
  end)
end

--- Fetches the documents of some places at once.
---@param call manifest.Call
---@param places table[] of call:open
---@return any[] sides {at, root} of each
function comparison.open(call, places)
  return call:each(places, function(at)
    return { at = at, root = nodes.open(call, at) }
  end, #places)
end

--- Compares two of them.
---@param call manifest.Call
---@param old table of comparison.open
---@param new table
---@return manifest.DiffReport
function comparison.of(call, old, new)
  local lists = { {}, {} }
  if old.root.digest ~= new.root.digest then
    lists = call:each({ old, new }, function(side)
      return entries_of(side.root)
    end, 2)
  end
  local found = contrast.pair(lists[1], lists[2])
  load_changed(call, found.changed)
  return contrast.report(found, old, new)
end

return comparison
