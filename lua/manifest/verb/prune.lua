--- prune: deletes the tags of a repository that a retention does not keep.
--
-- What a kept index names stays, and so does what refers to something that stays. The plan is made of the whole
-- repository; a shard carries out its share of it. A run that was broken off is simply started again.

local age = require("manifest.name.age")
local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local digest_at = require("manifest.repository.interface").digest_at
local failure = require("manifest.base.failure")
local look_again = require("manifest.tag.gone")
local media_type = require("manifest.name.media_type")
local merged = require("manifest.base.merged")
local plan = require("manifest.verb.prune.plan")
local read = require("manifest.graph.read")
local semver = require("manifest.name.semver")
local shard = require("manifest.name.shard")
local tag_alone = require("manifest.base.later")("manifest.tag.alone") ---@module "manifest.tag.alone"
local tagged = require("manifest.graph.tagged")
local versions = require("manifest.name.versions")

local allow, caught, fail, try = failure.allow, failure.caught, failure.fail, failure.try

--- What says which tags stay.
local RETENTION = {
  keep = { "count", help = "Keep the newest of the tags that match, so many" },
  older_than = { "seconds", value = "age", words = age.parse, help = "Delete only what is older" },
  by = { "choice", of = { "version", "created" },
    help = "What is newest: the version in the tag, or the time that the image says (default: created, with option "
      .. "'semver' version)" },
  include = { "pattern[]", help = "Only tags that match" },
  exclude = { "pattern[]", help = "No tags that match" },
  semver = { "string", value = "range", help = "Only tags that are versions in this range" },
  tag_only = { "boolean", help = "Where the registry deletes by digest only, also a tag whose digest another tag names "
    .. "(as 'delete --tag-only')" },
}

local prune = declare.verb {
  name = "prune", network = true,
  description = "Of the tags that match, the newest N stay, and what is not older than AGE; what an index that stays "
    .. "names, and what refers to something that stays, stays too. Tags made of digests (sha256-HEX...) are left "
    .. "alone. Without --yes nothing is deleted: the plan is shown. AGE: 90m, 12h, 30d, 2w. PATTERN: * is any text, "
    .. "? is one character. RANGE: as of 'manifest tags'.",
  arguments = { { "repository", "repository", help = "The repository, without a tag" } },
  options = merged(RETENTION, {
    shard = { "shard", help = "Delete only the share of this machine, such as 3/16: each digest is in one share" },
    yes = { "boolean", excludes = "dry_run", help = "Delete what the plan says" },
    dry_run = { "boolean", help = "Only show the plan, as without option 'yes'" },
  }),
  hints = {
    unauthorized = "log in to the registry with an account that may delete in the repository",
    denied = "check that the account may delete in the repository",
  },
  examples = {
    "prune --keep 5 --semver '>=1.0' example.com/app",
    "prune --older-than 30d --include 'pr-*' --yes example.com/app",
  },
}

prune.RETENTION = RETENTION

--- Fills in what a retention leaves open; refused is what would delete everything that matches.
---@param o table of RETENTION
---@return table o
function prune.complete(o)
  if not o.keep and not o.older_than then
    fail {
      code = "invalid_argument", message = "neither option 'keep' nor option 'older_than' says what is to stay",
      hint = "give option 'keep' or option 'older_than'",
    }
  end
  o.by = o.by or o.semver and "version" or "created"
  o.range = o.semver and try(semver.range(o.semver)) or nil
  return o
end

--- The tags that match, and all that is known of the repository: indexes are read, and whatever may go.
local function gather(call, at, o, made)
  local list, by_tag, order = tagged.list(call, at, made)
  local tags, looked, is_chosen = versions.choose(order, o, o.range), {}, {}
  for _, tag in ipairs(tags) do
    is_chosen[by_tag[tag]] = true
  end
  for _, one in ipairs(list) do
    looked[#looked + 1] = (is_chosen[one] or media_type.may_be_index(one.media_type)) and one or nil
  end
  call:each(looked, function(one)
    tagged.look(call, at, one, is_chosen[one] and (o.by == "created" or o.older_than ~= nil))
  end)
  return list, by_tag, tags
end

--- Keeps a tag that names another document now.
local function keep_moved(step, tag, now)
  step.why[tag] = ("the tag %s names %s now"):format(tag, now)
end

--- Whether a tag of a step names the document still. One that names another now stays.
---@param step table gets why the tag stays
---@param now string|boolean digest; false: it is gone
local function names_still(step, tag, now)
  if now and now ~= step.digest then
    keep_moved(step, tag, now)
  end
  return now == step.digest
end

--- Deletes tags alone where the registry deletes by digest only.
local function delete_alone(call, at, step, tags)
  local document = read.document_at(call.verb, at.ref, at.repository, step.digest)
  for _, tag in ipairs(tags) do
    if names_still(step, tag, try(digest_at(at.repository, tag, step.digest))) then
      local refusal = select(2, allow("conflict", caught(tag_alone.delete, call, at.repository, tag, document)))
      step.why[tag] = refusal and refusal.message
    end
  end
end

--- Deletes what a step names where the registry deletes by digest only: the document with all its tags, unless a tag
--- that stays names it, too.
---@param now manifest.Tagged|nil what tags name the document now
local function delete_document(call, at, step, now, o)
  local is_doomed, left, other = {}, {}, nil
  for _, tag in ipairs(step.tags) do
    is_doomed[tag] = true
  end
  for _, tag in ipairs(now and now.tags or {}) do
    left[#left + 1] = is_doomed[tag] and tag or nil
    other = other or not is_doomed[tag] and tag or nil
  end
  if not left[1] then
    return
  end
  if not other then
    allow("not_found", at.repository:delete(step.digest))
  elseif o.tag_only then
    delete_alone(call, at, step, left)
  else
    plan.keep_shared(step, left, other)
  end
end

--- Deletes the documents of steps whose tags a registry does not delete.
local function delete_documents(call, at, documents, o)
  local list, by_tag = tagged.list(call, at) -- a tag may have moved meanwhile, also to one of them
  local now = {}
  for _, one in ipairs(list) do
    now[one.digest] = one
  end
  call:each(documents, function(step)
    for _, tag in ipairs(step.tags) do
      names_still(step, tag, by_tag[tag] and by_tag[tag].digest or false)
    end
    delete_document(call, at, step, now[step.digest], o)
  end)
end

--- Notes the tags that a registry still has although it accepted their deletion.
local function note_kept(call, at, steps)
  local is_there = {}
  for _, tag in ipairs(allow("not_found", at.repository:tags()) or {}) do
    is_there[tag] = true
  end
  call:each(steps, function(step)
    for _, tag in ipairs(step.tags) do
      if is_there[tag] and not step.why[tag] and look_again(call, at.repository, tag, step.digest) == "remains" then
        step.why[tag] = "the registry accepted its deletion, and still has it"
      end
    end
  end)
end

local function carry_out(call, at, steps, o)
  local documents = {}
  for position, done in ipairs(try(at.repository:delete_tags(steps))) do
    local step = steps[position]
    for tag, now in pairs(done.moved) do
      keep_moved(step, tag, now)
    end
    documents[#documents + 1] = done.digest_alone and step or nil
  end
  if documents[1] then
    delete_documents(call, at, documents, o)
  end
  if steps[1] and at.repository.can.delete_tag ~= true then
    note_kept(call, at, steps)
  end
end

--- Settles what a plan does not know: whether tags go whose digest a tag that stays names, too.
local function foresee(call, at, steps)
  local shared = {}
  for _, step in ipairs(steps) do
    shared[#shared + 1] = step.other and step or nil
  end
  if not shared[1] then
    return
  end
  local goes_alone = tag_alone.is_granted(call:repository(at.ref, { actions = "pull,push,delete" }))
  for _, step in ipairs(shared) do
    if goes_alone == false then
      plan.keep_shared(step, step.tags, step.other)
    end
    step.unless = goes_alone == nil and ("unless %s"):format(plan.shared(step.other)) or nil
  end
end

---@class manifest.PruneResult
---@field repository string
---@field tags {name: string, digest: string, created: integer?, action: "delete"|"keep", reason: string?}[] that match;
--- the reason of one that a plan deletes says when it stays all the same
---@field deleted integer tags that were deleted
---@field notices string[]? what keeps tags that the retention would not
---@field dry_run boolean? only the plan was made

--- What was decided of each tag, and done. Pure.
---@param found table reasons by tag, steps that were this machine's
function prune.report(report, tags, by_tag, found)
  local step_of, shared = {}, 0
  for _, step in ipairs(found.steps) do
    shared = shared + (step.shared or 0)
    for _, tag in ipairs(step.tags) do
      step_of[tag] = step
    end
  end
  for position, tag in ipairs(tags) do
    local step = step_of[tag]
    local reason = found.reasons[tag] or (not step and "another shard's") or step.why[tag] or nil
    report.tags[position] = {
      name = tag, digest = by_tag[tag].digest, created = by_tag[tag].created, action = reason and "keep" or "delete",
      reason = reason or report.dry_run and step.unless or nil,
    }
    report.deleted = report.deleted + ((reason or report.dry_run) and 0 or 1)
  end
  report.notices = shared > 0 and { plan.notice(shared) } or nil
  return report
end

--- Makes the plan of a repository, and carries it out.
---@param at table of call:open
---@param o table of complete; yes
---@param mine manifest.Shard|nil
---@param made table<string, table>|nil tags that the caller puts there, as for tagged.list: they stay
---@return manifest.PruneResult
function prune.at(call, at, o, mine, made)
  local _ <close> = argument.as_docker_says(call.verb, at.ref:name_only(), "repository")
  local list, by_tag, tags = gather(call, at, o, made)
  local reasons = plan.by_age(tags, by_tag, o, os.time())
  for tag, place in pairs(made or {}) do
    reasons[tag] = place.reason or "the release makes it"
  end
  local can_alone = o.tag_only or at.repository.can.delete_tag == true
  local steps = plan.steps(list, plan.without_needed(list, tags, reasons), not can_alone)
  steps = shard.choose(steps, mine, function(step)
    return step.digest
  end)
  if o.yes then
    carry_out(call, at, steps, o)
  else
    foresee(call, at, steps)
  end
  local report = { repository = at.text, tags = {}, deleted = 0, dry_run = not o.yes or nil }
  return prune.report(report, tags, by_tag, { reasons = reasons, steps = steps })
end

---@param call manifest.Call
---@param repository string|manifest.Location
---@param o manifest.PruneOptions
---@return manifest.PruneResult
function prune.run(call, repository, o)
  prune.complete(o)
  local mine = o.shard and try(shard.parse(o.shard))
  local at = call:open(repository, { whole = true, write = true, delete = true })
  local _ <close> = failure.about(at.text)
  return prune.at(call, at, o, mine)
end

return prune
