--- tags: the tags of a repository.

local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local glob = require("manifest.name.glob")
local names = require("manifest.declare.argument")

local tags = {}

local OPTIONS = { include = "string|table", exclude = "string|table", page = "integer" }

local function list_of(value)
  return type(value) == "string" and { value } or value
end

--- Opens a repository: a name without a tag.
---@param context table
---@param verb string for the error
---@param given string|table
---@param wanted table|nil as for call:open
---@return table|nil place
---@return table|nil err invalid_reference (it names a tag), or of call:open
function tags.open(context, verb, given, wanted)
  local at, err = context:open(verb, given, wanted)
  if at and not names.is_bare(given) then
    return nil, error_of.new({
      code = "invalid_reference", message = ("%s names one image, not a repository"):format(at.text), verb = verb,
      ref = at.text, hint = "leave the tag and the digest out",
    })
  end
  return at, err
end

--- The tags of an open place, chosen by patterns.
---@param options table include, exclude (patterns with * and ?), page (tags asked for in one request, at most
--- 1000)
---@param at table of open
---@return string[]|nil list
---@return table|nil err not_found, unauthorized, denied, too_large, ...
function tags.list(at, options)
  local list, err = at.repository:tags({ page = options.page })
  if not list then
    return nil, err
  end
  return glob.choose(list, list_of(options.include), list_of(options.exclude))
end

--- Lists the tags of a repository; one request a page.
---@param context table
---@param given string|table a repository, without a tag
---@param options table|nil see list
---@return string[]|nil list in the registry's order
---@return table|nil err not_found, unauthorized, denied, too_large, ...
function tags.perform(context, given, options)
  options = check.options("tags", options, OPTIONS)
  local at, err = tags.open(context, "tags", given)
  if not at then
    return nil, err
  end
  local list
  list, err = tags.list(at, options)
  if not list then
    return nil, names.in_docker_words(err, "tags", at.ref:name_only())
  end
  return list
end

return tags
