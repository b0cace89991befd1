--- References, tags and platforms as the verbs take them: text, or a reference (`latest` is filled in) or a platform.

local check = require("manifest.base.check")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local failure = require("manifest.base.failure")
local reference = require("manifest.name.reference")

local argument = {}

--- The reference a verb works on.
---@param verb string for the error
---@param given string|table
---@param prefix string|nil what docker's message says before the reason
---@return_overload table ref
---@return_overload nil, table err invalid_reference
function argument.parse(verb, given, prefix)
  if reference.is(given) then
    return given:with_default_tag()
  end
  check.type(verb .. ": reference", given, "string", 3)
  ---@cast given string
  local ref, err = reference.parse(given)
  if ref then
    return ref:with_default_tag()
  end
  local message = prefix and ("%s %s: %s"):format(prefix, given, err.message) or err.message
  return nil, error_of.new({
    code = err.code, message = message, verb = verb, ref = given, cause = err,
    hint = err.hint or "write [HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]",
  })
end

--- The same for our own verbs, which also take layouts (oci:PATH[:TAG]) and archives.
---@param verb string for the error
---@param given string|table
---@return_overload table location reference, or what name/location.lua reads
---@return_overload nil, table err invalid_reference
function argument.location(verb, given)
  local is_text = type(given) == "string"
  if not is_text and reference.is(given) then
    return given:with_default_tag()
  end
  local location = require("manifest.name.location") -- docker's verbs never come here
  if not is_text and location.is_local(given) then
    return given
  end
  if not is_text or not location.is_local_text(given) then
    return argument.parse(verb, given)
  end
  local parsed, err = location.parse(given)
  if not parsed then
    return nil, err:with({ verb = verb, ref = given })
  end
  return parsed
end

--- True when a name says neither tag nor digest.
---@param given string|table
---@return boolean
function argument.is_bare(given)
  local location = require("manifest.name.location")
  local ref = type(given) == "string" and location.parse(given) or type(given) == "table" and given
  return ref and not ref.tag and not ref.digest or false
end

--- A word that looks like a registry's name; where a repository is wanted, it is read as an image of Docker Hub.
---@param given string|table
---@return string|nil registry
function argument.registry_in(given)
  local host = type(given) == "string" and (given:match("^([^/@:]+)$") or given:match("^([^/@:]+):%d+$"))
  ---@cast given string where host is a text
  return host and (host == "localhost" or host:find(".", 1, true)) and given or nil
end

--- Does a name say a whole repository?
---@param given string|table
---@param ref table as which it was read
---@return_overload boolean
---@return_overload nil, table err invalid_reference
function argument.whole(given, ref)
  if argument.is_bare(given) then
    return true
  end
  local registry = argument.registry_in(given)
  return nil, error_of.new(registry and {
    code = "invalid_reference", message = registry .. " names a registry, not a repository", ref = registry,
    hint = ("name a repository in it; 'manifest repositories %s' lists them"):format(registry),
  } or {
    code = "invalid_reference", message = ("%s names one image, not a repository"):format(ref),
    hint = "leave the tag and the digest out",
  })
end

--- A full name in the same repository.
---@param at table of call:open
---@param selector string tag or digest
---@return string
function argument.name_of(at, selector)
  return at.name .. (digest.is(selector) and "@" or ":") .. selector
end

--- Checks tags for the repository of a reference.
---@param ref table
---@param given string[]
---@return_overload string[] tags each once, in order
---@return_overload nil, table err invalid_reference
function argument.tags(ref, given)
  local list, seen = {}, {}
  for _, name in ipairs(given) do
    local ok, err = ref:with_tag(name)
    if not ok then
      return nil, err
    end
    if not seen[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  return list
end

--- What a registry is asked for: docker asks for the tag when there is one, and checks the digest afterwards.
---@param ref table reference
---@return string|nil tag or digest
function argument.selector(ref)
  return ref.tag or ref.digest
end

local WHAT_TO_DO = {
  not_found = "check the name and the tag, and whether the registry lets you read it (manifest login)",
  unauthorized = "log in to the registry, and check that the account may read the repository",
  denied = "check that the account may read the repository",
}

--- What to do where something is not there, behind the registry's own words for it.
local function hint_of_absence(err)
  return err.words and ("%s says '%s'; %s"):format(err.host, err.words, WHAT_TO_DO.not_found) or WHAT_TO_DO.not_found
end

--- A registry's refusal in the words that docker has for it, with what to do about it.
---@param err table
---@param verb string|nil for the error
---@param ref string|table
---@param noun string|nil what REF names, default "manifest"
---@return table err another one for not_found, else the same with verb, ref and a hint
function argument.in_docker_words(err, verb, ref, noun)
  local location = require("manifest.name.location")
  if location.is_local(ref) or location.is_local_text(tostring(ref)) then
    return err:with({ verb = verb, ref = tostring(ref) })
  end
  if err.code ~= "not_found" then
    return err:with({ verb = verb, ref = tostring(ref), hint = WHAT_TO_DO[err.code] })
  end
  return error_of.new({
    code = "not_found", message = (noun and "no such " .. noun or "no such manifest") .. ": " .. tostring(ref),
    verb = verb, ref = tostring(ref), hint = hint_of_absence(err), host = err.host, status = err.status,
    errors = err.errors, words = err.words, cause = err,
  })
end

--- Gives any failure that leaves the block docker's words: `local _ <close> = argument.as_docker_says(verb, ref)`.
---@param verb string
---@param ref any
---@param noun string|nil see argument.in_docker_words
function argument.as_docker_says(verb, ref, noun)
  return failure.amend(function(err)
    failure.fail(argument.in_docker_words(err, verb, ref, noun))
  end)
end

return argument
