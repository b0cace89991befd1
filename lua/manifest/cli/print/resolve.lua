--- What `manifest resolve` prints.

local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

--- One line: digest, platform, media type, size.
---@param out table output
---@param found manifest.Descriptor
function print.text(out, found)
  out:line(("%s  %s  %s  %d"):format(found.digest, platform.format(found.platform or {}), found.media_type,
    found.size))
end

---@param found manifest.Descriptor
---@return table document
function print.json(_, found)
  return show.descriptor(found)
end

return print
