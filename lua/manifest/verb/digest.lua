--- digest: what a reference names now.

local source = require("manifest.graph.read")

local digest = {}

--- Asks for the digest of a reference; one request, without the document.
---@param context table
---@param given string|table
---@return string|nil digest
---@return table|nil err not_found, unauthorized, denied, ...
---@return table|nil response status and headers of the registry's answer, rate limits among them; none from a layout
function digest.perform(context, given)
  local answer, err = context:visit("digest", given, function(at)
    return source.descriptor_of("digest", at)
  end)
  if not answer then
    return nil, err
  end
  return answer.digest, nil, answer.response
end

return digest
