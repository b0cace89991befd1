--- What docker makes of the entries of a local list: shared by push and inspect.

local document = require("manifest.document.index")
local failure = require("manifest.base.failure")

local list = {}

--- Refuses what docker does not push: an entry without os and architecture, and one of another registry than the
--- list's. docker checks one entry after the other.
---@param entries table[]
---@param target table reference of the list
---@param may_lack boolean|nil an entry may lack os and architecture
function list.check(entries, target, may_lack)
  for _, entry in ipairs(entries) do
    local platform = entry.platform or {}
    if not may_lack and ((platform.os or "") == "" or (platform.architecture or "") == "") then
      failure.fail {
        code = "incomplete",
        message = ("manifest %s must have an OS and Architecture to be pushed to a registry"):format(
          tostring(entry.ref)),
        hint = ("set them: 'manifest annotate --os OS --arch ARCH %s %s'"):format(tostring(target),
          tostring(entry.ref)),
      }
    end
    if entry.ref.domain ~= target.domain then
      failure.fail {
        code = "unsupported",
        message = ("cannot use source images from a different registry than the target image: %s != %s"):format(
          entry.ref.domain, target.domain),
        hint = "use 'manifest index create', which copies between registries",
      }
    end
  end
end

--- The list of some entries, as docker writes it.
---@param entries table[] of a local list, in order
---@return string raw
---@return string media_type
---@return table[] descriptors
function list.of(entries)
  local descriptors = {}
  for index, entry in ipairs(entries) do
    descriptors[index] = {
      media_type = entry.media_type, size = entry.size, digest = entry.digest, platform = entry.platform or {},
    }
  end
  local raw = document.serialise(document.build({ entries = descriptors })) --[[@as string]]
  return raw, document.docker_type(descriptors), descriptors
end

return list
