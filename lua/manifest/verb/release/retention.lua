--- Retention of a release: a target that copies a repository may say by `prune` which other tags of its own go. It is
-- done when all that the release puts there is there; what the release makes stays in any case.

local failure = require("manifest.base.failure")
local merged = require("manifest.base.merged")
local prune = require("manifest.verb.prune")

local caught = failure.caught

local retention = {}

--- The repositories to prune.
---@param given table[] targets as the release has them
---@param targets table[] with one for each tag of a repository
---@return table[] prunes {ref, options, made = {[tag] = target}}
function retention.list(given, targets)
  local prunes, by_name = {}, {}
  for _, target in ipairs(given) do
    local options = target.copy and not target.err and target.copy.prune
    if options then
      local one = { ref = target.ref, options = options, made = {} }
      by_name[target.ref.repository], prunes[#prunes + 1] = one, one
    end
  end
  for _, target in ipairs(targets) do
    local one = by_name[target.ref.repository]
    for _, tag in ipairs(one and target.tags or {}) do
      one.made[tag] = target
    end
  end
  return prunes
end

--- Where a tag that the release makes comes from. An index is put together: what it is before it is there is not known.
local function place_of(call, work, target)
  local ref = target.copy and target.sources[1].ref
  if not ref then
    return {}
  end
  local pin = work.pins[tostring(ref)]
  local digest = ref.digest or pin and pin.digest or nil
  return {
    ref = ref, repository = call:repository(ref, { actions = "pull" }), selector = digest or ref.tag,
    digest = call.verb == "plan" and digest or nil,
  }
end

--- Prunes one repository, or plans that.
local function run(call, work, one)
  local is_plan, made = call.verb == "plan", {}
  for tag, target in pairs(one.made) do
    made[tag] = place_of(call, work, target)
  end
  local at = call:open(one.ref, { whole = true, write = not is_plan, delete = not is_plan })
  local _ <close> = failure.about(at.text)
  return prune.at(call, at, merged(one.options, { yes = not is_plan }), work.shard, made)
end

--- Prunes the repositories of a release, or plans that; not one where something failed that belongs there.
---@param call manifest.Call
---@param work table prunes, of retention.list; pins, shard
---@param outcome manifest.ReleaseResult gets pruned
---@return boolean has_failed
function retention.run(call, work, outcome)
  local failed, has_failed = {}, false
  for position, target in ipairs(work.release.targets) do
    failed[target.ref.repository] = failed[target.ref.repository] or outcome.targets[position].err
  end
  outcome.pruned = call:each(work.prunes, function(one)
    local report = { repository = one.ref.repository, tags = {}, deleted = 0 }
    if failed[one.ref.repository] then
      report.skipped = "what the release makes there is not there: " .. failed[one.ref.repository].message
      return report
    end
    local done, why = caught(run, call, work, one)
    report.err = why
    return done or report
  end)
  for _, report in ipairs(outcome.pruned) do
    has_failed = has_failed or report.err ~= nil
    for _, tag in ipairs(report.tags) do
      outcome.changed = outcome.changed + (tag.action == "delete" and 1 or 0)
    end
  end
  return has_failed
end

return retention
