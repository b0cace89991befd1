--- Documents as they are stored: fetched, checked and decoded; and one image as an entry of a local list.

local argument = require("manifest.declare.argument")
local descriptor = require("manifest.document.descriptor")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local image = require("manifest.base.later")("manifest.document.image") ---@module "manifest.document.image"
local kinds = require("manifest.document.kind")

local allow, amend, fail, try = failure.allow, failure.amend, failure.fail, failure.try

local read = {}

local UNREADABLE = "push the image again with a current tool"

--- A config larger than this is no config.
read.CONFIG_LIMIT = 4 * 1024 * 1024

--- Says of a failure which reference it is about.
local function about(verb, ref, hint)
  return amend(function(err)
    err:with({ verb = verb, ref = tostring(ref), hint = hint })
  end)
end

---@class manifest.Document: manifest.Answer a document that was fetched
---@field media_type string
---@field repository manifest.Repository that it came from
---@field decoded table of document/kind.lua

--- Decides what a fetched document is: its media type comes from the answer and from inside, which must agree.
---@param answer table of a repository's manifest(); it is filled in
---@param verb string for the error
---@param ref string|table for the error
---@param repository table that it came from
---@return manifest.Document answer
function read.complete(answer, verb, ref, repository)
  local _ <close> = about(verb, ref, UNREADABLE)
  local _ <close> = amend(function(err)
    if err.code == "invalid_json" then
      err.message = ("the manifest of %s cannot be read: %s"):format(tostring(ref), err.message)
    end
  end)
  answer.decoded = try(kinds.read(answer.raw, answer.media_type))
  answer.repository, answer.media_type = repository, answer.decoded.media_type
  return answer
end

local function get(verb, name, repository, selector)
  local _ <close> = argument.as_docker_says(verb, name)
  return try(repository:manifest(selector))
end

--- What a tag of a repository's list was found to name. Some registries list tags of what was deleted, or has expired:
--- such a tag is left out, with a warning. In a layout, whose errors have no status, it is damage.
---@generic T
---@param call manifest.Call
---@param tag string
---@param found T?
---@param gone manifest.Error? not_found
---@return T? found
function read.listed(call, tag, found, gone)
  if found then
    return found
  elseif not (gone --[[@as manifest.Error]]).status then
    fail(gone --[[@as manifest.Error]])
  end
  call:warn(("the tag %s is listed, and names nothing: left out"):format(tag))
end

--- Fetches a document. A digest that the name carries is checked, also when a tag was asked for.
---@param verb string for the error
---@param name string|table the name for the error, as the caller wrote it
---@param repository table
---@param selector string tag or digest to ask for
---@param wanted string|nil digest that the document must have
---@return manifest.Document answer
function read.document_at(verb, name, repository, selector, wanted)
  local answer = get(verb, name, repository, selector)
  if wanted and not digest.matches(answer.raw, wanted) then
    fail {
      code = "digest_mismatch", message = "manifest verification failed for digest " .. wanted, verb = verb,
      ref = tostring(name), hint = ("the tag now names %s: leave the tag or the digest out"):format(answer.digest),
    }
  end
  return read.complete(answer, verb, name, repository)
end

--- Fetches the document of a reference, for docker's verbs: what a tag names has a sha256 there, whatever its registry
--- calls it.
---@param call manifest.Call
---@param verb string for the error
---@param ref table reference
---@param also table|nil other references that this verb reads, so that one token serves all
---@return manifest.Document answer
function read.document(call, verb, ref, also)
  local repository = call:repository(ref, { actions = "pull", also = also })
  local answer = read.document_at(verb, ref, repository, ref.tag or ref.digest, ref.digest)
  answer.digest = ref.digest or digest.of(answer.raw)
  return answer
end

--- The document of what call:open opened; a digest in its name is checked.
---@param verb string for the error
---@param at table of call:open
---@return manifest.Document answer
function read.document_of(verb, at)
  return read.document_at(verb, at.ref, at.repository, at.selector, at.digest)
end

--- The descriptor of what call:open opened, without its bytes.
---@param verb string for the error
---@param at table of call:open
---@return any descriptor {digest, media_type, size}; response, of a registry
function read.descriptor_of(verb, at)
  local _ <close> = argument.as_docker_says(verb, at.ref)
  return (try(at.repository:head(at.selector)))
end

--- Reads a fetched document as the manifest of one image.
---@return table<string, any> view of the image (document/image.lua)
function read.image(answer, verb, ref)
  if answer.decoded.kind == "index" then
    fail {
      code = "unsupported", message = tostring(ref) .. " is a manifest list", verb = verb, ref = tostring(ref),
      hint = "name the images of the list one by one, or use 'manifest index create', which takes lists",
    }
  end
  local _ <close> = about(verb, ref, UNREADABLE)
  return (try(image.of(answer.decoded, #answer.raw)))
end

--- The bytes of a config: the blob, or where the repository lacks it what the manifest itself holds of it.
---@param repository table
---@param config table descriptor
---@return string bytes
function read.config(repository, config)
  local bytes, gone = allow("not_found", repository:blob(config.digest, read.CONFIG_LIMIT))
  return bytes or descriptor.content(config) or fail(gone)
end

--- The platform of an image, out of its config.
---@param verb string for the error
---@param ref string|table for the error
---@param repository table
---@param view table of the image (document/image.lua)
---@return table platform
function read.platform(verb, ref, repository, view)
  local _ <close> = about(verb, ref)
  local bytes = read.config(repository, view.config)
  local _ <close> = amend(function(err)
    err.message = ("the config %s of %s tells no platform: %s"):format(view.config.digest, tostring(ref), err.message)
    err:with({ hint = UNREADABLE })
  end)
  return (try(image.platform(bytes)))
end

--- An image as an entry, when its document is there already.
---@param answer table of read.document
---@return table entry of draft/entry.lua
function read.entry_of(verb, ref, answer)
  local view = read.image(answer, verb, ref)
  view.json, answer.decoded = nil, nil -- what they take is not held while the config is on its way
  return read.new_entry(ref, view, answer, read.platform(verb, ref, answer.repository, view))
end

--- Puts an entry together.
---@param ref table reference
---@param view table of the image (document/image.lua)
---@param answer table of document_at
---@param platform table
---@return table entry of draft/entry.lua
function read.new_entry(ref, view, answer, platform)
  return {
    ref = ref, media_type = view.media_type, digest = answer.digest, size = answer.size, platform = platform,
    raw = answer.raw,
  }
end

--- Fetches an image as an entry: the config is asked for as soon as its manifest is there.
---@param call manifest.Call
---@param verb string for the error
---@param ref table reference
---@param also table|nil see document
---@return table entry of draft/entry.lua
function read.fetch(call, verb, ref, also)
  return read.entry_of(verb, ref, read.document(call, verb, ref, also))
end

return read
