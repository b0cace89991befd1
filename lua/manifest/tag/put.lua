--- Putting an index that is whole under its tags, as far as the guards allow it.

local failure = require("manifest.base.failure")
local guard = require("manifest.tag.guard")

local try = failure.try

local put = {}

--- The guards of one tag: a digest is what the target's own tag must name, the others hold for all.
---@param work table options, tags
---@param name string tag
---@return table rules of guard.lua
function put.rules_of(work, name)
  local options = work.options
  return {
    if_digest = name == work.tags[1] and options.if_digest or nil,
    if_absent = options.if_absent, no_clobber = options.no_clobber,
  }
end

--- The tags that name these bytes already, as far as the sources tell.
---@param work table known (of what was read before, [tag] = digest), sources, at (of call:open)
---@return table known [tag] = digest
function put.known_tags(work)
  local known = {}
  for name, digest in pairs(work.known or {}) do
    known[name] = digest
  end
  for _, one in ipairs(work.sources) do
    if one.repository == work.at.repository and not one.read and one.location.tag then
      known[one.location.tag] = one.answer.digest
    end
  end
  return known
end

--- Puts the index under some of its tags, but for those that name it already and are not guarded.
---@return table[] stored {name, unchanged} each
local function put_tags(call, work, made, known, list)
  local puts = {}
  for _, name in ipairs(list) do
    local rules = put.rules_of(work, name)
    if guard.is_set(rules) or known[name] ~= made.digest then
      puts[#puts + 1] = { name = name, made = made, rules = rules }
    end
  end
  local stored = puts[1] and guard.put_all(call, work.at.repository, puts) or {}
  for position, one in ipairs(stored) do
    one.name = puts[position].name
  end
  return stored
end

--- The guarded tag first, the others at once.
local function put_all(call, work, made)
  if #work.tags == 0 then
    local repository = work.at.repository
    local stored = try(repository:put_manifest(not repository.can.untagged and made.digest or nil, made))
    stored.name = made.digest
    return { stored }
  end
  local known = put.known_tags(work)
  local first = put_tags(call, work, made, known, { work.tags[1] })
  local rest = put_tags(call, work, made, known, { table.unpack(work.tags, 2) })
  return table.move(rest, 1, #rest, #first + 1, first)
end

--- Puts the index under its tags.
---@param call manifest.Call
---@param work table options, tags, known, sources, at
---@param made table of compose.index
---@return string[] written names that did not name it before
function put.all(call, work, made)
  local written = {}
  for _, one in ipairs(put_all(call, work, made)) do
    if not one.unchanged then
      written[#written + 1] = one.name
    end
  end
  return written
end

return put
