--- The references that a release names and that can move, each with the digest that it has in this run.

local argument = require("manifest.declare.argument")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local guard = require("manifest.tag.guard")
local json = require("manifest.base.json")
local merged = require("manifest.base.merged")

local fail, try = failure.fail, failure.try

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

local function resolve(call, ref, also, token_of)
  local repository = call:repository(ref, { actions = "pull", also = also, token_of = token_of })
  local _ <close> = argument.as_docker_says(call.verb, ref)
  return try(repository:head(argument.selector(ref))).digest
end

--- Gives every movable reference its digest, out of the lock or by asking. What cannot be had becomes the failure of
--- the targets that need it.
---@param call manifest.Call
---@param work table of steps.prepare with lock; gets pins = {[ref] = {key, digest, locked, error}}, order
function pins.resolve(call, work)
  local missing, token_of = {}, {}
  for _, target in ipairs(work.release.targets) do
    for _, ref in ipairs(movable(target)) do
      local key = tostring(ref)
      if not work.pins[key] then
        local known = not work.update and work.lock.sources[key] or nil
        work.pins[key] = { key = key, digest = known, locked = known ~= nil }
        work.order[#work.order + 1] = work.pins[key]
        if not known then
          missing[#missing + 1] = ref
          token_of[#missing] = target.repository
        end
      end
    end
  end
  local digests, errors = call:collect(missing, function(ref, position)
    return resolve(call, ref, missing, token_of[position])
  end)
  for position, ref in ipairs(missing) do
    local one = work.pins[tostring(ref)]
    one.digest, one.error = digests[position], errors[position]
  end
end

--- A reference by its digest; the tag is gone, since it may have moved.
local function pinned(work, ref)
  if not ref or ref.digest then
    return ref
  end
  local one = work.pins[tostring(ref)]
  if not one.digest then
    fail(one.error)
  end
  return try(ref:name_only():with_digest(one.digest))
end

--- The only source of a target that is a copy, by its digest.
---@param work table after pins.resolve
---@param target table of the release
---@return table ref
function pins.source_of(work, target)
  return pinned(work, target.sources[1].ref)
end

--- The options of client:index_create for a target, as the release has them but its sources by digest.
---@param work table after pins.resolve
---@param target table of the release
---@return table options
function pins.options_of(work, target)
  local options, sources = merged(target.options), {}
  for position, given in ipairs(target.options.sources) do
    local ref = pinned(work, target.sources[position].ref)
    local is_table = type(given) == "table" and getmetatable(given) == nil
    sources[position] = merged(is_table and given or { descriptor = not ref and given or nil }, { ref = ref })
  end
  options.sources = sources
  options.subject = target.subject and pinned(work, target.subject) or options.subject
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
  local bytes = assert(json.encode(all, { repair = true }))
  return digest.of(bytes)
end

--- What the report of a target says of its sources.
---@param work table after pins.resolve
---@param target table of the release
---@return table[] sources {reference, digest (nil when it could not be had), locked = it is out of the lock}
function pins.report(work, target)
  local list = {}
  for position, ref in ipairs(movable(target)) do
    local one = work.pins[tostring(ref)]
    list[position] = { reference = one.key, digest = one.digest, locked = one.locked }
  end
  return list
end

return pins
