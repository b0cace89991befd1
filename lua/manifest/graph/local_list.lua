--- What docker makes of the entries of a local list: shared by push and inspect.

local document = require("manifest.document.index")
local failure = require("manifest.base.failure")

local list = {}

--- Refuses an entry of another registry than the list's.
---@param entry table {ref}
---@param target table reference
function list.check_registry(entry, target)
  if entry.ref.domain ~= target.domain then
    failure.fail {
      code = "unsupported",
      message = ("cannot use source images from a different registry than the target image: %s != %s"):format(
        entry.ref.domain, target.domain),
      hint = "use 'manifest index create', which copies between registries",
    }
  end
end

--- The list of some entries, as docker writes it.
---@param entries table[] of a local list, in order
---@return string raw
---@return string media_type
---@return table[] descriptors each with the reference of its entry
function list.of(entries)
  local descriptors = {}
  for index, entry in ipairs(entries) do
    descriptors[index] = {
      media_type = entry.media_type, size = entry.size, digest = entry.digest, platform = entry.platform or {},
      reference = tostring(entry.ref),
    }
  end
  return document.serialise(document.build({ entries = descriptors })), document.docker_type(descriptors), descriptors
end

return list
