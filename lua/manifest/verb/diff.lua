--- diff: what is not the same in two references, platform by platform.

local contrast = require("manifest.document.difference")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")

local diff = declare.verb {
  name = "diff", network = true,
  description = "Prints nothing and exits with 0 when both are the same, byte for byte; exits with 2 else.",
  arguments = {
    { "old", "location", help = "What is compared" },
    { "new", "location", help = "With what" },
  },
  examples = {
    "diff registry.example.com/app:1.0 registry.example.com/app:1.1",
    "diff --json oci:/backup/app:1.0 registry.example.com/app:1.0",
  },
}

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

---@class manifest.DiffReport
---@field old {reference: string, digest: string, media_type: string}
---@field new {reference: string, digest: string, media_type: string}
---@field equal boolean
---@field added manifest.Descriptor[]
---@field removed manifest.Descriptor[]
---@field changed {platform: manifest.Platform?, old: string, new: string, changes: manifest.Change[]}[]
---@field same integer images that are (0 when the whole is equal: nobody looked inside)
---@field changes manifest.Change[] of the index itself

---@class manifest.Change
---@field what string
---@field name string?
---@field old string?
---@field new string?

--- A GET each, and two requests for either side of an image that changed.
---@param call manifest.Call
---@param old string|manifest.Location
---@param new string|manifest.Location
---@return manifest.DiffReport
function diff.run(call, old, new)
  local first = call:open(old)
  local sides = { { at = first }, { at = call:open(new, { also = first }) } }
  local _ <close> = failure.about(first.text, sides[2].at.text)
  call:each(sides, function(side)
    side.root = nodes.open(call, side.at)
  end, 2)
  local lists = { {}, {} }
  if sides[1].root.digest ~= sides[2].root.digest then
    lists = call:each(sides, function(side)
      return entries_of(side.root)
    end, 2)
  end
  local found = contrast.pair(lists[1], lists[2])
  load_changed(call, found.changed)
  return contrast.report(found, sides[1], sides[2])
end

return diff
