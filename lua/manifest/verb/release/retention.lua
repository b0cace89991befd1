--- Retention of a release: a target that copies a repository may say by `prune` which other tags of its own go. It is
-- done when all that the release puts there is there; what the release makes stays in any case.

local failure = require("manifest.base.failure")
local joined = require("manifest.repository.joined")
local merged = require("manifest.base.merged")
local prune = require("manifest.verb.prune")
local read = require("manifest.graph.read")
local selection = require("manifest.graph.selection")
local transfer = require("manifest.graph.transfer")

local caught = failure.caught

local retention = {}

--- Notes which tags stay, of the repositories that are pruned: what the release makes, and what it makes it of.
local function note(by_name, target)
  local one = by_name[target.ref.repository]
  for _, tag in ipairs(one and target.tags or {}) do
    one.made[tag] = target
  end
  for _, source in ipairs(target.sources) do
    local from = source.ref and by_name[source.ref.repository]
    if from and source.ref.tag and not from.made[source.ref.tag] then
      from.sources[source.ref.tag] = true
    end
  end
end

--- The repositories to prune.
---@param given table[] targets as the release has them
---@param targets table[] with one for each tag of a repository
---@return table[] prunes {ref, options, made = {[tag] = target}, sources = {[tag] = true}}
function retention.list(given, targets)
  local prunes, by_name = {}, {}
  for _, target in ipairs(given) do
    local options = target.copy and not target.err and target.copy.prune
    if options then
      local one = { ref = target.ref, options = options, made = {}, sources = {} }
      by_name[target.ref.repository], prunes[#prunes + 1] = one, one
    end
  end
  for _, target in ipairs(targets) do
    note(by_name, target)
  end
  return prunes
end

--- What a copy will be: its document, and what that names, are in the source; with a choice they are written anew.
local function copy_to_come(call, target, digest)
  local ref, o = target.sources[1].ref, target.copy
  local source = call:repository(ref, { actions = "pull" })
  if not o.platforms and (o.attestations or "keep") == "keep" then
    return { ref = ref, repository = source, selector = digest, digest = digest }
  end
  local root = selection.gather(call, read.document_at(call.verb, ref, source, digest), o)
  local documents = {}
  for position, node in ipairs(transfer.documents({ root })) do
    documents[position] = node:document()
  end
  return { ref = ref, repository = joined(documents, { source }), selector = root.digest, digest = root.digest }
end

--- What an index will be that was put together without being written.
local function index_to_come(call, target)
  local places = { target.repository }
  for _, source in ipairs(target.sources) do
    places[#places + 1] = source.ref and call:repository(source.ref, { actions = "pull" }) or nil
  end
  local planned = target.planned
  return { ref = target.ref, repository = joined({ planned }, places), selector = planned.digest,
    digest = planned.digest }
end

--- Where a tag that the release makes is read: of a plan, as what it will be; else where it comes from, when another
--- shard has not made it yet.
local function place_of(call, work, target)
  local ref = target.copy and target.sources[1].ref
  if not ref then
    return target.planned and index_to_come(call, target) or {}
  end
  local pin = work.pins[tostring(ref)]
  local digest = ref.digest or pin and pin.digest or nil
  if digest and call.verb == "plan" then
    return copy_to_come(call, target, digest)
  end
  return { ref = ref, repository = call:repository(ref, { actions = "pull" }), selector = digest or ref.tag }
end

--- Prunes one repository, or plans that.
local function run(call, work, one)
  local is_plan, made = call.verb == "plan", {}
  for tag in pairs(one.sources) do
    made[tag] = { reason = "the release takes it from here" }
  end
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
    local report = outcome.targets[position] --[[@as manifest.ReleaseTarget]]
    failed[target.ref.repository] = failed[target.ref.repository] or report.err
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
