--- What the edits of an index have in common: the target is opened, sources are brought to it, and it is edited.

local argument = require("manifest.declare.argument")
local edit = require("manifest.base.later")("manifest.tag.edit") ---@module "manifest.tag.edit"
local failure = require("manifest.base.failure")
local outcome = require("manifest.verb.index.outcome")
local sources = require("manifest.verb.index.sources")
local transfer = require("manifest.graph.transfer")

local target = {}

--- Opens an index with the sources of a verb; nothing is sent.
---@param call manifest.Call
---@param given string|manifest.Location the index
---@param list any[] sources as declared
---@param o table options
---@return table<string, any> work {at (of call:open), sources, options}
function target.open(call, given, list, o)
  local ref = failure.try(argument.location(call.verb, given))
  local _ <close> = failure.about(ref)
  local found, references = sources.read(call, ref, list, o)
  local at = call:open(ref, { write = not o.dry_run, also = #list > 0 and references or nil })
  sources.open(call, at, found, references)
  return { at = at, sources = found, options = o }
end

--- The entries of the sources, their platforms known, and what must be copied for them; nothing is written yet.
local function fetch(call, work)
  local groups = sources.fetch(call, work.at, work.sources)
  local plan = transfer.plan(work.at.repository, sources.trees(groups))
  sources.run(call, sources.config_tasks(call, groups, work.options))
  return groups, plan
end

--- Copies what the edit needs, once it is clear that the edit can be made, and edits.
local function perform(call, work, plan)
  if #plan.blobs > 0 or #plan.levels > 0 then
    edit.rehearse(call, work, false)
    transfer.run(call, work.at.repository, plan)
  end
  return edit.perform(call, work)
end

--- Edits an index.
---@param call manifest.Call
---@param given string|manifest.Location the index
---@param list any[] sources as declared; or none
---@param o table options
---@param change function (index, again, groups of entries of the sources) -> entries; again: the change was there once
---@param by_platform boolean|nil entries are looked for by their platforms
---@return manifest.IndexResult
function target.edit(call, given, list, o, change, by_platform)
  local work = target.open(call, given, list, o)
  local at = work.at
  local _ <close> = failure.about(at.text)
  local groups, plan = fetch(call, work)
  work.by_platform = by_platform
  function work.change(index, again)
    return change(index, again, groups)
  end
  if o.dry_run then
    local made = edit.rehearse(call, work, false)
    local known = made.unchanged and { [at.tag or made.digest] = made.digest } or nil
    return outcome.rehearsed(at.ref, made, { tags = { at.tag }, plan = plan, known = known })
  end
  local made = perform(call, work, plan)
  return outcome.done(at.ref, made, {
    tags = { at.tag }, plan = plan, written = made.unchanged and {} or { at.tag or made.digest },
  })
end

return target
