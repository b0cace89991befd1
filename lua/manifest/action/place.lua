--- Places: where a verb reads or writes, named by a reference.

local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local location = require("manifest.name.location")
local names = require("manifest.action.names")
local source = require("manifest.action.source")

local place = {}

--- What to do when a registry refuses a verb that pushes, by the error's code.
place.PUSH_HINTS = {
  unauthorized = "log in to the registry with an account that may push to the repository",
  denied = "check that the account may push to the repository",
}

--- Opens the place that a text (or a reference) names; nothing is sent yet.
---@param context table
---@param verb string for the error
---@param given string|table
---@param wanted table|nil actions ("pull" by default, or "pull,push"), also (other places' references)
---@return table|nil place {repository, selector = tag or digest, tag, digest, text = its full name, ref}
---@return table|nil err invalid_reference, unsupported, io, tls
function place.open(context, verb, given, wanted)
  local ref, err = names.location(verb, given)
  if not ref then
    return nil, err
  end
  wanted = wanted or {}
  if ref.kind == "archive" and (wanted.actions or ""):find("push", 1, true) then
    return nil, error_of.new({
      code = "unsupported", message = "an archive is only read", verb = verb, ref = tostring(ref),
      hint = "write to a registry, or to a layout (oci:PATH)",
    })
  end
  local connected
  connected, err = context.connect()
  if not connected then
    return nil, err:with({ verb = verb, ref = tostring(ref) })
  end
  return {
    repository = context.repository(ref, { actions = wanted.actions or "pull", also = wanted.also }),
    selector = names.selector(ref), tag = ref.tag, digest = ref.digest, text = tostring(ref), ref = ref,
    name = ref.repository,
  }
end

--- Opens a place and does something there; a failure gets the verb and the place's name.
---@param context table
---@param verb string
---@param given string|table
---@param fn function (place) -> value | nil, err
---@return any value
---@return table|nil err of open, or of fn
function place.visit(context, verb, given, fn)
  local at, err = place.open(context, verb, given)
  if not at then
    return nil, err
  end
  local value
  value, err = fn(at)
  if value == nil then
    return nil, err:with({ verb = verb, ref = at.text })
  end
  return value
end

--- The document of a place; a digest in its name is checked.
---@param verb string for the error
---@param at table of open
---@return table|nil answer of source.document_at
---@return table|nil err of source.document_at
function place.document(verb, at)
  return source.document_at(verb, at.ref, at.repository, at.selector, at.digest)
end

--- The descriptor of what a place names, without its bytes.
---@param verb string for the error
---@param at table of open
---@return table|nil descriptor {digest, media_type, size}
---@return table|nil err not_found, unauthorized, denied, ...
function place.descriptor(verb, at)
  local answer, err = at.repository:head(at.selector)
  if not answer then
    return nil, names.in_docker_words(err, verb, at.ref)
  end
  return answer
end

--- What a tag names now.
---@param repository table
---@param name string tag or digest
---@return string|boolean|nil digest false when it is not there
---@return table|nil err unauthorized, denied, ...
function place.look(repository, name)
  local found, err = repository:head(name)
  if found then
    return found.digest
  end
  if err.code == "not_found" then
    return false
  end
  return nil, err
end

--- True when a name says neither tag nor digest.
---@param given string|table
---@return boolean
function place.is_bare(given)
  local ref = type(given) == "string" and location.parse(given) or type(given) == "table" and given
  return ref and not ref.tag and not ref.digest or false
end

--- A full name in the same repository.
---@param at table of open
---@param selector string tag or digest
---@return string
function place.name_of(at, selector)
  return at.name .. (digest.is(selector) and "@" or ":") .. selector
end

return place
