--- lock merge: joins the lock files that the shards of a release wrote.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local lock = require("manifest.verb.release.lock")
local text = require("manifest.base.text")

local fail = failure.fail

local merge = declare.verb {
  name = "lock merge",
  description = "OUT gets the sources and the targets of all INs, by name. Nothing is written when one source or "
    .. "target has two digests: the shards did not work on the same state.",
  arguments = {
    { "out", "file", help = "The lock file to write" },
    { "inputs", "file[]", value = "IN", help = "Lock files of shards, such as release.lua.lock.3-of-16" },
  },
  options = { dry_run = { "boolean", help = "Only say what would be done" } },
  examples = {
    "lock merge all.lock all.lock.1-of-2 all.lock.2-of-2",
    "lock merge --json all.lock one.lock two.lock",
  },
}

--- Adds what one lock says to what is known of all.
---@param all table<string, any> by name
---@param from table<string, string> the file that said it first, by name
---@param one table<string, any>
---@param noun string
local function add(all, from, one, path, noun)
  for _, name in ipairs(text.sorted_keys(one)) do
    local value = one[name]
    if all[name] ~= nil and json.encode(all[name]) ~= json.encode(value) then
      fail {
        code = "conflict",
        message = ("the %s %s is one thing in %s and another in %s"):format(noun, name, from[name], path),
        hint = "run the shards again from one lock file, or with 'update' alike; nothing was written",
      }
    end
    all[name], from[name] = value, from[name] or path
  end
end

local function pairs_of(all)
  local list = {}
  for position, name in ipairs(text.sorted_keys(all)) do
    list[position] = { name, all[name] }
  end
  return list
end

---@class manifest.LockMergeResult
---@field path string the file that was written
---@field sources integer how many of them are there
---@field targets integer how many of them are there
---@field dry_run boolean?

---@param _ manifest.Call
---@param out string
---@param inputs string[]
---@param o manifest.LockMergeOptions
---@return manifest.LockMergeResult
function merge.run(_, out, inputs, o)
  local sources, targets, said = {}, {}, { {}, {} }
  for _, path in ipairs(inputs) do
    local _ <close> = failure.about(path)
    local one = lock.must_read(path)
    add(sources, said[1], one.sources, path, "source")
    add(targets, said[2], one.targets, path, "target")
  end
  local source_list, target_list = pairs_of(sources), pairs_of(targets)
  if not o.dry_run then
    lock.write(out, lock.read(out), source_list, target_list)
  end
  return { path = out, sources = #source_list, targets = #target_list, dry_run = o.dry_run }
end

return merge
