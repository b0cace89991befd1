--- What plan and apply share: the release and its lock, what the tags name now, and the report.

local argument = require("manifest.declare.argument")
local copies = require("manifest.verb.release.copies")
local create = require("manifest.verb.index.create")
local declare = require("manifest.declare")
local digest_at = require("manifest.repository.interface").digest_at
local failure = require("manifest.base.failure")
local lock = require("manifest.verb.release.lock")
local pins = require("manifest.verb.release.pins")
local read = require("manifest.verb.release.read")
local retention = require("manifest.verb.release.retention")
local shard = require("manifest.name.shard")
local verify = require("manifest.verb.verify")
local whole = require("manifest.graph.whole")

local fail, try = failure.fail, failure.try

local steps = {}

--- As failure.about, for a release: a table has no name.
---@param given string|table
function steps.about(given)
  return type(given) == "string" and failure.about(given) or nil
end

--- Reads the release, and says where its lock file is.
---@param call manifest.Call
---@param given string|table path of a release file, or what one returns
---@param o manifest.ApplyOptions|manifest.PlanOptions
---@return table work {update, shallow, release, lock_path, pins, order}
function steps.prepare(call, given, o)
  ---@type table
  local release = type(given) == "string" and read.file(given) or read.value(given --[[@as table]])
  local path = o.lock
  if path == nil then
    path = release.path and release.path .. ".lock"
  end
  local mine = o.shard and try(shard.parse(o.shard))
  call.shared:connect() -- a client that cannot is found out before anything is looked at
  return {
    update = o.update, shallow = o.shallow, release = release, pins = {}, order = {}, shard = mine,
    lock_path = path and lock.path_of(path, mine) or nil, whole_lock_path = path or nil,
  }
end

--- Opens the repositories of the targets: one token for each serves all that is asked for its sake.
local function open_targets(call, work)
  for _, target in ipairs(work.release.targets) do
    local also = {}
    for position, source in ipairs(target.sources) do
      also[position] = source.ref or target.ref
    end
    target.repository = call:repository(target.ref, {
      actions = call.verb == "plan" and "pull" or "pull,push", also = also,
    })
  end
end

--- Reads the lock of a release, and resolves what is not locked.
---@param call manifest.Call
---@param work table of steps.prepare; gets lock, and what pins.resolve adds
function steps.open(call, work)
  work.lock = lock.read(work.lock_path, work.whole_lock_path)
  local targets = copies.expand(call, work.release.targets)
  work.prunes = retention.list(work.release.targets, targets)
  work.release.targets = shard.choose(targets, work.shard, function(target)
    return tostring(target.ref)
  end)
  open_targets(call, work)
  pins.resolve(call, work)
end

--- What the tags of a target name now; for one that goes by digest, whether what the lock knows of is there.
---@return table[] tags {name, old = digest or nil}
local function look(call, work, target)
  local record = work.lock.targets[tostring(target.ref)]
  local selectors = #target.tags > 0 and target.tags or { record and record.digest }
  return call:each(selectors, function(name)
    local _ <close> = argument.as_docker_says(call.verb, target.ref)
    return { name = name, old = try(digest_at(target.repository, name)) or nil }
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

--- What makes a target, with its sources by digest.
---@return table given options
---@return function make (tags) -> {digest, ...}
local function way_of(call, work, target, make)
  if target.copy then
    local given = copies.options_of(target, pins.source_of(work, target))
    return given, function()
      return copies.make(call, target, given, call.verb == "plan")
    end
  end
  local given = pins.options_of(work, target)
  return given, function(tags)
    return make(call, try(declare.read(create, given))[1], tags)
  end
end

--- Brings one target about, unless it is there.
local function run_target(call, work, target, report, make, finish)
  if target.err then
    fail(target.err)
  end
  local given, make_target = way_of(call, work, target, make)
  local tags = look(call, work, target)
  target.inputs = pins.inputs_of(given)
  local record = not copies.may_grow(target) and record_of(work, target, tags)
  if record and (work.shallow or whole.of(call, target.repository, { digest = record.digest })) then
    judge(report, tags, record.digest)
    return
  end
  local made = make_target(tags)
  if target.verify and call.verb == "apply" then
    verify.run(call, try(target.ref:name_only():with_digest(made.digest)), {})
  end
  judge(report, tags, made.digest)
  if record and report.state == "unchanged" then
    report.state = "restored" -- its tags name it still, and images of it were gone
  end
  report.size, report.media_type, report.notices = made.size, made.media_type, made.notices
  finish(target, report, made)
end

--- Fails for the targets that failed. One cause of several failures is told once; it is a check that did not hold only
--- when nothing else went wrong.
---@param work table
---@param outcome manifest.ReleaseResult
local function fail_for_all(work, outcome)
  local causes, done, seen, failed, code = {}, {}, {}, 0, nil
  local reports = table.move(outcome.pruned or {}, 1, #(outcome.pruned or {}), #outcome.targets + 1,
    { table.unpack(outcome.targets) })
  for _, report in ipairs(reports) do
    local err = report.err
    if not err then
      done[#done + 1] = report.reference or report.repository
    else
      failed = failed + 1
      code = (code == nil or code == "check_failed") and err.code or code
      if not seen[tostring(err)] then
        seen[tostring(err)] = true
        causes[#causes + 1] = err
      end
    end
  end
  fail {
    code = code, ref = work.release.path, errors_of_each = causes, outcome = outcome, cause = causes[1],
    hint = causes[1].hint,
    message = ("%d of %d targets failed (%s); done: %s"):format(failed, #reports, causes[1].message,
      #done > 0 and table.concat(done, ", ") or "none"),
  }
end

--- Brings all targets about at once; one that fails leaves the others alone. The failure has the same in `outcome`, and
--- `errors_of_each`.
---@param call manifest.Call
---@param work table
---@param make function (call, options of index create, tags {name, old}) -> manifest.IndexResult: for a target that is
--- not there
---@param finish function (target with inputs, report, made): called after it; may fill in the report
---@return manifest.ReleaseResult
function steps.run(call, work, make, finish)
  ---@type manifest.ReleaseResult
  local outcome = { path = work.release.path, lock = work.lock_path, changed = 0, targets = {} }
  for position, target in ipairs(work.release.targets) do
    ---@type any state comes when it is known
    local report = { reference = tostring(target.ref), sources = pins.report(work, target) }
    outcome.targets[position] = report
  end
  local _, errors = call:collect(work.release.targets, function(target, position)
    run_target(call, work, target, outcome.targets[position], make, finish)
  end)
  for position, report in ipairs(outcome.targets) do
    local err = errors[position]
    if err then
      report.state, report.err = "failed", err
      err.verb = call.verb
      err:with({ ref = report.reference, hint = create.hints[err.code] })
    elseif report.state ~= "unchanged" then
      outcome.changed = outcome.changed + 1
    end
  end
  local has_failed = next(errors) ~= nil
  if work.prunes[1] then
    has_failed = retention.run(call, work, outcome) or has_failed
  end
  if has_failed then
    fail_for_all(work, outcome)
  end
  return outcome
end

return steps
