--- index replace: other images in the places of those of the same platforms.

local assembly = require("manifest.document.assembly")
local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local options = require("manifest.verb.index.options")
local selector = require("manifest.verb.index.selector")
local target = require("manifest.verb.index.target")

local fail, try = failure.fail, failure.try

local replace = declare.verb {
  name = "index replace", network = true, check = options.wrong_sources,
  description = "The entry of SOURCE's platform is replaced, in its place; each image of an index replaces one. "
    .. "Attestations go and come with their images. A SOURCE is what 'manifest index create' takes.",
  arguments = {
    { "target", "location", help = "The index" },
    options.source("source", "location|table", "The new image, or an index of new images"),
  },
  options = options.join(options.COMMON, options.SOURCES, options.EDITS, {
    entry = { "entry", help = "The entry to replace (default: that of the new image's platform)" },
  }),
  printing = options.printing(),
  hints = options.HINTS,
  examples = {
    "index replace example.com/app:1.0 example.com/app:1.0.1-arm64",
    "index replace --entry linux/arm64 example.com/app:1.0 example.com/app:fix",
  },
}

--- The position where a new image goes.
local function position_of(entries, fresh, wanted)
  if not wanted and not choice.key(fresh) then
    fail {
      code = "incomplete", message = ("%s is for no platform"):format(fresh.from or fresh.digest),
      hint = "say which entry it replaces",
    }
  end
  return selector.find(entries, wanted or { platform = fresh.platform })[1]
end

--- The entries with new ones in the places of old ones. Pure, but for what it notes in `memory`: the digests that were
--- replaced, so that a second try tells an edit that got lost from one that came later.
---@param entries table[]
---@param fresh table[] entries of the source
---@param memory table
---@param wanted table|nil the entry that goes: {digest} or {platform}
---@param again boolean|nil
---@return table[] entries
function replace.plan(entries, fresh, memory, wanted, again)
  local changed = table.move(entries, 1, #entries, 1, {})
  for _, entry in ipairs(fresh) do
    if attestation.is(entry) then
      changed[#changed + 1] = entry
    elseif not (wanted and again and #choice.find(changed, { digest = entry.digest }) > 0) then
      local position = position_of(changed, entry, wanted)
      local old = changed[position].digest
      if again and old ~= entry.digest and not memory[old] then
        fail {
          code = "conflict", hint = "look which of the two should stay",
          message = ("somebody else replaced the image for %s meanwhile"):format(choice.describe({ entry })),
        }
      end
      memory[old] = true
      changed[position] = entry
    end
  end
  return assembly.follow(entries, (try(assembly.join({ changed }, { alone = true, duplicates = "allow" }))))
end

---@param call manifest.Call
---@param given string|manifest.Location
---@param source string|manifest.Location|manifest.IndexSource
---@param o manifest.IndexReplaceOptions
---@return manifest.IndexResult
function replace.run(call, given, source, o)
  local memory, entry = {}, o.entry --[[@as table?]]
  return target.edit(call, given, { source }, o, function(index, again, groups)
    return replace.plan(index.entries, (try(assembly.join(groups))), memory, entry, again)
  end, not entry or entry.platform ~= nil)
end

return replace
