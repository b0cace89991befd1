--- apply: makes what a release says, and notes in its lock file of what; a second run finds nothing to do.

local core = require("manifest.base.core")
local create = require("manifest.verb.index.create")
local declare = require("manifest.declare")
local engine_lock = require("manifest.engine.lock")
local failure = require("manifest.base.failure")
local steps = require("manifest.verb.release.steps")
local lock = require("manifest.verb.release.lock")
local options = require("manifest.verb.release.options")

local apply = declare.verb {
  name = "apply", network = true,
  description = "FILE is a release: Lua that returns a table of targets, or a YAML file of manifest-tool. The digests "
    .. "of the sources are kept in FILE.lock, so that a second run makes the same, which is nothing.",
  arguments = { options.release() },
  options = options.common(),
  examples = { "apply release.lua", "apply --update release.lua" },
}

local SAVE_SECONDS = 1 -- at least, between two writings of the lock
local PATIENCE = 600 -- seconds to wait for another run, which may have much to copy

--- Writes the lock as far as things are known now.
local function save(work)
  if not work.lock_path then
    return
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
  lock.write(work.lock_path, work.lock, sources, targets)
end

local function make(call, o, tags)
  local known = {}
  for _, tag in ipairs(tags) do
    known[tag.name] = tag.old
  end
  return create.make(call, o, known)
end

--- Waits until no other run works with the same lock file: each would write it without what the other one notes.
---@return userdata|nil lock to close; nil where there is no folder for locks, or no lock file is kept
local function take_turn(path)
  local folder, name = (path or ""):match("^(.*/)([^/]*)$")
  local identity = path and core.file.identity(folder or ".")
  if not identity then
    return nil -- without a folder no lock file can be written, which is told where that is tried
  end
  return (failure.try(engine_lock.edit(("release %s/%s"):format(identity, name or path), PATIENCE)))
end

--- Writes the lock at the end, and now and then before: a run that is killed loses a second's notes, and finds those
--- targets as they should be. To write all of a long lock after each target would take longer than to make them.
---@return function note ()
---@return table closing
local function keep_saved(work)
  local saved = core.clock()
  return function()
    if core.clock() - saved >= SAVE_SECONDS then
      save(work)
      saved = core.clock()
    end
  end, failure.defer(function()
    save(work)
  end)
end

--- The lock is written before anything else, so that a folder where it cannot be is found out while nothing has
--- changed.
---@param call manifest.Call
---@param release string|table
---@param o manifest.ApplyOptions
---@return manifest.ReleaseResult
function apply.run(call, release, o)
  local _ <close> = steps.about(release)
  local work = steps.prepare(call, release, o)
  local _ <close> = take_turn(work.lock_path)
  steps.open(call, work)
  save(work)
  local note <const>, _ <close> = keep_saved(work)
  return steps.run(call, work, make, function(target, report, done)
    work.lock.targets[report.reference] = { inputs = target.inputs, digest = done.digest }
    note()
  end)
end

return apply
