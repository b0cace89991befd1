--- get: the exact bytes of a manifest or index, as the registry has them.

local check = require("manifest.base.check")
local names = require("manifest.declare.argument")
local resolve = require("manifest.verb.resolve")
local source = require("manifest.graph.read")

local get = {}

local OPTIONS = { platform = "string|table" }

--- The document of a place, or that of its image for a platform.
---@param verb string for the error
---@param at table of call:open
---@param wanted string|table|nil platform
---@return table|nil answer of source.document_at
---@return table|nil err not_found: no image for it; of source.document_at
function get.document(verb, at, wanted)
  local answer, err = source.document_of(verb, at)
  if not answer or not wanted then
    return answer, err
  end
  local found
  found, err = resolve.within(answer, wanted, at.text)
  if not found then
    return nil, err
  end
  if found.digest == answer.digest then
    return answer
  end
  return source.document_at(verb, names.name_of(at, found.digest), at.repository, found.digest)
end

--- Fetches a document.
---@param context table
---@param given string|table reference
---@param options table|nil {platform = the image that a pull on it takes}
---@return table|nil got {reference, media_type, digest, size, raw, content (decoded), response (status and headers of
--- the registry's answer, rate limits among them; none from a layout)}
---@return table|nil err not_found, digest_mismatch, unauthorized, denied, ambiguous, invalid_platform, ...
function get.perform(context, given, options)
  options = check.options("get", options, OPTIONS)
  return context:visit("get", given, function(at)
    local answer, err = get.document("get", at, options.platform)
    return answer and {
      reference = at.text, media_type = answer.media_type, digest = answer.digest, size = answer.size,
      raw = answer.bytes, content = answer.shape.json, response = answer.response,
    }, err
  end)
end

return get
