--- One image of a registry as an entry of a list: its manifest, and the platform that its config tells.

local descriptor = require("manifest.document.descriptor")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local image = require("manifest.document.image")
local names = require("manifest.declare.argument")
local kinds = require("manifest.document.kind")

local source = {}

local UNREADABLE = "push the image again with a current tool"

--- A config larger than this is no config.
source.CONFIG_LIMIT = 4 * 1024 * 1024

--- Fetches a document. A digest that the name carries is checked, also when a tag was asked for.
---@param verb string for the error
---@param name string|table the name for the error, as the caller wrote it
---@param repository table
---@param selector string tag or digest to ask for
---@param wanted string|nil digest that the document must have
---@return table|nil answer {bytes, media_type, digest, size, repository, decoded = of document/kind.lua}
---@return table|nil err not_found, unauthorized, denied, digest_mismatch, ambiguous, invalid_json, ...
function source.document_at(verb, name, repository, selector, wanted)
  local answer, err = repository:manifest(selector)
  if not answer then
    return nil, names.in_docker_words(err, verb, name)
  end
  if wanted and not digest.matches(answer.bytes, wanted) then
    return nil, error_of.new({
      code = "digest_mismatch", message = "manifest verification failed for digest " .. wanted, verb = verb,
      ref = tostring(name), hint = ("the tag now names %s: leave the tag or the digest out"):format(answer.digest),
    })
  end
  return source.complete(answer, verb, name, repository)
end

--- Fetches the document of a reference.
---@param call manifest.Call
---@param verb string for the error
---@param ref table reference
---@param also table|nil other references that this verb reads, so that one token serves all
---@return table|nil answer of document_at
---@return table|nil err of document_at
function source.document(call, verb, ref, also)
  local repository = call:repository(ref, { actions = "pull", also = also })
  return source.document_at(verb, ref, repository, names.selector(ref), ref.digest)
end

--- The document of what call:open opened; a digest in its name is checked.
---@param verb string for the error
---@param at table of call:open
---@return table|nil answer of document_at
---@return table|nil err of document_at
function source.document_of(verb, at)
  return source.document_at(verb, at.ref, at.repository, at.selector, at.digest)
end

--- The descriptor of what call:open opened, without its bytes.
---@param verb string for the error
---@param at table of call:open
---@return table|nil descriptor {digest, media_type, size}
---@return table|nil err not_found, unauthorized, denied, ...
function source.descriptor_of(verb, at)
  local answer, err = at.repository:head(at.selector)
  if not answer then
    return nil, names.in_docker_words(err, verb, at.ref)
  end
  return answer
end

--- Decides what a fetched document is: its media type comes from the answer and from inside, which must agree.
---@param answer table of a repository's manifest(); it is filled in
---@param verb string for the error
---@param ref string|table for the error
---@param repository table that it came from
---@return table|nil answer of document_at
---@return table|nil err invalid_json, invalid_manifest, ambiguous, unsupported
function source.complete(answer, verb, ref, repository)
  local seen, err = kinds.read(answer.bytes, answer.media_type)
  if not seen then
    if err.code == "invalid_json" then
      err.message = ("the manifest of %s cannot be read: %s"):format(tostring(ref), err.message)
    end
    return nil, err:with({ verb = verb, ref = tostring(ref), hint = UNREADABLE })
  end
  answer.repository, answer.decoded, answer.media_type = repository, seen, seen.media_type
  return answer
end

--- Reads a fetched document as the manifest of one image.
local function read_image(answer, verb, ref)
  if answer.decoded.kind == "index" then
    return nil, error_of.new({
      code = "unsupported", message = tostring(ref) .. " is a manifest list", verb = verb, ref = tostring(ref),
      hint = "name the images of the list one by one, or use 'manifest index create', which takes lists",
    })
  end
  local read, err = image.of(answer.decoded, #answer.bytes)
  if not read then
    return nil, err:with({ verb = verb, ref = tostring(ref), hint = UNREADABLE })
  end
  return read
end

--- The bytes of a config: the blob, or where the repository lacks it what the manifest itself holds of it.
---@param repository table
---@param config table descriptor
---@return string|nil bytes
---@return table|nil err not_found, too_large, ...
function source.config(repository, config)
  local bytes, err = repository:blob(config.digest, source.CONFIG_LIMIT)
  if not bytes and err.code == "not_found" then
    bytes = descriptor.content(config)
  end
  return bytes, err
end

--- The platform of an image, out of its config.
---@param verb string for the error
---@param ref string|table for the error
---@param repository table
---@param read table view of the image (document/image.lua)
---@return table|nil platform
---@return table|nil err not_found, too_large, invalid_json, invalid_manifest, ...
function source.platform(verb, ref, repository, read)
  local bytes, err = source.config(repository, read.config)
  if not bytes then
    return nil, err:with({ verb = verb, ref = tostring(ref) })
  end
  local platform
  platform, err = image.platform(bytes)
  if not platform then
    err.message = ("the config %s of %s tells no platform: %s"):format(read.config.digest, tostring(ref), err.message)
    return nil, err:with({ verb = verb, ref = tostring(ref), hint = UNREADABLE })
  end
  return platform
end

--- An image as an entry, when its document is there already.
---@param answer table of source.document
---@return table|nil entry of draft/entry.lua
---@return table|nil err
function source.entry_of(verb, ref, answer)
  local read, err = read_image(answer, verb, ref)
  if not read then
    return nil, err
  end
  local platform
  read.json, answer.shape = nil, nil -- what they take is not held while the config is on its way
  platform, err = source.platform(verb, ref, answer.repository, read)
  if not platform then
    return nil, err
  end
  return source.new_entry(ref, read, answer, platform)
end

--- Puts an entry together.
---@param ref table reference
---@param read table view of the image (document/image.lua)
---@param answer table of document_at
---@param platform table
---@return table entry of draft/entry.lua
function source.new_entry(ref, read, answer, platform)
  return {
    ref = ref, media_type = read.media_type, digest = answer.digest, size = answer.size, platform = platform,
    raw = answer.bytes,
  }
end

--- Fetches an image as an entry: the config is asked for as soon as its manifest is there.
---@param call manifest.Call
---@param verb string for the error
---@param ref table reference
---@param also table|nil see document
---@return table|nil entry of draft/entry.lua
---@return table|nil err of document and platform
function source.fetch(call, verb, ref, also)
  local answer, err = source.document(call, verb, ref, also)
  if not answer then
    return nil, err
  end
  return source.entry_of(verb, ref, answer)
end

source.read_image = read_image

return source
