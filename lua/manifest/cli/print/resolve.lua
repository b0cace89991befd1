--- What `manifest resolve` prints.

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

local entry_json = show.object({
  { "platform", platform.to_json }, "digest", "mediaType", "rank", "taken", "reason",
})
local ENTRIES = { "entries", show.list(entry_json) }

print.json = show.document({ show.descriptor, ENTRIES })

local failed_json = show.object({ ENTRIES, { "error", show.failure, of = "err" } })

--- Nothing fits: what there is, before the error is told.
---@param out table output
---@param err manifest.Error
---@param options table
function print.failed(out, err, options)
  if err.entries and options.json then
    show.report(out, failed_json({ entries = err.entries, err = err }))
  else
    explain(out, err.entries)
  end
end

return print
