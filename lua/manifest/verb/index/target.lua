--- What the edits of an index have in common: the target and its options, read and opened; sources brought to it.

local copying = require("manifest.graph.transfer")
local edit = require("manifest.tag.edit")
local names = require("manifest.declare.argument")
local options_of = require("manifest.declare.options")
local outcome = require("manifest.verb.index.outcome")
local sources = require("manifest.verb.index.sources")

local target = {}

--- Of every edit.
target.OPTIONS = options_of.shape(options_of.OF_GUARDS, {
  shared = "boolean", -- others edit the tag from other machines at this moment
  media_type = "string", -- "oci" or "docker"
})

--- Reads the names and options of an edit, and opens its repositories; nothing is sent.
---@param context table
---@param verb string
---@param given string|table the index to edit
---@param options table
---@param list table|nil sources as the caller gave them
---@return table|nil job for edit.perform, without its change; with sources when there are any
---@return table|nil err
function target.open(context, verb, given, options, list)
  local job, err = { verb = verb, options = options, target = {} }
  job.target.ref, err = names.location(verb, given)
  if not job.target.ref then
    return nil, err
  end
  job.selector = names.selector(job.target.ref)
  job.expect, err = options_of.platforms(verb .. ": expect", options.expect)
  local references
  if job.expect and list then
    job.sources, err = options_of.sources(verb, list, options)
    references, err = nil, err
    if job.sources then
      references, err = sources.name(verb, job.target.ref, job.sources)
    end
  end
  if err then
    return nil, err
  end
  local connected
  connected, err = context.connect()
  if not connected then
    return nil, err
  end
  job.target.repository = context.repository(job.target.ref, {
    actions = options.dry_run and "pull" or "pull,push", also = references,
  })
  if job.sources then
    sources.open(context, job.target, job.sources, references)
  end
  return job
end

--- The entries of the sources, their platforms known, and what must be copied for them; nothing is written yet.
---@param context table
---@param job table of target.open with sources; gets groups and plan
---@return boolean|nil ok
---@return table|nil err
function target.fetch(context, job)
  local err
  job.groups, err = sources.fetch(context, job.verb, job.target, job.sources)
  if not job.groups then
    return nil, err
  end
  job.plan = copying.plan(job.target.repository, sources.trees(job.groups))
  local ok
  ok, err = context.loop:all(sources.config_tasks(job.verb, job.groups), context.jobs, function(task)
    return task()
  end)
  return ok and true, err
end

local function is_empty(plan)
  return #plan.blobs == 0 and #plan.levels == 0
end

--- One try at the edit as things stand, without writing.
local function rehearse(job)
  local state, made = edit.rehearse(job, false)
  return state and made, made
end

--- Copies what the edit needs, once it is clear that the edit can be made, and edits.
local function work(context, job)
  if job.plan and not is_empty(job.plan) then
    local ok, err = rehearse(job)
    if ok then
      ok, err = copying.perform(context, job.target.repository, job.plan)
    end
    if not ok then
      return nil, err
    end
  end
  return edit.perform(context, job)
end

--- Does an edit whose job is complete.
---@param context table
---@param job table of target.open, with change
---@return table|nil done of outcome.lua
---@return table|nil err
function target.perform(context, job)
  local made, err
  if job.options.dry_run then
    made, err = rehearse(job)
  else
    made, err = work(context, job)
  end
  if not made then
    return nil, outcome.failed(err, job.verb, job.target.ref)
  end
  local tags = { job.target.ref.tag }
  if job.options.dry_run then
    local known = made.unchanged and { [tags[1] or made.digest] = made.digest } or nil
    return outcome.rehearsed(job.target.ref, made, { tags = tags, plan = job.plan, known = known })
  end
  return outcome.done(job.target.ref, made, {
    tags = tags, plan = job.plan, written = made.unchanged and {} or { tags[1] or made.digest },
  })
end

return target
