--- The lock file of a release: which digest each source had, and which digest each target got of what.
--
--     {"version": 1, "sources": {REF: DIGEST, ...}, "targets": {REF: {"inputs": DIGEST, "digest": DIGEST}, ...}}
--
-- It is meant to be kept beside the release under version control, so it is written in the release's order, indented,
-- and only when it says something new.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")

local lock = {}

local VERSION = 1
local LIMIT = 16 * 1024 * 1024
local READABLE = tonumber("644", 8)

local function corrupt(path, why)
  return nil, error_of.new({
    code = "corrupt", message = ("the lock file %s cannot be used: %s"):format(path, why),
    hint = "restore it, or remove it to resolve all sources anew",
  })
end

local function is_digest(value)
  return type(value) == "string" and digest.parse(value) ~= nil
end

--- Reads the content of a lock file. Pure.
---@param bytes string
---@param path string for messages
---@return table|nil lock {sources = {[ref] = digest}, targets = {[ref] = {inputs, digest}}, bytes}
---@return table|nil err corrupt
function lock.parse(bytes, path)
  local document, err = json.decode(bytes)
  if document == nil then
    return corrupt(path, err.message)
  end
  if not json.is_object(document) or not json.is_object(document.sources) or not json.is_object(document.targets) then
    return corrupt(path, "it is no lock file of a release")
  end
  if document.version ~= VERSION then
    return corrupt(path, ("its version is %s, not %d"):format(tostring(document.version), VERSION))
  end
  local read = { sources = {}, targets = {}, bytes = bytes }
  for name, value in pairs(document.sources) do
    if not is_digest(value) then
      return corrupt(path, ("the source %s has no digest"):format(name))
    end
    read.sources[name] = value
  end
  for name, value in pairs(document.targets) do
    if not json.is_object(value) or not is_digest(value.digest) or not is_digest(value.inputs) then
      return corrupt(path, ("the target %s has no digest"):format(name))
    end
    read.targets[name] = { inputs = value.inputs, digest = value.digest }
  end
  return read
end

--- Reads a lock file; one that is not there locks nothing.
---@param path string|nil
---@return table|nil lock
---@return table|nil err
function lock.read(path)
  if not path then
    return { sources = {}, targets = {} }
  end
  local bytes, err = core.file.read(path, LIMIT)
  if bytes then
    return lock.parse(bytes, path)
  end
  if err.code == "not_found" then
    return { sources = {}, targets = {} }
  end
  return nil, err
end

--- The content of a lock file. Pure.
---@param sources table[] {key, digest} in order
---@param targets table[] {key, {inputs, digest}} in order
---@return string bytes
function lock.text(sources, targets)
  local records = {}
  for position, one in ipairs(targets) do
    records[position] = { one[1], json.object({ { "inputs", one[2].inputs }, { "digest", one[2].digest } }) }
  end
  return assert(json.encode(json.object({
    { "version", VERSION }, { "sources", json.object(sources) }, { "targets", json.object(records) },
  }), { indent = "  " })) .. "\n"
end

--- Writes a lock file, unless it says the same already.
---@param path string
---@param bytes string
---@param old string|nil what it says now
---@return boolean|nil ok
---@return table|nil err
function lock.write(path, bytes, old)
  if bytes == old then
    return true
  end
  local ok, err = core.file.replace(path, bytes, { mode = READABLE })
  if not ok then
    return nil, err
  end
  return true
end

return lock
