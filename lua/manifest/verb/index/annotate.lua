--- index annotate: platform, annotations and artifact type of an entry, or annotations of the index itself.

local choice = require("manifest.document.platform_choice")
local declare = require("manifest.declare")
local document = require("manifest.document.index")
local entry_of = require("manifest.document.entry")
local failure = require("manifest.base.failure")
local options = require("manifest.verb.index.options")
local platform_name = require("manifest.name.platform")
local selector = require("manifest.verb.index.selector")
local target = require("manifest.verb.index.target")
local text = require("manifest.base.text")

local allow, caught, fail, try = failure.allow, failure.caught, failure.fail, failure.try

local function wrong_together(given)
  if not given.entry and given.platform then
    return "an index has no platform: say which entry, by its platform or its digest"
  end
  if not (given.platform or given.artifact_type or given.annotations and next(given.annotations)) then
    return "nothing to change was given"
  end
end

local annotate = declare.verb {
  name = "index annotate", network = true, check = wrong_together,
  description = "Without PLATFORM or DIGEST, the annotations of the index itself. An empty value removes an annotation "
    .. "or clears a field of the platform.",
  arguments = {
    { "target", "location", help = "The index" },
    { "entry", "entry", optional = true, value = "PLATFORM|DIGEST", help = "Its entry; without, the index itself" },
  },
  options = options.join(options.COMMON, options.EDITS, options.PLATFORMS, {
    platform = { "platform_change", help = "Set the whole platform; in Lua, a table sets single fields of it" },
    annotations = { "map_change", flag = false, help = "Annotations; false or an empty text removes one" },
    artifact_type = { "media_type", help = "Artifact type" },
  }),
  printing = options.printing({
    annotation = { "string[]", value = "name=value", help = "Set an annotation" },
    os = { "string", help = "Set the operating system" },
    arch = { "string", help = "Set the architecture" },
    variant = { "string", help = "Set the variant" },
    os_version = { "string", help = "Set the version of the operating system" },
    os_features = { "string[]", commas = true, value = "list", help = "Set the features of the operating system" },
  }),
  hints = options.HINTS,
  examples = {
    "index annotate --variant v8 example.com/app:1.0 linux/arm64",
    "index annotate --annotation org.opencontainers.image.version=1 app.io/a:1",
  },
}

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
---@param wanted table {digest} or {platform}
---@param changes table platform, annotations, artifact_type
---@return table[] entries
function annotate.plan(entries, wanted, changes)
  local changed = table.move(entries, 1, #entries, 1, {})
  for _, position in ipairs(selector.find(entries, wanted)) do
    local entry = entries[position] --[[@as table]]
    changed[position] = entry_of.with(entry, {
      platform = changes.platform and entry_of.merge_platform(entry.platform, changes.platform),
      annotations = changes.annotations
        and (entry_of.merge_annotations(entry.annotations, changes.annotations) or false),
      artifact_type = changes.artifact_type,
    })
    local twin = changes.platform and twin_of(changed, position)
    if twin then
      fail {
        code = "exists", message = ("the index has %s for %s already"):format(twin.digest, choice.describe({ twin })),
        hint = "remove that entry first",
      }
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

--- What differs between two forms of an entry, or of the index itself: {what, old, new} each. Pure.
local function differences(old, new)
  local list = {}
  local function add(what, before, after)
    if before ~= after then
      list[#list + 1] = { what = what, old = before, new = after, entry = new.digest }
    end
  end
  add("platform", old.platform and platform_name.format(old.platform), new.platform
    and platform_name.format(new.platform))
  add("artifact type", old.artifact_type, new.artifact_type)
  local names = {}
  for _, annotations in ipairs({ old.annotations or {}, new.annotations or {} }) do
    for name in pairs(annotations) do
      names[name] = true
    end
  end
  for _, name in ipairs(text.sorted_keys(names)) do
    add("annotation " .. name, (old.annotations or {})[name], (new.annotations or {})[name])
  end
  return list
end

--- The same of all entries that changed.
local function differences_of_entries(old, new)
  local list = {}
  for position, entry in ipairs(new) do
    if entry ~= old[position] then
      local found = differences(old[position], entry)
      table.move(found, 1, #found, #list + 1, list)
    end
  end
  return list
end

---@class manifest.IndexChange
---@field what string platform, artifact type, or annotation NAME
---@field old string?
---@field new string?
---@field entry string? digest of the entry; nil: the index itself

---@class manifest.IndexAnnotateResult: manifest.IndexResult
---@field changes manifest.IndexChange[] empty: all of it was so already

---@param call manifest.Call
---@param given string|manifest.Location
---@param wanted {digest: string?, platform: manifest.Platform?}|nil
---@param o manifest.IndexAnnotateOptions
---@return manifest.IndexAnnotateResult
function annotate.run(call, given, wanted, o)
  if o.platform and not o.allow_unknown_platform then
    try(platform_name.check_known(o.platform --[[@as table]]))
  end
  local changes
  local done = target.edit(call, given, {}, o, function(index, again)
    if again and changes then -- it is found under its new name now, or is so already
      return wanted and (allow("not_found", caught(annotate.plan, index.entries, wanted, o)) or index.entries)
        or change_index(index, o)
    end
    if wanted then
      local entries = annotate.plan(index.entries, wanted, o)
      changes = differences_of_entries(index.entries, entries)
      return entries
    end
    local old = { annotations = index.annotations, artifact_type = index.artifact_type }
    local entries = change_index(index, o)
    changes = differences(old, { annotations = index.annotations, artifact_type = index.artifact_type })
    return entries
  end, wanted and wanted.platform ~= nil)
  done.changes = changes
  return done
end

return annotate
