--- create: begins or extends a local list with images of a registry.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local read = require("manifest.graph.read")

local about, allow, caught, fail, try = failure.about, failure.allow, failure.caught, failure.fail, failure.try

local create = declare.verb {
  name = "create", network = true, json = false,
  description = "The list stays on this machine until 'manifest push'. 'manifest index create' makes and pushes one in "
    .. "a single step, of images of any registry.",
  arguments = {
    { "target", "reference", value = "MANIFEST_LIST", help = "The list" },
    { "sources", "reference[]", value = "MANIFEST", help = "Its images" },
  },
  options = {
    amend = { "boolean", short = "a", help = "Amend an existing manifest list" },
  },
  examples = {
    "create example.com/app:1 example.com/app:1-amd64 example.com/app:1-arm64",
    "create --amend example.com/app:1 example.com/app:1-s390x",
  },
}

--- What to do with the sources, in order: up to the first that cannot be used. Pure.
---@param sources table[] texts or references
---@param has function fn(ref) -> boolean: whether the list holds that entry, which then stays as it is
---@return table plan {fetch = refs to ask for, in order, each once; err = why the sources behind were not looked at}
function create.plan(sources, has)
  local plan, seen = { fetch = {} }, {}
  plan.err = select(2, caught(function()
    for _, given in ipairs(sources) do
      local ref = try(argument.parse("create", given))
      if not has(ref) and not seen[tostring(ref)] then
        seen[tostring(ref)] = true
        plan.fetch[#plan.fetch + 1] = ref
      end
    end
  end))
  return plan
end

local function refuse_existing(target)
  fail {
    code = "exists", message = "refusing to amend an existing manifest list with no --amend flag",
    hint = ("add option 'amend' to extend it, or remove it first with 'manifest rm %s'"):format(target),
  }
end

local function holds(store, target, ref)
  local _ <close> = about(ref)
  return allow("not_found", store:get(target, ref)) ~= nil
end

--- Saves the entries before the first that failed, as docker does, and then raises that failure.
local function save(call, target, plan, entries, errors, may_exist)
  local good = {}
  for index in ipairs(plan.fetch) do
    if errors[index] then
      break
    end
    good[index] = entries[index]
  end
  if #good > 0 and not allow("exists", call.store:save_all(target, good, { fresh = not may_exist })) then
    refuse_existing(target)
  end
  local err = errors[#good + 1] or plan.err
  if err then
    fail(err)
  end
end

---@class manifest.CreateResult
---@field reference string
---@field fetched integer entries that are new

--- All images are fetched at once; they are saved in order.
---@param call manifest.Call
---@param given string|manifest.Reference
---@param sources (string|manifest.Reference)[]
---@param o manifest.CreateOptions
---@return manifest.CreateResult
function create.run(call, given, sources, o)
  local target = try(argument.parse("create", given, "error parsing name for manifest list"))
  local _ <close> = about(target)
  if try(call.store:exists(target)) and not o.amend then
    refuse_existing(target)
  end
  local plan = create.plan(sources, function(ref)
    return holds(call.store, target, ref)
  end)
  local entries, errors = call:collect(plan.fetch, function(ref)
    return read.fetch(call, "create", ref, plan.fetch)
  end)
  save(call, target, plan, entries, errors, o.amend)
  return { reference = tostring(target), fetched = #plan.fetch }
end

return create
