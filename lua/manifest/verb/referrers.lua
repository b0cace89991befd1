--- referrers: what says that it belongs to an image: signatures, SBOMs, attestations.

local check = require("manifest.base.check")
local names = require("manifest.declare.argument")
local referrer_list = require("manifest.repository.referrer_list")
local resolve = require("manifest.verb.resolve")
local source = require("manifest.graph.read")

local referrers = {}

local OPTIONS = { artifact_type = "string", annotations = "table", platform = "string|table" }

local function carries(item, annotations)
  for name, value in pairs(annotations) do
    if not item.annotations or item.annotations[name] ~= value then
      return false
    end
  end
  return true
end

--- Those of a list that carry all of some annotations. Pure.
---@param list table[] descriptors
---@param annotations table|nil name -> value
function referrers.plan(list, annotations)
  local chosen = {}
  for _, item in ipairs(list) do
    if carries(item, annotations or {}) then
      chosen[#chosen + 1] = item
    end
  end
  return chosen
end

--- The digest of the subject: said by the name, or asked for.
local function subject_of(at, options)
  if options.platform then
    return resolve.at("referrers", at, options.platform)
  end
  if at.digest and not at.tag then
    return { digest = at.digest }
  end
  return source.descriptor_of("referrers", at)
end

local function look(at, options)
  local subject, err = subject_of(at, options)
  if not subject then
    return nil, err
  end
  local list
  list, err = referrer_list.of(at.repository, subject.digest, { artifact_type = options.artifact_type })
  if not list then
    return nil, names.in_docker_words(err, "referrers", at.ref)
  end
  return { reference = at.text, subject = subject.digest, referrers = referrers.plan(list, options.annotations) }
end

--- Asks what refers to a manifest: one request when the name has a digest, else one more.
---@param context table
---@param given string|table reference
---@param options table|nil {artifact_type, annotations = those it must carry, platform = of the image of an index}
---@return table|nil found {reference, subject = digest, referrers = descriptors}
---@return table|nil err not_found, conflict, unauthorized, denied, too_large, ...
function referrers.perform(context, given, options)
  options = check.options("referrers", options, OPTIONS)
  return context:visit("referrers", given, function(at)
    return look(at, options)
  end)
end

return referrers
