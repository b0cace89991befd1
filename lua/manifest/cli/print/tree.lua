--- What `manifest tree` prints.

local show = require("manifest.cli.show")

local print = {}

local MARKS = { middle = "├─ ", last = "└─ ", go_on = "│  ", blank = "   " }
local ASCII = { middle = "|- ", last = "`- ", go_on = "|  ", blank = "   " }

--- Kinds that are said by their name; others by their media type.
local KINDS = { index = true, image = true, artifact = true, missing = true }

local function line_of(node)
  local parts = {}
  if node.kind == "referrer" then
    parts[1] = "referrer " .. (node.artifact_type or node.media_type)
  else
    parts[1] = node.platform and show.platform_of(node) or nil
    parts[#parts + 1] = KINDS[node.kind] and node.kind or node.media_type
  end
  parts[#parts + 1] = node.digest
  parts[#parts + 1] = show.size(node.size)
  if node.err then
    parts[#parts + 1] = "(" .. node.err.message .. ")"
  elseif node.again then
    parts[#parts + 1] = "(as above)"
  end
  return table.concat(parts, "  ")
end

--- What stands below a node: lines of blobs, and nodes.
local function parts_of(node)
  local parts = {}
  if node.config then
    parts[1] = { line = ("config  %s  %s"):format(node.config.digest, show.size(node.config.size)) }
  end
  for position, layer in ipairs(node.layers or {}) do
    parts[#parts + 1] = { line = ("layer %d  %s  %s"):format(position, layer.digest, show.size(layer.size)) }
  end
  for _, list in ipairs({ node.children or {}, node.referrers or {} }) do
    for _, child in ipairs(list) do
      parts[#parts + 1] = { line = line_of(child), node = child }
    end
  end
  return parts
end

local function write_parts(out, node, indent, marks)
  local parts = parts_of(node)
  for position, part in ipairs(parts) do
    local is_last = position == #parts
    out:line(indent .. (is_last and marks.last or marks.middle) .. part.line,
      part.node and part.node.err and "bad" or nil)
    if part.node and not part.node.again then
      write_parts(out, part.node, indent .. (is_last and marks.blank or marks.go_on), marks)
    end
  end
end

---@param out table output
---@param tree manifest.TreeNode
function print.text(out, tree)
  out:line(("%s  %s"):format(tree.reference, line_of(tree)))
  write_parts(out, tree, "", out:is_utf8() and MARKS or ASCII)
  ---@cast tree.total -nil the root has it
  out:line(("%s, %s, %s in all"):format(show.count(tree.total.manifests, "manifest"),
    show.count(tree.total.blobs, "blob"), show.size(tree.total.size)))
end

local nodes = show.list(function(node)
  return print.json(nil, node)
end)

print.json = show.document({
  "reference", "kind", show.descriptor, { "config", show.descriptor }, { "layers", show.descriptors },
  { "children", nodes }, { "referrers", nodes }, "again", { "error", show.failure, of = "err" },
  { "total", show.object({ "manifests", "blobs", "size" }) },
})

return print
