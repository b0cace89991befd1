--- index remove: takes entries out of an index that a tag names, and what attests them.

local assembly = require("manifest.document.assembly")
local error_of = require("manifest.base.error")
local options_of = require("manifest.declare.options")
local outcome = require("manifest.verb.index.outcome")
local selector = require("manifest.verb.index.selector")
local target = require("manifest.verb.index.target")

local remove = {}

local VERB = "index remove"

local OPTIONS = options_of.shape(target.OPTIONS, {
  all = "boolean", -- all entries of the platform, where there are several
  allow_empty = "boolean", -- the last entry may go too
})

--- The entries without some of them. Pure.
---@param entries table[]
---@param wanted table[] of selector.read
---@param options table all, allow_empty; again = those that are gone were taken out by an earlier try
---@return table[]|nil entries
---@return table|nil err
function remove.plan(entries, wanted, options)
  local gone = {}
  for _, one in ipairs(wanted) do
    local found, err = selector.find(entries, one, options.all)
    if not found and not (options.again and err.code == "not_found") then
      return nil, err
    end
    for _, position in ipairs(found or {}) do
      gone[position] = true
    end
  end
  local left = {}
  for position, entry in ipairs(entries) do
    left[#left + 1] = not gone[position] and entry or nil
  end
  left = assembly.follow(entries, left)
  if #left == 0 and not options.allow_empty then
    return nil, error_of.new({
      code = "invalid_argument", message = "nothing would be left in the index",
      hint = "delete the tag instead, or allow an empty index",
    })
  end
  return left
end

--- Removes entries.
---@param context table
---@param given string|table the index
---@param list string|table platform or digest, or several
---@param options table|nil
---@return table|nil done see outcome.lua
---@return table|nil err
function remove.perform(context, given, list, options)
  options = options_of.check(VERB, options, OPTIONS)
  local wanted = {}
  local job, err
  local is_list = type(list) == "table" and (#list > 0 or next(list) == nil)
  for position, one in ipairs(is_list and list or { list }) do
    wanted[position], err = selector.read(VERB, one)
    if not wanted[position] then
      return nil, outcome.failed(err, VERB, given)
    end
  end
  if #wanted == 0 then
    error(VERB .. ": a platform or a digest is needed", 2)
  end
  job, err = target.open(context, VERB, given, options)
  if not job then
    return nil, outcome.failed(err, VERB, given)
  end
  function job.change(index, again)
    return remove.plan(index.entries, wanted, {
      all = options.all, allow_empty = options.allow_empty, again = again,
    })
  end
  return target.perform(context, job)
end

return remove
