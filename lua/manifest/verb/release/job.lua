--- What plan and apply share: the release and its lock, what the tags name now, and the report.

local check = require("manifest.base.check")
local create = require("manifest.verb.index.create")
local digest_at = require("manifest.repository.digest_at")
local error_of = require("manifest.base.error")
local caught = require("manifest.base.failure").caught
local lock = require("manifest.verb.release.lock")
local names = require("manifest.declare.argument")
local pins = require("manifest.verb.release.pins")
local read = require("manifest.verb.release.read")
local whole = require("manifest.graph.whole")

local job = {}

local OPTIONS = {
  lock = "string|boolean", -- path of the lock file; default FILE.lock; false: none
  update = "boolean", -- sources are resolved anew, whatever the lock says
  shallow = "boolean", -- a target that is the same already is not looked into
}

--- Opens the repositories of the targets: one token for each serves all that is asked for its sake.
local function open_targets(context, work)
  for _, target in ipairs(work.release.targets) do
    local also = {}
    for position, source in ipairs(target.sources) do
      also[position] = source.ref or target.ref
    end
    target.repository = context.repository(target.ref, {
      actions = work.verb == "plan" and "pull" or "pull,push", also = also,
    })
  end
end

--- Reads the release, and says where its lock file is.
---@param context table
---@param verb string
---@param given string|table path of a release file, or what one returns
---@param options table|nil
---@return table|nil work {verb, update, shallow, release, lock_path}
---@return table|nil err
function job.prepare(context, verb, given, options)
  check.type(verb .. ": release", given, "string|table", 3)
  options = check.options(verb, options, OPTIONS, 3)
  local work, err = { verb = verb, update = options.update, shallow = options.shallow, pins = {}, order = {} }
  if type(given) == "string" then
    work.release, err = read.file(given)
  else
    work.release, err = read.value(given)
  end
  local connected
  if work.release then
    local path = options.lock
    if path == nil then
      path = work.release.path and work.release.path .. ".lock"
    elseif path == true then
      error(verb .. ": option 'lock' is a path, or false", 3)
    end
    work.lock_path = path or nil
    connected, err = context.connect()
  end
  if not connected then
    return nil, job.named(err, verb, given)
  end
  return work
end

--- Completes an error with the verb and the release file's name.
---@param err table
---@param verb string
---@param given string|table the release as the caller gave it; a table has no name
---@return table err
function job.named(err, verb, given)
  return err:with({ verb = verb, ref = type(given) == "string" and given or nil })
end

--- Reads the lock of a release, and resolves what is not locked.
---@param context table
---@param work table of job.prepare; gets lock, and what pins.resolve adds
---@return table|nil work
---@return table|nil err
function job.open(context, work)
  local err
  work.lock, err = lock.read(work.lock_path)
  if not work.lock then
    return nil, job.named(err, work.verb, work.release.path)
  end
  open_targets(context, work)
  pins.resolve(context, work)
  return work
end

--- What the tags of a target name now; for one that goes by digest, whether what the lock knows of is there.
---@return table[]|nil tags {name, old = digest or nil}
---@return table|nil err
local function look(context, work, target)
  local record = work.lock.targets[tostring(target.ref)]
  local selectors = #target.tags > 0 and target.tags or { record and record.digest }
  return context.loop:all(selectors, context.jobs, function(name)
    local now, err = digest_at(target.repository, name)
    if now == nil then
      return nil, names.in_docker_words(err, "index", target.ref)
    end
    return { name = name, old = now or nil }
  end)
end

--- The digest of a target that the lock vouches for, when the tags name it still and nothing it is made of differs.
---@return table|nil record of the lock
local function record_of(work, target, tags)
  local record = work.lock.targets[tostring(target.ref)]
  if not record or record.inputs ~= target.inputs or #tags == 0 then
    return nil
  end
  for _, tag in ipairs(tags) do
    if tag.old ~= record.digest then
      return nil
    end
  end
  return record
end

--- Says of each tag, and of the target as a whole, what became of it.
---@param report table of the target: gets tags, state, old
---@param made string digest
local function judge(report, tags, made)
  local absent, same = 0, 0
  for _, tag in ipairs(tags) do
    tag.state = not tag.old and "created" or tag.old == made and "unchanged" or "moved"
    absent = absent + (tag.old and 0 or 1)
    same = same + (tag.old == made and 1 or 0)
  end
  report.tags, report.old, report.digest = tags, tags[1] and tags[1].old or nil, made
  report.state = #tags > 0 and same == #tags and "unchanged" or absent == #tags and "created" or "moved"
end

--- The error of a run in which targets failed. One cause of several failures is told once; it is a check that did not
--- hold only when nothing else went wrong.
---@param outcome table of job.run
---@return table err
local function failure(work, outcome)
  local causes, done, seen, failed, code = {}, {}, {}, 0, nil
  for _, report in ipairs(outcome.targets) do
    local err = report.error
    if not err then
      done[#done + 1] = report.reference
    else
      failed = failed + 1
      code = (code == nil or code == "check_failed") and err.code or code
      if not seen[err] then
        seen[err] = true
        causes[#causes + 1] = err
      end
    end
  end
  return error_of.new({
    code = code, verb = work.verb, ref = work.release.path, errors_of_each = causes, outcome = outcome,
    cause = causes[1], hint = causes[1].hint,
    message = ("%d of %d targets failed (%s); done: %s"):format(failed, #outcome.targets, causes[1].message,
      #done > 0 and table.concat(done, ", ") or "none"),
  })
end

--- Brings one target about, unless it is there.
local function run_target(context, work, target, report, make, finish)
  local options, err = pins.options_of(work, target)
  local tags
  if options then
    tags, err = look(context, work, target)
  end
  if not tags then
    return nil, err
  end
  target.inputs = pins.inputs_of(options)
  local record, is_whole = record_of(work, target, tags), work.shallow or false
  if record and not is_whole then
    is_whole, err = caught(whole.of, context, target.repository, { digest = record.digest })
  end
  if record and is_whole then
    judge(report, tags, record.digest)
    return true
  end
  if is_whole == nil then
    return nil, err
  end
  local made
  made, err = make(context, options, tags)
  if not made then
    return nil, err
  end
  judge(report, tags, made.digest)
  if record and report.state == "unchanged" then
    report.state = "restored" -- its tags name it still, and images of it were gone
  end
  report.size, report.media_type, report.notices = made.size, made.media_type, made.notices
  return finish(target, report, made)
end

--- Brings all targets about at once; one that fails leaves the others alone.
---@param make function (context, options of client:index, tags {name, old}) -> made with digest, size, media_type,
--- notices | nil, err: called for a target that is not there
---@param finish function (target with inputs, report, made) -> true | nil, err: called after it; may fill in the report
---@return table|nil outcome {path, lock, changed = count, targets = reports}
---@return table|nil err with the same in err.outcome, and err.errors_of_each
function job.run(context, work, make, finish)
  local outcome = { path = work.release.path, lock = work.lock_path, changed = 0, targets = {} }
  for position, target in ipairs(work.release.targets) do
    outcome.targets[position] = { reference = tostring(target.ref), sources = pins.told(work, target) }
  end
  local _, errors = context.loop:all(work.release.targets, context.jobs, function(target, position)
    return run_target(context, work, target, outcome.targets[position], make, finish)
  end, true)
  for position, report in ipairs(outcome.targets) do
    report.error = errors[position]
    if report.error then
      report.state = "failed"
      report.error.verb = work.verb
      report.error:with({ ref = report.reference, hint = create.hints[report.error.code] })
    elseif report.state ~= "unchanged" then
      outcome.changed = outcome.changed + 1
    end
  end
  if next(errors) then
    return nil, failure(work, outcome)
  end
  return outcome
end

return job
