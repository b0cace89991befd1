--- index replace: other images in the places of those of the same platforms.

local assembly = require("manifest.document.assembly")
local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local error_of = require("manifest.base.error")
local options_of = require("manifest.declare.options")
local outcome = require("manifest.verb.index.outcome")
local selector = require("manifest.verb.index.selector")
local target = require("manifest.verb.index.target")

local replace = {}

local VERB = "index replace"

local SOURCES = options_of.shape(options_of.OF_SOURCES) -- but for replace, allow_duplicates and order
SOURCES.replace, SOURCES.allow_duplicates, SOURCES.order = nil, nil, nil

local OPTIONS = options_of.shape(target.OPTIONS, SOURCES, {
  entry = "string|table", -- which entry goes, by platform or digest; default: that of the new image's platform
})

local function conflict(text)
  return nil, error_of.new({
    code = "conflict", message = ("somebody else replaced the image for %s meanwhile"):format(text),
    hint = "look which of the two should stay",
  })
end

--- The place where a new image goes.
local function place_of(entries, fresh, wanted)
  if wanted then
    local found, err = selector.find(entries, wanted)
    return found and found[1], err
  end
  if not choice.key(fresh) then
    return nil, error_of.new({
      code = "incomplete", message = ("%s is for no platform"):format(fresh.from or fresh.digest),
      hint = "say which entry it replaces",
    })
  end
  local found, err = selector.read(VERB, fresh.platform)
  if found then
    found, err = selector.find(entries, found)
  end
  return found and found[1], err
end

--- The entries with new ones in the places of old ones. Pure, but for what it notes in `memory`: the digests that were
--- replaced, so that a second try tells an edit that got lost from one that came later.
---@param entries table[]
---@param fresh table[] entries of the source
---@param options table wanted (selector), again, memory
---@return table[]|nil entries
---@return table|nil err
function replace.plan(entries, fresh, options)
  local changed, memory = table.move(entries, 1, #entries, 1, {}), options.memory or {}
  for _, entry in ipairs(fresh) do
    if attestation.is(entry) then
      changed[#changed + 1] = entry
    elseif not (options.wanted and #choice.find(changed, { digest = entry.digest }) > 0 and options.again) then
      local position, err = place_of(changed, entry, options.wanted)
      if not position then
        return nil, err
      end
      local old = changed[position].digest
      if options.again and old ~= entry.digest and not memory[old] then
        return conflict(choice.describe({ entry }))
      end
      memory[old] = true
      changed[position] = entry
    end
  end
  local joined, err = assembly.join({ changed }, { alone = true, duplicates = "allow" })
  if not joined then
    return nil, err
  end
  return assembly.follow(entries, joined)
end

--- Replaces images.
---@param context table
---@param given string|table the index
---@param one string|table source, see declare/options.lua
---@param options table|nil
---@return table|nil done see outcome.lua
---@return table|nil err
function replace.perform(context, given, one, options)
  options = options_of.check(VERB, options, OPTIONS)
  local wanted, job, ok, err
  if options.entry then
    wanted, err = selector.read(VERB, options.entry)
  end
  if not err then
    job, err = target.open(context, VERB, given, options, { one })
  end
  if job then
    ok, err = target.fetch(context, job)
  end
  local fresh
  if ok then
    fresh, err = assembly.join(job.groups)
    err = not fresh and err or nil
  end
  if not fresh then
    return nil, outcome.failed(err, VERB, job and job.target.ref or given)
  end
  local memory = {}
  function job.change(index, again)
    return replace.plan(index.entries, fresh, { wanted = wanted, again = again, memory = memory })
  end
  return target.perform(context, job)
end

return replace
