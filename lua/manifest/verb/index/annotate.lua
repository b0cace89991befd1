--- index annotate: platform, annotations and artifact type of an entry, or annotations of the index itself.

local choice = require("manifest.document.platform_choice")
local document = require("manifest.document.index")
local entry_of = require("manifest.document.entry")
local error_of = require("manifest.base.error")
local media_type = require("manifest.name.media_type")
local options_of = require("manifest.declare.options")
local outcome = require("manifest.verb.index.outcome")
local selector = require("manifest.verb.index.selector")
local target = require("manifest.verb.index.target")

local annotate = {}

local VERB = "index annotate"

local CHANGES = {
  platform = "string|table", -- text: the whole platform; table: single fields, false clears one
  annotations = "table", -- false or "" removes one
  artifact_type = "string",
}

local OPTIONS = options_of.shape(target.OPTIONS, CHANGES)

--- Another entry of the same platform.
local function twin_of(entries, position)
  local key = choice.key(entries[position])
  for other, entry in ipairs(entries) do
    if key and other ~= position and choice.key(entry) == key then
      return entry
    end
  end
end

--- The entries with one of them changed; all that is not named in the changes stays. Pure.
---@param entries table[]
---@param wanted table of selector.read
---@param changes table platform (of options.platform), annotations, artifact_type
---@return table[]|nil entries
---@return table|nil err
function annotate.plan(entries, wanted, changes)
  local found, err = selector.find(entries, wanted)
  if not found then
    return nil, err
  end
  local changed = table.move(entries, 1, #entries, 1, {})
  for _, position in ipairs(found) do
    local entry = entries[position]
    changed[position] = entry_of.with(entry, {
      platform = changes.platform and entry_of.merge_platform(entry.platform, changes.platform),
      annotations = changes.annotations
        and (entry_of.merge_annotations(entry.annotations, changes.annotations) or false),
      artifact_type = changes.artifact_type,
    })
    local twin = changes.platform and twin_of(changed, position)
    if twin then
      return nil, error_of.new({
        code = "exists", message = ("the index has %s for %s already"):format(twin.digest, choice.describe({ twin })),
        hint = "remove that entry first",
      })
    end
  end
  return changed
end

--- The change of the index itself: only annotations, and its artifact type.
local function change_index(index, changes)
  if changes.annotations then
    document.annotate(index, changes.annotations)
  end
  if changes.artifact_type then
    index.artifact_type, index.json.artifactType = changes.artifact_type, changes.artifact_type
  end
  return index.entries
end

local function check_options(options, which)
  options = options_of.check(VERB, options, OPTIONS, 3)
  if not which and options.platform then
    error(VERB .. ": an index has no platform: say which entry", 3)
  end
  if not (options.platform or options.artifact_type or options.annotations and next(options.annotations)) then
    error(VERB .. ": nothing to change was given", 3)
  end
  options_of.annotations(VERB, options.annotations)
  return options
end

--- Reads what to change of which entry.
local function read(options, which)
  local wanted, err
  local changes = { annotations = options.annotations, artifact_type = options.artifact_type }
  changes.platform, err = options_of.platform(VERB, options.platform)
  if not err then
    err = select(2, media_type.check(changes.artifact_type))
  end
  if not err and which then
    wanted, err = selector.read(VERB, which)
  end
  return changes, wanted, err
end

--- Annotates.
---@param context table
---@param given string|table the index
---@param which string|table|nil platform or digest of the entry; nil: the index itself
---@param options table see OPTIONS
---@return table|nil done see outcome.lua
---@return table|nil err
function annotate.perform(context, given, which, options)
  options = check_options(options, which)
  local job
  local changes, wanted, err = read(options, which)
  if not err then
    job, err = target.open(context, VERB, given, options)
  end
  if not job then
    return nil, outcome.failed(err, VERB, given)
  end
  local after
  function job.change(index, again)
    if not wanted then
      return change_index(index, changes)
    end
    -- A platform that was changed is found under its new name when the edit is tried again.
    local entries, problem = annotate.plan(index.entries, wanted, changes)
    if not entries and again and after and problem.code == "not_found" then
      return index.entries
    end
    after = entries ~= nil
    return entries, problem
  end
  return target.perform(context, job)
end

return annotate
