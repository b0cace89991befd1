--- digest: what a reference names now.

local place = require("manifest.action.place")

local digest = {}

--- Asks for the digest of a reference; one request, without the document.
---@param context table
---@param given string|table
---@return string|nil digest
---@return table|nil err not_found, unauthorized, denied, ...
function digest.perform(context, given)
  return place.visit(context, "digest", given, function(at)
    local answer, err = place.descriptor("digest", at)
    return answer and answer.digest, err
  end)
end

return digest
