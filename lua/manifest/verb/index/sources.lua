--- The sources of an index verb: where they are, what they are, and for which platforms.

local argument = require("manifest.declare.argument")
local attestation = require("manifest.document.attestation")
local entry_of = require("manifest.document.entry")
local failure = require("manifest.base.failure")
local flatten = require("manifest.verb.index.flatten")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local platform_name = require("manifest.name.platform")
local read = require("manifest.graph.read")
local walk = require("manifest.graph.walk")

local about, allow, caught, fail, try = failure.about, failure.allow, failure.caught, failure.fail, failure.try

local sources = {}

--- A source as a table: a text is a reference, or the JSON of a descriptor.
function sources.as_table(given)
  if type(given) == "string" and given:find("^%s*[{[]") then
    return { descriptor = given }
  end
  if type(given) == "string" or getmetatable(given) ~= nil then
    return { ref = given }
  end
  return given
end

local function first_given(value, default)
  if value == nil then
    return default
  end
  return value
end

--- Where a source is, and what the caller says of it, before anything is sent.
local function read_source(call, target, given, defaults)
  given = sources.as_table(given)
  if given.platform and not defaults.allow_unknown_platform then
    try(platform_name.check_known(given.platform))
  end
  local one = {
    from = given.from, artifact_type = given.artifact_type, annotations = given.annotations,
    platform = given.platform, platforms = given.platforms or defaults.platforms or {},
    attestations = given.attestations or defaults.attestations or "keep",
    nested = first_given(given.nested, defaults.nested) or false,
    read = given.descriptor and flatten.read_descriptor(given.descriptor) or nil,
  }
  local name = given.ref or given.from
  one.location = name and try(argument.location(call.verb, name)) or target
  one.selector = one.read and one.read.digest or one.location.tag or one.location.digest
  one.text = one.read and ("%s@%s"):format(one.location.repository, one.selector) or tostring(one.location)
  return one
end

--- Reads the sources of a verb.
---@param call manifest.Call
---@param target table reference of the index
---@param list table[] as declared
---@param defaults table options of the verb
---@return table[] sources {location, selector, text, read (of a descriptor), ...}
---@return table[] references of all of them
function sources.read(call, target, list, defaults)
  local found, references = {}, {}
  for position, given in ipairs(list) do
    found[position] = read_source(call, target, given, defaults)
    references[position] = found[position].location
  end
  return found, references
end

--- The repository objects of the sources: one for each repository. Those in the registry of the target share its token.
---@param call manifest.Call
---@param at table of call:open: the index
---@param list table[] of sources.read; each gets repository
---@param references table[] of sources.read
function sources.open(call, at, list, references)
  local opened = { [at.name] = at.repository }
  for _, one in ipairs(list) do
    local name = one.location.repository
    opened[name] = opened[name] or call:repository(one.location, {
      actions = "pull", also = references, token_of = at.repository,
    })
    one.repository = opened[name]
  end
end

--- The repositories that may have what a source names: its own; of a descriptor that does not say, any of this verb's.
local function candidates(one, at, list)
  if not one.read or one.from then
    return { one.repository }
  end
  local found, seen = { at.repository }, { [at.repository] = true }
  for _, other in ipairs(list) do
    if not seen[other.repository] then
      seen[other.repository] = true
      found[#found + 1] = other.repository
    end
  end
  return found
end

local function document_in(call, one)
  if one.read then
    return read.document_at(call.verb, one.text, one.repository, one.selector)
  end
  return read.document_at(call.verb, one.location, one.repository, one.selector, one.location.digest)
end

--- The document of a source, from the first repository that has it.
local function fetch_document(call, at, list, one)
  local found = candidates(one, at, list)
  for position = 1, #found - 1 do
    one.repository = found[position]
    local answer = allow("not_found", caught(document_in, call, one))
    if answer then
      return answer
    end
  end
  one.repository = found[#found]
  return document_in(call, one)
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
---@return table[] entries
local function fetch(call, at, list, one)
  local _ <close> = about(one.text)
  one.answer = fetch_document(call, at, list, one)
  local is_elsewhere = one.repository.identity ~= at.repository.identity
  local root = nodes.root(call, one.answer)
  local entries ---@type table[]
  if root.kind == "index" and not one.nested and not one.read then
    entries = entries_of_index(call, one, root)
  else
    walk.all(root, { want = function()
      return is_elsewhere
    end })
    entries = { one.read and flatten.entry_of_descriptor(one, one.read, root) or flatten.single(one, root) }
  end
  one.answer.decoded = nil -- it takes many times the document's bytes, and the nodes have what is needed of it
  for _, entry in ipairs(entries) do
    entry.source = one
  end
  return entries
end

--- Fetches all sources at once.
---@param call manifest.Call
---@param at table of call:open: the index
---@param list table[] of sources.open
---@return table[][] groups of entries (flatten.lua), one for each source
function sources.fetch(call, at, list)
  return call:each(list, function(one)
    return fetch(call, at, list, one)
  end)
end

--- That the config of an image says another platform than its entry has; nil: it does not.
---@return string|nil line
local function contradiction(entry, said)
  local config = platform.of_config(entry.node)
  if not config or not platform_name.contradicts(said, config) then
    return nil
  end
  return ("the config of %s says %s, and it is said to be for %s"):format(entry.digest, platform_name.format(config),
    platform_name.format(said))
end

--- Fails where the config of an image contradicts what is said of it.
local function check_platform(entry, said)
  local _ <close> = about(entry.source.text)
  local line = contradiction(entry, said)
  if line then
    fail { code = "check_failed", message = line, hint = "correct the platform, or leave option 'strict' out" }
  end
end

--- Reads the platform of one entry out of its config.
local function read_platform(call, entry)
  local one = entry.source
  local _ <close> = about(one.text)
  local found = entry_of.merge_platform(platform.of_config(entry.node), one.platform) --[[@as table]]
  local line = contradiction(entry, found)
  if line then
    call:warn(line)
  end
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
--- With `strict` all configs are read, and compared with what is said.
---@param call manifest.Call
---@param groups table[][]
---@param o table options of the verb
---@return function[] tasks
function sources.config_tasks(call, groups, o)
  local tasks = {}
  for _, group in ipairs(groups) do
    for position, entry in ipairs(group) do
      if entry.config then
        tasks[#tasks + 1] = function()
          local found = read_platform(call, entry)
          group[position] = entry_of.with(entry, { platform = found })
          group[position].config = nil
          return o.strict and check_platform(entry, found)
        end
      elseif o.strict and entry.platform and entry.node.kind == "image" and not attestation.is(entry) then
        tasks[#tasks + 1] = function()
          check_platform(entry, entry.platform)
        end
      end
    end
  end
  return tasks
end

--- Runs such tasks at once.
function sources.run(call, tasks)
  call:each(tasks, function(task)
    return task()
  end)
end

--- What assembly.join takes of the options.
---@param o table
---@return table rules
function sources.rules(o)
  return {
    duplicates = o.replace and "replace" or o.allow_duplicates and "allow" or "refuse",
    order = o.order, alone = o.attestations == "only",
  }
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
