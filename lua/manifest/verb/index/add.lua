--- index add: more images for an index that a tag names.

local assembly = require("manifest.document.assembly")
local options_of = require("manifest.declare.options")
local outcome = require("manifest.verb.index.outcome")
local target = require("manifest.verb.index.target")

local add = {}

local VERB = "index add"

local OPTIONS = options_of.shape(target.OPTIONS, options_of.OF_SOURCES, {
  create = "boolean", -- a tag that is not there becomes an index
})

--- The entries of an index with others beside them. What the index has and sources bring again stays as it is. Pure.
---@param entries table[] of the index
---@param groups table[][] of the sources
---@param rules table of options.rules
---@return table[]|nil entries
---@return table|string[] err, or notices
function add.plan(entries, groups, rules)
  local fresh, notices = assembly.join(groups, { duplicates = rules.duplicates, alone = rules.alone })
  if not fresh then
    return nil, notices
  end
  local joined, err = assembly.join({ entries, fresh }, {
    duplicates = rules.duplicates, order = rules.order, alone = true, code = "exists",
  })
  if not joined then
    err.hint = "say which counts: the new one (replace, --replace), or both (allow_duplicates, --allow-duplicates)"
    return nil, err
  end
  return assembly.follow(entries, joined), notices
end

--- Adds images to an index.
---@param context table
---@param given string|table the index
---@param list table|string sources, see declare/options.lua; or one
---@param options table|nil
---@return table|nil done see outcome.lua
---@return table|nil err
function add.perform(context, given, list, options)
  options = options_of.check(VERB, options, OPTIONS)
  local job, ok, notices
  local err
  job, err = target.open(context, VERB, given, options, type(list) == "table" and #list > 0 and list or { list })
  if job then
    ok, err = target.fetch(context, job)
  end
  if not ok then
    return nil, outcome.failed(err, VERB, job and job.target.ref or given)
  end
  function job.change(index)
    local entries
    entries, notices = add.plan(index.entries, job.groups, options_of.rules(options))
    return entries, notices
  end
  local done
  done, err = target.perform(context, job)
  if not done then
    return nil, err
  end
  table.move(notices, 1, #notices, #done.notices + 1, done.notices)
  return done
end

return add
