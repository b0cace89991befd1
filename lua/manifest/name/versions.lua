--- Tags that are versions: which are in a range, and which are newer.

local glob = require("manifest.name.glob")
local semver = require("manifest.name.semver")
local text = require("manifest.base.text")

local versions = {}

--- A tag as a version; of one that leaves numbers out (1.25, 3-alpine) they are 0. A range never has such a tag: it
--- moves from version to version.
---@param tag string
---@return manifest.Version|nil
local function of(tag)
  local core, rest = tag:match("^v?(%d[%d.]*)(.*)$")
  for _ = select(2, (core or ".."):gsub("%.", "")), 1 do
    core = core .. ".0"
  end
  return core and semver.parse(core .. rest)
end

--- Those of some tags that fit patterns and, where there is a range, are versions in it; in order.
---@param list string[]
---@param o table include, exclude: lists of patterns, or nil
---@param range table|nil of semver.range
---@return string[]
function versions.choose(list, o, range)
  local fitting, matching = glob.choose(list, o.include, o.exclude), {}
  if not range then
    return fitting
  end
  for _, tag in ipairs(fitting) do
    local version = semver.parse(tag)
    matching[#matching + 1] = version and semver.matches(range, version) and tag or nil
  end
  return matching
end

--- The tags, the newest version first; those of one version, and behind them those that are none, by name.
---@param list string[]
---@return string[] sorted a new list
function versions.newest_first(list)
  local sorted, known = table.move(list, 1, #list, 1, {}), {}
  for _, tag in ipairs(list) do
    known[tag] = of(tag)
  end
  table.sort(sorted, function(a, b)
    local x, y = known[a], known[b]
    local order = x and y and semver.compare(x, y) or (x and 1 or 0) - (y and 1 or 0)
    return order > 0 or order == 0 and text.before(a, b)
  end)
  return sorted
end

return versions
