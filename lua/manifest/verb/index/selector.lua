--- Which entry of an index a caller means: by platform or by digest.

local choice = require("manifest.document.platform_choice")
local failure = require("manifest.base.failure")
local platform = require("manifest.name.platform")

local fail = failure.fail

local selector = {}

--- The positions that a selector means in an index.
---@param entries table[]
---@param wanted table {digest} or {platform}
---@param many boolean|nil several entries of one platform are fine
---@return integer[] positions at least one
function selector.find(entries, wanted, many)
  local found = choice.find(entries, wanted)
  local text = wanted.digest or platform.format(wanted.platform)
  if #found == 0 then
    fail {
      code = "not_found", message = "the index has no entry " .. text, hint = "it has " .. choice.describe(entries),
    }
  end
  if #found > 1 and not many and wanted.platform then
    local digests = {}
    for position, at in ipairs(found) do
      digests[position] = (entries[at] --[[@as table]]).digest
    end
    fail {
      code = "ambiguous", message = ("the index has %d entries for %s"):format(#found, text),
      hint = "name one by its digest: " .. table.concat(digests, ", "),
    }
  end
  return found
end

return selector
