--- plan: what apply would do, target by target and platform by platform. Reads, and changes nothing.

local create = require("manifest.verb.index.create")
local declare = require("manifest.declare")
local descriptor = require("manifest.document.descriptor")
local difference = require("manifest.document.difference")
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local graph_read = require("manifest.graph.read")
local steps = require("manifest.verb.release.steps")
local json = require("manifest.base.json")
local options = require("manifest.verb.release.options")
local platform = require("manifest.graph.platform")

local allow, caught, try = failure.allow, failure.caught, failure.try

local plan = declare.verb {
  name = "plan", network = true,
  description = "FILE is a release: Lua that returns a table of targets, or a YAML file of manifest-tool.",
  arguments = { options.release() },
  options = options.common(),
  printing = { check = { "boolean", help = "Exit with 2 when something would change" } },
  examples = { "plan release.lua", "plan --check --update release.yaml" },
}

local function is_same(old, new)
  return json.encode(descriptor.to_json(old)) == json.encode(descriptor.to_json(new))
end

--- What a tag names now, as entries; an image that is no index has none.
local function read_old(call, target, report)
  local answer = graph_read.document_at(call.verb, target.ref, target.repository, report.old)
  if answer.decoded.kind ~= "index" then
    report.was_image = true
    return {}
  end
  local entries = try(document.of(answer.decoded, answer.size)).entries
  -- What is gone of it has no platform any more, and is no reason to plan nothing.
  allow("not_found", caught(platform.learn, call, target.repository, entries))
  return entries
end

--- Fills in which platforms come, go and change. Pure.
---@param report table gets added, removed, changed
---@param old table[] descriptors
---@param new table[] descriptors
local function compare(report, old, new)
  local found = difference.pair(old, new)
  report.added, report.removed, report.changed = found.added, found.removed, {}
  for _, pair in ipairs(found.changed) do
    if not is_same(pair.old, pair.new) then
      report.changed[#report.changed + 1] = {
        platform = pair.new.platform, old = pair.old.digest, new = pair.new.digest,
      }
    end
  end
end

local function rehearse(call, o)
  o.dry_run = true
  return create.make(call, o)
end

---@class manifest.ReleaseResult
---@field path string? the release file
---@field lock string? the lock file
---@field changed integer targets that are not what they were, and tags that were deleted
---@field targets manifest.ReleaseTarget[]
---@field pruned manifest.ReleasePruned[]? of targets with `prune`

---@class manifest.ReleasePruned a manifest.PruneResult, and
---@field repository string
---@field tags {name: string, digest: string, created: integer?, action: "delete"|"keep", reason: string?}[] that match
---@field deleted integer tags that were deleted
---@field notices string[]? what keeps tags that the retention would not
---@field dry_run boolean? of plan
---@field skipped string? why nothing was looked at
---@field err manifest.Error?

---@class manifest.ReleaseTarget
---@field reference string
---@field state "created"|"moved"|"unchanged"|"restored"|"failed"
---@field digest string?
---@field old string? what its first tag named
---@field tags {name: string, state: string, old: string?}[]?
---@field sources {reference: string, digest: string?, locked: boolean}[]
---@field size integer? of the index, when it was put together
---@field media_type string?
---@field notices string[]?
---@field err manifest.Error?
---@field added manifest.IndexEntry[]? of plan
---@field removed manifest.Descriptor[]? of plan
---@field changed {platform: manifest.Platform?, old: string, new: string}[]? of plan
---@field was_image boolean? of plan: the tag names one image

---@param call manifest.Call
---@param release string|table
---@param o manifest.PlanOptions
---@return manifest.ReleaseResult
function plan.run(call, release, o)
  local _ <close> = steps.about(release)
  local work = steps.prepare(call, release, o)
  steps.open(call, work)
  return steps.run(call, work, rehearse, function(target, report, made)
    target.planned = made.raw and { raw = made.raw, media_type = made.media_type, digest = made.digest } or nil
    if made.entries and report.old ~= made.digest then
      compare(report, report.old and read_old(call, target, report) or {}, made.entries)
    end
  end)
end

return plan
