--- Putting an index that is whole under its tags, as far as the guards allow it.

local failure = require("manifest.base.failure")
local guard = require("manifest.tag.guard")

local try = failure.try

local put = {}

--- The guards of one tag: a digest is what the target's own tag must name, the others hold for all.
---@param job table options, tags
---@param name string tag
---@return table rules of guard.lua
function put.rules_of(job, name)
  local options = job.options
  return {
    if_digest = name == job.tags[1] and options.if_digest or nil,
    if_absent = options.if_absent, no_clobber = options.no_clobber,
  }
end

--- The tags that name these bytes already, as far as the sources tell.
---@param job table known (of what was read before, [tag] = digest), sources, at (of call:open)
---@return table known [tag] = digest
function put.known_tags(job)
  local known = {}
  for name, digest in pairs(job.known or {}) do
    known[name] = digest
  end
  for _, one in ipairs(job.sources) do
    if one.repository == job.at.repository and not one.read and one.place.tag then
      known[one.place.tag] = one.answer.digest
    end
  end
  return known
end

--- Puts the index under some of its tags, but for those that name it already and are not guarded.
---@return table[] stored {name, unchanged} each
local function put_tags(call, job, made, known, list)
  local puts = {}
  for _, name in ipairs(list) do
    local rules = put.rules_of(job, name)
    if guard.is_set(rules) or known[name] ~= made.digest then
      puts[#puts + 1] = { name = name, made = made, rules = rules }
    end
  end
  local stored = puts[1] and guard.put_all(call, job.at.repository, puts) or {}
  for position, one in ipairs(stored) do
    one.name = puts[position].name
  end
  return stored
end

--- The guarded tag first, the others at once.
local function put_all(call, job, made)
  if #job.tags == 0 then
    local repository = job.at.repository
    local stored = try(repository:put_manifest(not repository.can.untagged and made.digest or nil, made))
    stored.name = made.digest
    return { stored }
  end
  local known = put.known_tags(job)
  local first = put_tags(call, job, made, known, { job.tags[1] })
  local rest = put_tags(call, job, made, known, { table.unpack(job.tags, 2) })
  return table.move(rest, 1, #rest, #first + 1, first)
end

--- Puts the index under its tags.
---@param call manifest.Call
---@param job table options, tags, known, sources, at
---@param made table of compose.index
---@return string[] written names that did not name it before
function put.all(call, job, made)
  local written = {}
  for _, one in ipairs(put_all(call, job, made)) do
    if not one.unchanged then
      written[#written + 1] = one.name
    end
  end
  return written
end

return put
