--- The sources of an index verb: where they are, what they are, and for which platforms.

local check = require("manifest.base.check")
local entry_of = require("manifest.document.entry")
local failure = require("manifest.base.failure")
local flatten = require("manifest.verb.index.flatten")
local names = require("manifest.declare.argument")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local platform_name = require("manifest.name.platform")
local source = require("manifest.graph.read")
local walk = require("manifest.graph.walk")

local about, fail, try = failure.about, failure.fail, failure.try

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

--- The entries of an index. What goes into ours is fetched: to copy it, and to see what it is, for what an index of
--- others says of it goes into one of ours.
local function entries_of_index(call, one, root)
  local edges = platform.images(root, { said_only = #one.platforms == 0, wanted = one.platforms })
  local taken = flatten.taken(one, edges)
  call:each(taken, function(edge)
    walk.load(edge.node)
  end)
  local there = {}
  for _, edge in ipairs(taken) do
    there[#there + 1] = not edge.node.is_absent and edge or nil
  end
  return flatten.entries(one, edges, there)
end

--- Fetches a source and what it names as far as that is needed.
local function fetch(call, target, list, one)
  local _ <close> = about(one.text)
  one.answer = try(fetch_document(call.verb, target, list, one))
  local is_elsewhere = one.repository.identity ~= target.repository.identity
  local root = nodes.root(call, one.answer)
  local entries
  if root.kind == "index" and not one.nested and not one.read then
    entries = entries_of_index(call, one, root)
  else
    walk.all(root, { want = function()
      return is_elsewhere
    end })
    entries = { one.read and flatten.entry_of_descriptor(one, one.read, root) or flatten.single(one, root) }
  end
  one.answer.shape = nil -- it takes many times the document's bytes, and the nodes have what is needed of it
  for _, entry in ipairs(entries) do
    entry.source = one
  end
  return entries
end

--- Fetches all sources at once.
---@param call manifest.Call
---@param target table {ref, repository}
---@param list table[] of sources.open
---@return table[][] groups of entries (flatten.lua), one for each source
function sources.fetch(call, target, list)
  return call:each(list, function(one)
    return fetch(call, target, list, one)
  end)
end

--- Reads the platform of one entry out of its config.
local function read_platform(entry)
  local one = entry.source
  local _ <close> = about(one.text)
  local found = entry_of.merge_platform(platform.of_config(entry.node), one.platform)
  if not platform_name.is_whole(found) then
    fail {
      code = "incomplete", hint = "say which platform it is for",
      message = ("the config of %s tells %s"):format(entry.digest, next(found) and "only "
        .. platform_name.format(found) or "no platform"),
    }
  end
  return found
end

--- Functions that read the platforms that are still unknown, to be run at once; each puts a new entry into its group.
---@param groups table[][]
---@return function[] tasks
function sources.config_tasks(groups)
  local tasks = {}
  for _, group in ipairs(groups) do
    for position, entry in ipairs(group) do
      if entry.config then
        tasks[#tasks + 1] = function()
          group[position] = entry_of.with(entry, { platform = read_platform(entry) })
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
---@return manifest.Node[] for transfer.plan
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
