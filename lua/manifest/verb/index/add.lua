--- index add: more images for an index that a tag names.

local assembly = require("manifest.document.assembly")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local options = require("manifest.verb.index.options")
local sources = require("manifest.verb.index.sources")
local target = require("manifest.verb.index.target")

local try = failure.try

local add = declare.verb {
  name = "index add", network = true, check = options.wrong_sources,
  description = "A SOURCE is what 'manifest index create' takes. Everything else in the index stays.",
  arguments = {
    { "target", "location", help = "The index" },
    options.source("sources", "(location|table)[]", "What is added"),
  },
  options = options.join(options.COMMON, options.SOURCES, options.JOINING, options.EDITS, {
    create = { "boolean", help = "Begin an index if the tag is not there" },
  }),
  printing = options.printing(),
  hints = options.HINTS,
  examples = {
    "index add example.com/app:1.0 example.com/app:1.0-s390x",
    "index add --replace example.com/app:1.0 other.io/app:1,variant=v8",
  },
}

--- The entries of an index with others beside them. What the index has and sources bring again stays as it is. Pure.
---@param entries table[] of the index
---@param groups table[][] of the sources
---@param rules table of sources.rules
---@return table[] entries
---@return string[] notices
function add.plan(entries, groups, rules)
  local fresh, notices = try(assembly.join(groups, { duplicates = rules.duplicates, alone = rules.alone }))
  local _ <close> = failure.amend(function(err)
    err.hint = "say which counts: the new one (option 'replace'), or both (option 'allow_duplicates')"
  end)
  local joined = try(assembly.join({ entries, fresh }, {
    duplicates = rules.duplicates, order = rules.order, alone = true, code = "exists",
  }))
  return assembly.follow(entries, joined), notices
end

---@param call manifest.Call
---@param given string|manifest.Location
---@param list (string|manifest.Location|manifest.IndexSource)[]
---@param o manifest.IndexAddOptions
---@return manifest.IndexResult
function add.run(call, given, list, o)
  local notices ---@type string[]
  local done = target.edit(call, given, list, o, function(index, _, groups)
    local entries
    entries, notices = add.plan(index.entries, groups, sources.rules(o))
    return entries
  end)
  table.move(notices, 1, #notices, #done.notices + 1, done.notices)
  return done
end

return add
