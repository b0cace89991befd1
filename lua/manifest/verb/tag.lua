--- tag: more tags for what a reference names, in its repository; the bytes stay the same, so the digest does.

local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local guard = require("manifest.tag.guard")
local hints = require("manifest.declare.hints")
local names = require("manifest.declare.argument")
local source = require("manifest.graph.read")

local tag = {}

local OPTIONS = { no_clobber = "boolean", if_digest = "string" }

--- The tags as a list of distinct names, each one checked.
---@param at table place
---@param tags string|string[]
---@return string[]|nil names
---@return table|nil err
function tag.plan(at, tags)
  local list, err = names.tags("tag", at.ref, type(tags) == "string" and { tags } or tags, 4)
  if not list then
    return nil, err
  end
  if #list == 0 then
    return nil, error_of.new({ code = "invalid_argument", message = "no tag was given", hint = "name at least one" })
  end
  return list
end

--- Adds tags: one GET, and a PUT for each; guards look at each tag just before and after they are put.
---@param context table
---@param given string|table reference
---@param tags string|string[]
---@param options table|nil {no_clobber = never move a tag that is there, if_digest = what each tag must name now}
---@return table|nil done {reference, digest, size, media_type, tags}
---@return table|nil err invalid_argument, invalid_reference, not_found, conflict, exists, unauthorized, denied, ...
function tag.perform(context, given, tags, options)
  options = check.options("tag", options, OPTIONS)
  check.type("tag: tags", tags, "string|table", 3)
  local at, err = context:open("tag", given, { actions = "pull,push" })
  if not at then
    return nil, err
  end
  local list, answer, done
  list, err = tag.plan(at, tags)
  if list then
    answer, err = source.document_of("tag", at)
  end
  if answer then
    local puts = {}
    for position, name in ipairs(list) do
      puts[position] = { name = name, made = answer, rules = options }
    end
    done, err = guard.put_all(context, at.repository, puts)
  end
  if not done then
    return nil, err:with({ verb = "tag", ref = at.text, hint = hints.PUSH[err.code] })
  end
  return {
    reference = at.text, digest = answer.digest, size = answer.size, media_type = answer.media_type, tags = list,
  }
end

return tag
