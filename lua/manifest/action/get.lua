--- get: the exact bytes of a manifest or index, as the registry has them.

local check = require("manifest.base.check")
local place = require("manifest.action.place")
local resolve = require("manifest.action.resolve")
local source = require("manifest.action.source")

local get = {}

local OPTIONS = { platform = "string|table" }

--- Fetches a document.
---@param context table
---@param given string|table reference
---@param options table|nil {platform = the image that a pull on it takes}
---@return table|nil got {reference, media_type, digest, size, raw, content (decoded), response (status and headers of
--- the registry's answer, rate limits among them; none from a layout)}
---@return table|nil err not_found, digest_mismatch, unauthorized, denied, ambiguous, invalid_platform, ...
function get.perform(context, given, options)
  options = check.options("get", options, OPTIONS)
  local answer, at = get.document(context, "get", given, options.platform)
  if not answer then
    return nil, at
  end
  return {
    reference = at.text, media_type = answer.media_type, digest = answer.digest, size = answer.size, raw = answer.bytes,
    content = answer.shape.json, response = answer.response,
  }
end

--- The document of a reference, or that of its image for a platform.
---@param context table
---@param verb string for the error
---@param given string|table
---@param wanted string|table|nil platform
---@return table|nil answer of source.document_at
---@return table place, or the error
function get.document(context, verb, given, wanted)
  local at, err = place.open(context, verb, given)
  if not at then
    return nil, err
  end
  local answer
  answer, err = place.document(verb, at)
  if answer and wanted then
    answer, err = get.child(verb, at, answer, wanted)
  end
  if not answer then
    return nil, err:with({ verb = verb, ref = at.text })
  end
  return answer, at
end

--- The image of a document for a platform.
---@param verb string for the error
---@param at table of place.open
---@param answer table of source.document_at
---@param wanted string|table platform
---@return table|nil answer of source.document_at
---@return table|nil err not_found: no image for it; of source.document_at
function get.child(verb, at, answer, wanted)
  local found, err = resolve.within(answer, wanted, at.text)
  if not found then
    return nil, err
  end
  if found.digest == answer.digest then
    return answer
  end
  return source.document_at(verb, place.name_of(at, found.digest), at.repository, found.digest)
end

return get
