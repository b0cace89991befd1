--- The two documents of an OCI image layout: `oci-layout` says that the folder is one, `index.json` what is in it.
--
-- index.json is edited as the JSON that was read, so what this module does not know stays; it is replaced as a whole,
-- under a lock that other processes of ours heed.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local json = require("manifest.base.json")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_entries = require("manifest.repository.layout.entries")
local lock = require("manifest.engine.lock")
local media_type = require("manifest.name.media_type")
local text = require("manifest.base.text")

local layout_index = {}

local VERSION = "1.0.0"

--- More bytes than any index.json has.
layout_index.LIMIT = 16 * 1024 * 1024

local LOCK_NAME = "index.json.lock"
local LOCK_SECONDS = 30
local READABLE = tonumber("644", 8)
local FOLDER = tonumber("755", 8)

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
end

local function not_one(path, why)
  return fail("corrupt", ("%s is not an OCI image layout: %s"):format(path, why),
    "name a folder that has oci-layout, index.json and blobs")
end

local function decode(path, name, bytes)
  local document, err = json.decode(bytes)
  if err then
    return not_one(path, ("%s: %s"):format(name, err.message))
  end
  if not json.is_object(document) then
    return not_one(path, name .. " is not a JSON object")
  end
  return document
end

--- Reads one of the two documents; false when it is not there.
local function read_document(path, name)
  local file = path .. "/" .. name
  local bytes, err = core.file.read(file, layout_index.LIMIT)
  if not bytes then
    if err.code == "not_found" then
      return false
    end
    return nil, err
  end
  return decode(path, name, bytes)
end

local function check_version(path, document)
  if document.imageLayoutVersion ~= VERSION then
    return fail("unsupported", ("%s has the layout version %s, not %s"):format(path,
      text.printable(tostring(document.imageLayoutVersion)), VERSION), "name another folder")
  end
  return true
end

--- Is the folder a layout of the version that we know? False when there is no file that says so.
local function read_version(path)
  local document, err = read_document(path, "oci-layout")
  if not document then
    return document, err
  end
  return check_version(path, document)
end

--- Anything in the folder that is not of our own making?
local function is_empty(path)
  local names, err = core.file.list(path)
  if not names then
    return nil, err
  end
  for _, name in ipairs(names) do
    if name ~= LOCK_NAME and not layout_blobs.is_temporary(name) then
      return false
    end
  end
  return true
end

--- Fails unless a layout is there.
---@param path string the layout's folder
---@return boolean|nil ok
---@return table|nil err not_found, corrupt, unsupported, io
function layout_index.check(path)
  local kind, err = core.file.kind(path, { follow = true })
  if err then
    return nil, err
  end
  if not kind then
    return fail("not_found", "there is no folder " .. path, "check the path")
  end
  if kind ~= "directory" then
    return not_one(path, "it is no folder")
  end
  local known
  known, err = read_version(path)
  if known ~= false then
    return known, err
  end
  local empty
  empty, err = is_empty(path)
  if empty == nil then
    return nil, err
  end
  if empty then -- somebody may be about to make it one
    return fail("not_found", ("the folder %s is empty"):format(path), "name an OCI image layout")
  end
  known, err = read_version(path)
  if known == false then
    return not_one(path, "it has no file oci-layout")
  end
  return known, err
end

local function write(path, name, document)
  local ok, err = core.file.replace(path .. "/" .. name, assert(json.encode(document)), { mode = READABLE })
  if not ok then
    return nil, err
  end
  return true
end

--- Runs fn with the layout locked; gives what fn gives.
---@param path string the layout's folder
---@param fn function () -> value, err
---@return any value
---@return table|nil err of fn; locked, io
function layout_index.locked(path, fn)
  local held <close>, err = lock.take(path .. "/" .. LOCK_NAME, { patience = LOCK_SECONDS, remove = true })
  if not held then
    return nil, err
  end
  return fn()
end

--- Makes a layout of a folder that is missing or empty; one that is a layout already stays as it is.
---@param path string the layout's folder
---@return boolean|nil ok
---@return table|nil err corrupt (a folder with something else), unsupported, locked, io
function layout_index.create(path)
  local ok, err = core.file.make_directory(path, FOLDER)
  if not ok then
    return nil, err
  end
  local known
  known, err = read_version(path)
  if known or err then
    return known, err
  end
  return layout_index.locked(path, function()
    known, err = read_version(path) -- somebody may have been quicker
    if known or err then
      return known, err
    end
    local empty
    empty, err = is_empty(path)
    if not empty then
      if err then
        return nil, err
      end
      return fail("corrupt", path .. " is neither an OCI image layout nor empty", "name another folder")
    end
    return write(path, "oci-layout", json.object({ { "imageLayoutVersion", VERSION } }))
  end)
end

local function empty_index()
  return json.object({ { "schemaVersion", 2 }, { "mediaType", media_type.oci_index }, { "manifests", json.array({}) } })
end

local function check_index(path, index)
  if index.manifests == json.null then
    index.manifests = json.array()
  end
  if index.schemaVersion ~= 2 or not json.is_array(index.manifests) then
    return not_one(path, "index.json is no OCI index")
  end
  for position, entry in ipairs(index.manifests) do
    if not layout_entries.is_one(entry) then
      return not_one(path, ("entry %d of index.json is no descriptor"):format(position))
    end
  end
  return index
end

--- Reads index.json. A layout that was only just begun has none yet.
---@param path string the layout's folder
---@return table|nil index ordered JSON; its `manifests` are descriptors
---@return table|nil err corrupt, too_large, io
function layout_index.read(path)
  local index, err = read_document(path, "index.json")
  if index == nil then
    return nil, err
  end
  if not index then
    return empty_index()
  end
  return check_index(path, index)
end

--- Reads the two documents of a layout that is not a folder.
---@param path string for errors
---@param version string bytes of oci-layout
---@param bytes string of index.json
---@return table|nil index
---@return table|nil err corrupt, unsupported
function layout_index.of(path, version, bytes)
  local ok, err = decode(path, "oci-layout", version)
  if ok then
    ok, err = check_version(path, ok)
  end
  local index
  if ok then
    index, err = decode(path, "index.json", bytes)
  end
  if not index then
    return nil, err
  end
  return check_index(path, index)
end

--- Reads, edits and writes index.json as one step.
---@param edit function (manifests) -> true | nil, err; false: leave it as it is
---@param after function|nil (index) -> what this function gives: called with the lock still held
function layout_index.update(path, edit, after)
  return layout_index.locked(path, function()
    local index, err = layout_index.read(path)
    if not index then
      return nil, err
    end
    local changed
    changed, err = edit(index.manifests)
    if changed then
      changed, err = write(path, "index.json", index)
    end
    if changed == nil or not after then
      return changed, err
    end
    return after(index)
  end)
end

return layout_index
