--- apply: makes what a release says, and notes in its lock file of what; a second run finds nothing to do.

local core = require("manifest.base.core")
local caught = require("manifest.base.failure").caught
local create = require("manifest.verb.index.create")
local declare = require("manifest.declare")
local engine_lock = require("manifest.engine.lock")
local job = require("manifest.verb.release.job")
local lock = require("manifest.verb.release.lock")

local apply = {}

local PATIENCE = 600 -- seconds to wait for another run, which may have much to copy

--- Writes the lock as far as things are known now.
local function save(work)
  if not work.lock_path then
    return true
  end
  local sources, targets = {}, {}
  for _, one in ipairs(work.order) do
    local known = one.digest or work.lock.sources[one.key]
    sources[#sources + 1] = known and { one.key, known }
  end
  for _, target in ipairs(work.release.targets) do
    local key = tostring(target.ref)
    local record = work.lock.targets[key]
    targets[#targets + 1] = record and { key, record }
  end
  local bytes = lock.text(sources, targets)
  local ok, err = lock.write(work.lock_path, bytes, work.lock.bytes)
  if ok then
    work.lock.bytes = bytes
  end
  return ok, err
end

local function make(context, options, tags)
  local known = {}
  for _, tag in ipairs(tags) do
    known[tag.name] = tag.old
  end
  local values, err = declare.read(create, options)
  if not values then
    return nil, err
  end
  return caught(create.make, context.call, values[1], known)
end

--- Waits until no other run works with the same lock file: each would write it without what the other one notes.
---@return table|nil turn to close; nil where nobody can take turns, or no lock file is kept
---@return table|nil err locked
local function take_turn(path)
  local folder, name = (path or ""):match("^(.*/)([^/]*)$")
  local identity = path and core.file.identity(folder or ".")
  if not identity then
    return nil -- without a folder no lock file can be written, which is told where that is tried
  end
  return engine_lock.turn(("release %s/%s"):format(identity, name or path), PATIENCE)
end

--- Applies a release. The lock is written before anything else, so that a folder where it cannot be is found out while
--- nothing has changed, and after each target, so that an interrupted run goes on where it was.
---@param context table
---@param given string|table path of a release file, or what one returns
---@param options table|nil {lock, update, shallow}
---@return table|nil outcome {path, lock, changed, targets = {{reference, state, digest, old, tags, sources, ...}}}
---@return table|nil err locked when another run with this lock file does not end
function apply.perform(context, given, options)
  local work, err = job.prepare(context, "apply", given, options)
  if not work then
    return nil, err
  end
  local mine <close>, busy = take_turn(work.lock_path) -- luacheck: ignore mine
  if busy then
    return nil, job.named(busy, "apply", given)
  end
  local ok
  ok, err = job.open(context, work)
  if ok then
    ok, err = save(work)
  end
  if not ok then
    return nil, job.named(err, "apply", given)
  end
  return job.run(context, work, make, function(target, report, done)
    work.lock.targets[report.reference] = { inputs = target.inputs, digest = done.digest }
    return save(work)
  end)
end

return apply
