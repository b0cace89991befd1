--- What `manifest resolve` prints.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

--- What is said of each entry.
local function explain(out, entries)
  for _, one in ipairs(entries or {}) do
    out:line(("%s %-16s %s  %-7s %s"):format(one.taken and "*" or " ", show.platform_of(one), one.digest,
      one.rank and "rank " .. one.rank or "-", one.reason))
  end
end

--- One line: digest, platform, media type, size.
---@param out table output
---@param found manifest.ResolveResult
function print.text(out, found)
  out:line(("%s  %s  %s  %d"):format(found.digest, platform.format(found.platform or {}), found.media_type,
    found.size))
  explain(out, found.entries)
end

--- Nothing fits: what there is, before the error is told.
---@param out table output
---@param err manifest.Error
---@param options table
function print.failed(out, err, options)
  if not options.json then
    explain(out, err.entries)
  end
end

local function entry_json(one)
  return json.object({
    { "platform", one.platform and platform.to_json(one.platform) }, { "digest", one.digest },
    { "mediaType", one.media_type }, { "rank", one.rank }, { "taken", one.taken }, { "reason", one.reason },
  })
end

---@param found manifest.ResolveResult
---@return table document
function print.json(_, found)
  local document = show.descriptor(found)
  document.entries = found.entries and show.array(found.entries, entry_json)
  return document
end

return print
