--- resolve: the image that a pull on a given platform takes, by containerd's rule.

local check = require("manifest.base.check")
local choice = require("manifest.document.platform_choice")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local platform = require("manifest.name.platform")
local source = require("manifest.graph.read")

local resolve = {}

--- Indexes may name indexes; deeper than this is a trap.
local MAX_DEPTH = 8

--- The entries that a host of the platform could take, best first; those that tell no platform last, in order. Pure.
---@param wanted table platform
---@param entries table[] descriptors
---@return table[] candidates
function resolve.plan(wanted, entries)
  local left, candidates = {}, {}
  for index, entry in ipairs(entries) do
    left[index] = entry.platform or false
  end
  while true do
    local best = platform.best(wanted, left)
    if not best then
      break
    end
    candidates[#candidates + 1] = entries[best]
    left[best] = false
  end
  for _, entry in ipairs(entries) do
    if not entry.platform then
      candidates[#candidates + 1] = entry
    end
  end
  return candidates
end

local function no_match(ref, wanted, hint)
  return nil, error_of.new({
    code = "not_found", hint = hint,
    message = ("no image of %s fits %s"):format(tostring(ref), platform.format(wanted)),
  })
end

local function descriptor_of(answer, found)
  return { media_type = answer.media_type, digest = answer.digest, size = answer.size, platform = found }
end

--- An image that is no entry, or an entry that tells no platform: its config decides.
local function resolve_image(wanted, ref, answer)
  local read, err = source.read_image(answer, "resolve", ref)
  if not read then
    return nil, err
  end
  local found
  found, err = source.platform("resolve", ref, answer.repository, read)
  if not found then
    return nil, err
  end
  if platform.match(wanted, found) then
    return descriptor_of(answer, found)
  end
  return no_match(ref, wanted, "it is one image, for " .. platform.format(found))
end

local resolve_answer

local function resolve_child(wanted, ref, answer, child, depth)
  if child.platform and not media_type.is_index(child.media_type) then
    return child
  end
  local fetched, err = answer.repository:manifest(child.digest)
  if not fetched then
    return nil, names.in_docker_words(err, "resolve", ref)
  end
  fetched, err = source.complete(fetched, "resolve", ref, answer.repository)
  if not fetched then
    return nil, err
  end
  return resolve_answer(wanted, ref, fetched, depth + 1)
end

function resolve_answer(wanted, ref, answer, depth)
  if answer.shape.kind == "image" then
    return resolve_image(wanted, ref, answer)
  end
  if depth > MAX_DEPTH then
    return nil, error_of.new({ code = "invalid_manifest", message = "the index names indexes without end" })
  end
  local index, err = document.of(answer.shape, answer.size)
  if not index then
    return nil, err
  end
  for _, child in ipairs(resolve.plan(wanted, index.entries)) do
    local found
    found, err = resolve_child(wanted, ref, answer, child, depth)
    if found or err.code ~= "not_found" then
      return found, err
    end
  end
  return no_match(ref, wanted, #index.entries > 0 and "it has " .. choice.describe(index.entries) or "it is empty")
end

--- Finds the image of a fetched document that a pull on a platform takes.
---@param answer table of source.document_at
---@param wanted string|table platform
---@param name string of the document, for errors
---@return table|nil descriptor
---@return table|nil err
function resolve.within(answer, wanted, name)
  local read, err = names.platform(wanted)
  if not read then
    return nil, err
  end
  return resolve_answer(read, name, answer, 1)
end

--- Finds the image of an open place that a pull on a platform takes.
---@param verb string for the error
---@param at table of call:open
---@param wanted string|table platform
---@return table|nil descriptor
---@return table|nil err
function resolve.at(verb, at, wanted)
  local read, err = names.platform(wanted)
  local answer
  if read then
    answer, err = source.document_of(verb, at)
  end
  if not answer then
    return nil, err
  end
  return resolve.within(answer, read, at.text)
end

--- Finds what a pull takes.
---@param context table
---@param given string|table reference
---@param wanted string|table platform
---@return table|nil descriptor {media_type, digest, size, platform, ...}
---@return table|nil err not_found, invalid_platform, unauthorized, denied, invalid_manifest, ...
function resolve.perform(context, given, wanted)
  check.type("resolve: platform", wanted, "string|table")
  return context:visit("resolve", given, function(at)
    return resolve.at("resolve", at, wanted)
  end)
end

return resolve
