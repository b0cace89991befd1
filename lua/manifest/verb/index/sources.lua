--- The sources of an index verb: where they are, what they are, and for which platforms.

local check = require("manifest.base.check")
local copying = require("manifest.graph.transfer")
local entry_of = require("manifest.document.entry")
local error_of = require("manifest.base.error")
local flatten = require("manifest.verb.index.flatten")
local names = require("manifest.declare.argument")
local platform = require("manifest.name.platform")
local source = require("manifest.graph.read")

local sources = {}

--- Reads the names of all sources, before anything is sent.
---@param verb string
---@param target table reference
---@param list table[] of options.sources; each gets place (a reference), text, and for a descriptor `read`
---@return table[]|nil references of all sources
---@return table|nil err
function sources.name(verb, target, list)
  local references = {}
  for position, one in ipairs(list) do
    local err
    if one.descriptor then
      one.read, err = flatten.read_descriptor(one.descriptor)
      if not one.read then
        return nil, err:with({ verb = verb })
      end
    end
    local given = one.ref or one.from
    if given then
      check.type(("%s: source %d"):format(verb, position), given, "string|table", 0)
      one.place, err = names.location(verb, given)
      if not one.place then
        return nil, err
      end
    else
      one.place = target
    end
    one.selector = one.read and one.read.digest or names.selector(one.place)
    one.text = one.read and ("%s@%s"):format(one.place.repository, one.selector) or tostring(one.place)
    references[position] = one.place
  end
  return references
end

--- The repository objects of the sources: one for each repository. Those beside the target share its token.
---@param context table
---@param target table {ref, repository}
---@param list table[] of sources.name; each gets repository
---@param references table[] of sources.name
function sources.open(context, target, list, references)
  local opened = { [target.ref.repository] = target.repository }
  for _, one in ipairs(list) do
    local name = one.place.repository
    opened[name] = opened[name] or context.repository(one.place, {
      actions = "pull", also = references, beside = target.repository,
    })
    one.repository = opened[name]
  end
end

--- The repositories that may have what a source names: its own; of a descriptor that does not say, any of this verb's.
local function candidates(one, target, list)
  if not one.read or one.from then
    return { one.repository }
  end
  local found, seen = { target.repository }, { [target.repository] = true }
  for _, other in ipairs(list) do
    if not seen[other.repository] then
      seen[other.repository] = true
      found[#found + 1] = other.repository
    end
  end
  return found
end

--- The document of a source, from the first repository that has it.
local function fetch_document(verb, target, list, one)
  local answer, err
  for _, repository in ipairs(candidates(one, target, list)) do
    one.repository = repository
    if one.read then
      answer, err = source.document_at(verb, one.text, repository, one.selector)
    else
      answer, err = source.document_at(verb, one.place, repository, one.selector, one.place.digest)
    end
    if answer or err.code ~= "not_found" then
      break
    end
  end
  return answer, err
end

--- The decoded documents, which take many times their bytes: the entries have what is needed of them.
local function forget_json(node)
  if node.index then
    node.index.json = nil
  end
  for _, child in ipairs(node.children) do
    forget_json(child)
  end
end

--- Fetches a source and what it names as far as that is needed.
local function fetch(context, verb, target, list, one)
  local answer, err = fetch_document(verb, target, list, one)
  if not answer then
    return nil, err
  end
  one.answer = answer
  local is_elsewhere = not copying.same(one.repository, target.repository)
  local node
  node, err = copying.gather(context, one.repository, answer, {
    verb = verb, ref = one.place, want = flatten.wants(one, is_elsewhere), json = true,
  })
  local entries
  if node and one.read then
    local entry
    entry, err = flatten.entry_of_descriptor(one, one.read, node)
    entries = entry and { entry }
  elseif node then
    entries, err = flatten.entries(one, node)
  end
  if not entries then
    return nil, err:with({ verb = verb, ref = one.text })
  end
  answer.shape = nil
  forget_json(node)
  for _, entry in ipairs(entries) do
    entry.source = one
  end
  return entries
end

--- Fetches all sources at once.
---@param target table {ref, repository}
---@param list table[] of sources.open
---@return table[][]|nil groups of entries (flatten.lua), one for each source
---@return table|nil err
function sources.fetch(context, verb, target, list)
  return context.loop:all(list, context.jobs, function(one)
    return fetch(context, verb, target, list, one)
  end)
end

--- Reads the platform of one entry out of its config.
local function read_platform(verb, entry)
  local one = entry.source
  local found, err = source.platform(verb, one.place, one.repository, entry.node.read)
  if not found then
    return nil, err
  end
  found = entry_of.merge_platform(found, one.platform)
  if (found.os or "") == "" or (found.architecture or "") == "" then
    return nil, error_of.new({
      code = "incomplete", verb = verb, ref = one.text,
      message = ("the config of %s tells %s"):format(entry.digest, next(found) and "only "
        .. platform.format(found) or "no platform"),
      hint = "say which platform it is for",
    })
  end
  return found
end

--- Functions that read the platforms that are still unknown, to be run at once; each puts a new entry into its group.
---@param groups table[][]
---@return function[] tasks
function sources.config_tasks(verb, groups)
  local tasks = {}
  for _, group in ipairs(groups) do
    for position, entry in ipairs(group) do
      if entry.config then
        tasks[#tasks + 1] = function()
          local found, err = read_platform(verb, entry)
          if not found then
            return nil, err
          end
          group[position] = entry_of.with(entry, { platform = found })
          group[position].config = nil
          return true
        end
      end
    end
  end
  return tasks
end

--- The documents of some entries that another repository has to have.
---@param groups table[][]
---@return table[] trees for copying.plan
function sources.trees(groups)
  local trees = {}
  for _, group in ipairs(groups) do
    for _, entry in ipairs(group) do
      trees[#trees + 1] = entry.node
    end
  end
  return trees
end

return sources
