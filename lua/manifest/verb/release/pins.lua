--- The references that a release names and that can move, each with the digest that it has in this run.

local digest = require("manifest.name.digest")
local guard = require("manifest.tag.guard")
local json = require("manifest.base.json")
local names = require("manifest.declare.argument")

local pins = {}

--- References of a target that can move: its sources, and its subject.
local function movable(target)
  local list = {}
  for _, source in ipairs(target.sources) do
    list[#list + 1] = source.ref
  end
  list[#list + 1] = target.subject
  local moving = {}
  for _, ref in ipairs(list) do
    if not ref.digest then
      moving[#moving + 1] = ref
    end
  end
  return moving
end

--- Gives every movable reference its digest, out of the lock or by asking. What cannot be had becomes the failure of
--- the targets that need it.
---@param context table
---@param work table of job.prepare with lock; gets pins = {[ref] = {key, digest, locked, error}}, order
function pins.resolve(context, work)
  local missing, beside = {}, {}
  for _, target in ipairs(work.release.targets) do
    for _, ref in ipairs(movable(target)) do
      local key = tostring(ref)
      if not work.pins[key] then
        local known = not work.update and work.lock.sources[key] or nil
        work.pins[key] = { key = key, digest = known, locked = known ~= nil }
        work.order[#work.order + 1] = work.pins[key]
        if not known then
          missing[#missing + 1] = ref
          beside[#missing] = target.repository
        end
      end
    end
  end
  local _, errors = context.loop:all(missing, context.jobs, function(ref, position)
    local repository = context.repository(ref, { actions = "pull", also = missing, beside = beside[position] })
    local answer, err = repository:head(names.selector(ref))
    if not answer then
      return nil, names.in_docker_words(err, work.verb, ref)
    end
    work.pins[tostring(ref)].digest = answer.digest
    return true
  end, true)
  for position, err in pairs(errors) do
    work.pins[tostring(missing[position])].error = err
  end
end

--- A reference by its digest; the tag is gone, since it may have moved.
local function pinned(work, ref)
  if not ref or ref.digest then
    return ref
  end
  local one = work.pins[tostring(ref)]
  if not one.digest then
    return nil, one.error
  end
  return ref:name_only():with_digest(one.digest)
end

--- The options of client:index for a target, its sources by digest.
---@param work table after pins.resolve
---@param target table of the release
---@return table|nil options
---@return table|nil err of a source that could not be resolved
function pins.options_of(work, target)
  local options, sources = {}, {}
  for name, value in pairs(target.options) do
    options[name] = value
  end
  for position, given in ipairs(target.options.sources) do
    local ref, err = pinned(work, target.sources[position].ref)
    if err then
      return nil, err
    end
    local one = {}
    if type(given) == "table" and getmetatable(given) == nil then
      for name, value in pairs(given) do
        one[name] = value
      end
    elseif not ref then
      one.descriptor = given
    end
    one.ref = ref
    sources[position] = one
  end
  options.sources = sources
  if target.subject then
    local err
    options.subject, err = pinned(work, target.subject)
    if err then
      return nil, err
    end
  end
  return options
end

--- A value as JSON has it: references as texts.
local function plain(value)
  if type(value) ~= "table" then
    return value
  end
  if getmetatable(value) and getmetatable(value).__tostring then
    return tostring(value)
  end
  local copy = {}
  for name, one in pairs(value) do
    copy[name] = plain(one)
  end
  return copy
end

--- The digest of all that decides what a target becomes. What it may replace (if_digest and the like) does not.
---@param options table of pins.options_of
---@return string digest
function pins.inputs_of(options)
  local all = plain(options)
  for _, name in ipairs(guard.OPTIONS) do
    all[name] = nil
  end
  return digest.of(assert(json.encode(all, { repair = true })))
end

--- What the report of a target says of its sources.
---@param work table after pins.resolve
---@param target table of the release
---@return table[] sources {reference, digest (nil when it could not be had), locked = it is out of the lock}
function pins.told(work, target)
  local told = {}
  for position, ref in ipairs(movable(target)) do
    local one = work.pins[tostring(ref)]
    told[position] = { reference = one.key, digest = one.digest, locked = one.locked }
  end
  return told
end

return pins
