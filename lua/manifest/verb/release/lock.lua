--- The lock file of a release: which digest each source had, and which digest each target got of what.
--
--     {"version": 1, "sources": {REF: DIGEST, ...}, "targets": {REF: {"inputs": DIGEST, "digest": DIGEST}, ...}}
--
-- It is meant to be kept beside the release under version control, so it is written in the release's order, indented,
-- and only when it says something new.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local text = require("manifest.base.text")

local allow, amend, fail, try = failure.allow, failure.amend, failure.fail, failure.try

local lock = {}

local VERSION = 1
local LIMIT = 16 * 1024 * 1024
local READABLE, FOLDER = tonumber("644", 8), tonumber("755", 8)

local function corrupt(path, why)
  fail {
    code = "corrupt", message = ("the lock file %s cannot be used: %s"):format(path, why),
    hint = "restore it, or remove it to resolve all sources anew",
  }
end

local function is_digest(value)
  return type(value) == "string" and digest.parse(value) ~= nil
end

local function decode(raw, path)
  local _ <close> = amend(function(err)
    corrupt(path, err.message)
  end)
  return try(json.decode(raw))
end

--- Reads the content of a lock file. Pure.
---@param raw string
---@param path string for messages
---@return table lock {sources = {[ref] = digest}, targets = {[ref] = {inputs, digest}}, raw}
local function parse(raw, path)
  local document = decode(raw, path)
  if not json.is_object(document) or not json.is_object(document.sources) or not json.is_object(document.targets) then
    corrupt(path, "it is no lock file of a release")
  end
  if document.version ~= VERSION then
    corrupt(path, ("its version is %s, not %d"):format(tostring(document.version), VERSION))
  end
  local read = { sources = {}, targets = {}, raw = raw }
  for name, value in pairs(document.sources) do
    if not is_digest(value) then
      corrupt(path, ("the source %s has no digest"):format(name))
    end
    read.sources[name] = value
  end
  for name, value in pairs(document.targets) do
    if not json.is_object(value) or not is_digest(value.digest) or not is_digest(value.inputs) then
      corrupt(path, ("the target %s has no digest"):format(name))
    end
    read.targets[name] = { inputs = value.inputs, digest = value.digest }
  end
  return read
end

local function raw_of(path)
  return path and allow("not_found", core.file.read(path, LIMIT))
end

--- The lock file of a shard, beside that of the whole: release.lua.lock.3-of-16.
---@param path string of the whole
---@param mine manifest.Shard|nil
---@return string path
function lock.path_of(path, mine)
  return mine and ("%s.%d-of-%d"):format(path, mine.index, mine.count) or path
end

--- Reads a lock file; one that is not there locks nothing. A shard's that is not there yet begins with the whole's.
---@param path string|nil
---@param whole string|nil path of the whole's, where that is another
---@return table lock
function lock.read(path, whole)
  local raw = raw_of(path)
  if raw then
    return parse(raw, path --[[@as string]])
  end
  raw = whole ~= path and raw_of(whole)
  local read = raw and parse(raw, whole --[[@as string]]) or { sources = {}, targets = {} }
  read.raw = nil
  return read
end

--- Reads a lock file that must be there.
---@param path string
---@return table lock
function lock.must_read(path)
  local _ <close> = amend(function(err)
    err:with({ hint = err.code == "not_found" and "check the path" or nil })
  end)
  return parse(try(core.file.read(path, LIMIT)), path)
end

--- The content of a lock file. Pure.
local function written(sources, targets)
  local records = {}
  for position, one in ipairs(targets) do
    records[position] = { one[1], json.object({ { "inputs", one[2].inputs }, { "digest", one[2].digest } }) }
  end
  return assert(json.encode(json.object({
    { "version", VERSION }, { "sources", json.object(sources) }, { "targets", json.object(records) },
  }), { indent = "  " })) .. "\n"
end

--- Writes a lock file, unless it says the same already. It is written in a folder of ours beside it, so that what a
--- killed apply left there is known to be ours, and goes at the next. Whoever applies has its turn at the release.
---@param path string
---@param now table of lock.read: what it says
---@param sources table[] {key, digest} in order
---@param targets table[] {key, {inputs, digest}} in order
function lock.write(path, now, sources, targets)
  local raw = written(sources, targets)
  if raw ~= now.raw then
    local folder, fresh = text.folder_of(path), path .. ".new"
    if core.file.kind(folder, { follow = true }) ~= "directory" then
      fail { code = "io", message = "there is no folder " .. folder, hint = "make it, or name another lock file" }
    end
    local _ <close> = failure.defer(function()
      core.file.remove_tree(fresh)
    end)
    try(core.file.make_directory(fresh, FOLDER))
    try(core.file.replace(path, raw, { mode = READABLE, temporary = fresh }))
    now.raw = raw
  end
end

return lock
