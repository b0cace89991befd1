--- Why an entry of an index is what a pull on a platform takes, and why the others are not.

local attestation = require("manifest.document.attestation")
local platform = require("manifest.graph.platform")
local platform_name = require("manifest.name.platform")

local explain = {}

--- What keeps a platform from a host: the os, the architecture or variant, or what an os has besides.
local function reason_against(wanted, available)
  if (available.os or "") ~= "" and available.os ~= platform_name.normalise(wanted).os then
    return "it is for another os"
  end
  local bare = { os = available.os, architecture = available.architecture, variant = available.variant }
  if not platform_name.match(wanted, bare) then
    return ("a host of %s does not run it"):format(platform_name.format(wanted))
  end
  return "its version or features of the os do not fit the host"
end

--- Why one that fits is not taken.
local function reason_behind(one, taken)
  if one.edge.node.err then
    return "it fits, and is not there"
  end
  if not taken or not taken.rank then
    return "it fits, and leads to no image that does"
  end
  if taken.rank < one.rank then
    return ("it fits, and %s is nearer"):format(platform_name.format(taken.platform))
  end
  return ("it fits as well, and %s comes before it"):format(taken.digest)
end

local function describe(wanted, edge)
  local said = platform.said(edge)
  local one = { edge = edge, digest = edge.entry.digest, media_type = edge.entry.media_type, platform = said }
  if said and not attestation.is(edge.entry) then
    one.fits, one.rank = platform_name.match(wanted, said)
  elseif not said and edge.node.configured then
    one.platform = edge.node.configured
    one.fits, one.rank = platform_name.match(wanted, one.platform)
  end
  return one
end

local function reason_of(one, taken, wanted)
  if one == taken then
    return one.rank == 1 and "taken: it is for this platform" or "taken: nothing is nearer"
  end
  if attestation.is(one.edge.entry) then
    return "it is an attestation, which no host runs"
  end
  if not one.platform then
    return "it says no platform, and is looked into after those that do"
  end
  return one.fits and reason_behind(one, taken) or reason_against(wanted, one.platform)
end

--- The entry of the root that leads to what was found.
local function top_of(root, found)
  local top = found
  while top and top.parent and top.parent.node ~= root do
    top = top.parent
  end
  return top and top.entry
end

--- The entries of an index in its order; of an image alone that image.
---@param root manifest.Root that was searched
---@param found manifest.Edge|nil what is taken
---@param wanted table platform
---@return table[] entries {digest, media_type, platform, rank (1: the host's own platform, nil: it does not run it),
--- taken, reason}
function explain.entries(root, found, wanted)
  local list, taken, top = {}, nil, top_of(root, found)
  for _, entry in ipairs(root.kind == "index" and root.view.entries or { root }) do
    local edge = { node = entry == root and root or root:child(entry), entry = entry }
    local one = describe(wanted, edge)
    list[#list + 1] = one
    taken = entry == top and one or taken
  end
  for _, one in ipairs(list) do
    one.taken, one.reason = one == taken, reason_of(one, taken, wanted)
  end
  for _, one in ipairs(list) do
    one.edge, one.fits = nil, nil
  end
  return list
end

return explain
