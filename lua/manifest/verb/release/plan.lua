--- plan: what apply would do, target by target and platform by platform. Reads, and changes nothing.

local contrast = require("manifest.document.difference")
local caught = require("manifest.base.failure").caught
local create = require("manifest.verb.index.create")
local declare = require("manifest.declare")
local descriptor = require("manifest.document.descriptor")
local document = require("manifest.document.index")
local job = require("manifest.verb.release.job")
local json = require("manifest.base.json")
local source = require("manifest.graph.read")

local plan = {}

local function is_same(old, new)
  return json.encode(descriptor.to_json(old)) == json.encode(descriptor.to_json(new))
end

--- What a tag names now, as entries; an image that is no index has none.
local function read_old(target, report)
  local answer, err = source.document_at("plan", target.ref, target.repository, report.old)
  if not answer then
    return nil, err
  end
  if answer.shape.kind ~= "index" then
    report.was_image = true
    return {}
  end
  local index
  index, err = document.of(answer.shape, answer.size)
  return index and index.entries, err
end

--- Fills in which platforms come, go and change. Pure.
---@param report table gets added, removed, changed
---@param old table[] descriptors
---@param new table[] descriptors
function plan.compare(report, old, new)
  local found = contrast.pair(old, new)
  report.added, report.removed, report.changed = found.added, found.removed, {}
  for _, pair in ipairs(found.changed) do
    if not is_same(pair.old, pair.new) then
      report.changed[#report.changed + 1] = {
        platform = pair.new.platform, old = pair.old.digest, new = pair.new.digest,
      }
    end
  end
end

local function rehearse(context, options)
  options.dry_run = true
  local values, err = declare.read(create, options)
  if not values then
    return nil, err
  end
  return caught(create.make, context.call, values[1])
end

--- Says which platforms of a target would come, go and change.
local function tell_changes(target, report, made)
  if report.old == made.digest then
    return true
  end
  local old, err = {}, nil
  if report.old then
    old, err = read_old(target, report)
  end
  if not old then
    return nil, err
  end
  plan.compare(report, old, made.entries)
  return true
end

--- Plans a release.
---@param context table
---@param given string|table path of a release file, or what one returns
---@param options table|nil {lock, update, shallow}
---@return table|nil outcome {path, lock, changed, targets = {{reference, state, digest, old, tags, sources, added,
--- ...}}}
---@return table|nil err
function plan.perform(context, given, options)
  local work, err = job.prepare(context, "plan", given, options)
  if work then
    work, err = job.open(context, work)
  end
  if not work then
    return nil, err
  end
  return job.run(context, work, rehearse, tell_changes)
end

return plan
