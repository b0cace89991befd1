--- Putting an index that is whole under its tags, as far as the guards allow it.

local guard = require("manifest.tag.guard")
local names = require("manifest.declare.argument")

local naming = {}

--- The guards of one tag: a digest is what the target's own tag must name, the others hold for all.
---@param job table options, tags
---@param name string tag
---@return table rules of guard.OPTIONS
function naming.rules_of(job, name)
  local options = job.options
  return {
    if_digest = name == job.tags[1] and options.if_digest or nil,
    if_absent = options.if_absent, no_clobber = options.no_clobber,
  }
end

--- The tags that name these bytes already, as far as the sources tell.
---@param job table known (of what was read before, [tag] = digest), sources, target
---@return table known [tag] = digest
function naming.known_tags(job)
  local known = {}
  for name, digest in pairs(job.known or {}) do
    known[name] = digest
  end
  for _, one in ipairs(job.sources) do
    if one.repository == job.target.repository and not one.read and one.place.tag then
      known[one.place.tag] = one.answer.digest
    end
  end
  return known
end

--- Puts the index under its tags: the guarded one first, the others at once. Where the registry keeps no referrers,
--- the list under the subject's tag is kept up.
---@param context table
---@param job table options, tags, subject (a descriptor), known, sources, target
---@param made table of compose.index
---@return string[]|nil written names that did not name it before
---@return table|nil err conflict, exists, unauthorized, denied, ...
function naming.put(context, job, made)
  local repository, known, written = job.target.repository, naming.known_tags(job), {}
  local function note(name, stored)
    if not stored.unchanged then
      written[#written + 1] = name
    end
  end
  local function put(list)
    local puts = {}
    for _, name in ipairs(list) do
      local rules = naming.rules_of(job, name)
      if guard.is_set(rules) or known[name] ~= made.digest then
        puts[#puts + 1] = { name = name, made = made, rules = rules }
      end
    end
    local stored, err = guard.put_all(context, repository, puts)
    for position, one in ipairs(stored or {}) do
      note(puts[position].name, one)
    end
    return stored, err
  end
  local ok, err
  if #job.tags == 0 then
    ok, err = repository:put_manifest(names.unnamed(job.target.ref, made.digest), made.bytes, made.media_type)
    if ok then
      note(made.digest, ok)
    end
  else
    ok, err = put({ job.tags[1] })
    if ok then
      ok, err = put({ table.unpack(job.tags, 2) })
    end
  end
  return ok and written, err
end

return naming
