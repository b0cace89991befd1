--- index remove: takes entries out of an index that a tag names, and what attests them.

local assembly = require("manifest.document.assembly")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local options = require("manifest.verb.index.options")
local selector = require("manifest.verb.index.selector")
local target = require("manifest.verb.index.target")

local allow, caught, fail = failure.allow, failure.caught, failure.fail

local remove = declare.verb {
  name = "index remove", network = true,
  description = "Attestations of what is removed go too.",
  arguments = {
    { "target", "location", help = "The index" },
    { "entries", "entry[]", value = "PLATFORM|DIGEST", help = "What goes" },
  },
  options = options.join(options.COMMON, options.EDITS, {
    all = { "boolean", help = "All entries of a platform, where there are several" },
    allow_empty = { "boolean", help = "The last entry may go too" },
  }),
  printing = options.printing(),
  hints = options.HINTS,
  examples = { "index remove example.com/app:1.0 linux/s390x", "index remove --all example.com/app:1.0 linux/arm64" },
}

local function positions_of(entries, one, o, again)
  if again then
    return allow("not_found", caught(selector.find, entries, one, o.all)) or {}
  end
  return selector.find(entries, one, o.all)
end

--- The entries without some of them. Pure.
---@param entries table[]
---@param wanted table[] {digest} or {platform}
---@param o table all, allow_empty
---@param again boolean|nil those that are gone were taken out by an earlier try
---@return table[] entries
function remove.plan(entries, wanted, o, again)
  local gone = {}
  for _, one in ipairs(wanted) do
    for _, position in ipairs(positions_of(entries, one, o, again)) do
      gone[position] = true
    end
  end
  local left = {}
  for position, entry in ipairs(entries) do
    left[#left + 1] = not gone[position] and entry or nil
  end
  left = assembly.follow(entries, left)
  if #left == 0 and not o.allow_empty then
    fail {
      code = "invalid_argument", message = "nothing would be left in the index",
      hint = "delete the tag instead, or allow an empty index",
    }
  end
  return left
end

---@param call manifest.Call
---@param given string|manifest.Location
---@param wanted {digest: string?, platform: manifest.Platform?}[]
---@param o manifest.IndexRemoveOptions
---@return manifest.IndexResult
function remove.run(call, given, wanted, o)
  local by_platform = false
  for _, one in ipairs(wanted) do
    by_platform = by_platform or one.platform ~= nil
  end
  return target.edit(call, given, {}, o, function(index, again)
    return remove.plan(index.entries, wanted, o, again)
  end, by_platform)
end

return remove
