--- create: begins or extends a local list with images of a registry.

local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local names = require("manifest.declare.argument")
local source = require("manifest.graph.read")

local create = {}

--- What to do with the sources, in order: up to the first that cannot be used. Pure.
---@param sources table[] texts or references
---@param has function fn(ref) -> boolean: whether the list holds that entry, which then stays as it is; or nil, err
---@return table plan {fetch = refs to ask for, in order, each once; err = why the sources behind were not looked at}
function create.plan(sources, has)
  local fetch, seen = {}, {}
  for _, given in ipairs(sources) do
    local ref, err = names.parse("create", given)
    local held
    if ref then
      held, err = has(ref)
    end
    if err then
      return { fetch = fetch, err = err }
    end
    local name = tostring(ref)
    if not held and not seen[name] then
      seen[name] = true
      fetch[#fetch + 1] = ref
    end
  end
  return { fetch = fetch }
end

local function existing_error(target)
  return error_of.new({
    code = "exists", message = "refusing to amend an existing manifest list with no --amend flag", verb = "create",
    ref = tostring(target),
    hint = ("add --amend to extend it, or remove it first with 'manifest rm %s'"):format(tostring(target)),
  })
end

local function holds(store, target, ref)
  local entry, err = store:get(target, ref)
  if entry or err.code == "not_found" then
    return entry ~= nil
  end
  return nil, err:with({ verb = "create", ref = tostring(ref) })
end

--- Saves the entries before the first that failed, as docker does, and gives that failure.
local function save(store, target, plan, entries, errors, must_be_new)
  local good, failure = {}, plan.err
  for index in ipairs(plan.fetch) do
    if not entries[index] then
      failure = errors[index]
      break
    end
    good[index] = entries[index]
  end
  if #good > 0 then
    local ok, err = store:save_all(target, good, { fresh = must_be_new })
    if not ok then
      return nil, err:with({ verb = "create", ref = tostring(target) })
    end
  end
  if failure then
    return nil, failure
  end
  return true
end

--- Creates a local list. All images are fetched at once; they are saved in order.
---@param context table
---@param given string|table target
---@param sources table[] images, at least one
---@param options table|nil {amend = boolean}
---@return table|nil created {reference = text, fetched = number of entries that are new}
---@return table|nil err exists, not_found, invalid_reference, unsupported (a list), unauthorized, locked, io, ...
function create.perform(context, given, sources, options)
  options = check.options("create", options, { amend = "boolean" })
  check.type("create: sources", sources, "table")
  if #sources == 0 then
    error("create: at least one source is needed", 2)
  end
  local target, err = names.parse("create", given, "error parsing name for manifest list")
  if not target then
    return nil, err
  end
  local exists
  exists, err = context.store:exists(target)
  if err then
    return nil, err:with({ verb = "create", ref = tostring(target) })
  end
  if exists and not options.amend then
    return nil, existing_error(target)
  end
  local plan = create.plan(sources, function(ref)
    return holds(context.store, target, ref)
  end)
  local loop
  loop, err = context.connect()
  if not loop then
    return nil, err:with({ verb = "create", ref = tostring(target) })
  end
  local entries, errors = loop:all(plan.fetch, context.jobs, function(ref)
    return source.fetch(context, "create", ref, plan.fetch)
  end, true)
  local ok
  ok, err = save(context.store, target, plan, entries, errors, not options.amend)
  if not ok then
    return nil, err.code == "exists" and existing_error(target) or err
  end
  return { reference = tostring(target), fetched = #plan.fetch }
end

return create
