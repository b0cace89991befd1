--- The two documents of an OCI image layout: `oci-layout` says that the folder is one, `index.json` what is in it.
--
-- index.json is edited as the JSON that was read, so what this module does not know stays; it is replaced as a whole,
-- under a lock that other processes of ours heed. What fails is raised.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_entries = require("manifest.repository.layout.entries")
local lock = require("manifest.engine.lock")
local media_type = require("manifest.name.media_type")
local text = require("manifest.base.text")

local allow, fail, try = failure.allow, failure.fail, failure.try

local layout_index = {}

local VERSION = "1.0.0"

--- More bytes than any index.json has.
layout_index.LIMIT = 16 * 1024 * 1024

local LOCK_NAME = "index.json.lock"
local LOCK_SECONDS = 30
local READABLE = tonumber("644", 8)
local FOLDER = tonumber("755", 8)

local function refuse(path, why)
  fail {
    code = "corrupt", message = ("%s is not an OCI image layout: %s"):format(path, why),
    hint = "name a folder that has oci-layout, index.json and blobs",
  }
end

local function decode(path, name, bytes)
  local document, why = json.decode(bytes)
  if why then
    refuse(path, ("%s: %s"):format(name, why.message))
  elseif not json.is_object(document) then
    refuse(path, name .. " is not a JSON object")
  end
  return document
end

--- The bytes of one of the two documents; nil when it is not there.
local function read_file(path, name)
  return (allow("not_found", core.file.read(path .. "/" .. name, layout_index.LIMIT)))
end

local function check_version(path, document)
  if document.imageLayoutVersion ~= VERSION then
    fail {
      code = "unsupported", message = ("%s has the layout version %s, not %s"):format(path,
        text.printable(tostring(document.imageLayoutVersion)), VERSION), hint = "name another folder",
    }
  end
end

--- Is the folder a layout? False when there is no file that says so; another version than ours is refused.
local function read_version(path)
  local bytes = read_file(path, "oci-layout")
  if bytes then
    check_version(path, decode(path, "oci-layout", bytes))
  end
  return bytes ~= nil
end

--- Is nothing in the folder that is not of our own making?
local function is_empty(path)
  for _, name in ipairs(try(core.file.list(path))) do
    if name ~= LOCK_NAME and not layout_blobs.is_temporary(name) then
      return false
    end
  end
  return true
end

--- Fails unless a layout is there.
---@param path string the layout's folder
function layout_index.check(path)
  local kind = try(core.file.kind(path, { follow = true }))
  if not kind then
    fail { code = "not_found", message = "there is no folder " .. path, hint = "check the path" }
  elseif kind ~= "directory" then
    refuse(path, "it is no folder")
  elseif read_version(path) then
    return
  elseif is_empty(path) then -- somebody may be about to make it one
    fail { code = "not_found", message = ("the folder %s is empty"):format(path), hint = "name an OCI image layout" }
  elseif not read_version(path) then
    refuse(path, "it has no file oci-layout")
  end
end

local function write(path, name, document)
  try(core.file.replace(path .. "/" .. name, assert(json.encode(document)), { mode = READABLE }))
end

--- Locks the layout.
---@param path string its folder
---@return userdata held for `<close>`
function layout_index.lock(path)
  return (try(lock.take(path .. "/" .. LOCK_NAME, { patience = LOCK_SECONDS, remove = true })))
end

--- Makes a layout of a folder that is missing or empty; one that is a layout already stays as it is.
---@param path string the layout's folder
function layout_index.create(path)
  try(core.file.make_directory(path, FOLDER))
  if read_version(path) then
    return
  end
  local _ <close> = layout_index.lock(path)
  if read_version(path) then -- somebody was quicker
    return
  end
  if not is_empty(path) then
    fail {
      code = "corrupt", message = path .. " is neither an OCI image layout nor empty", hint = "name another folder",
    }
  end
  write(path, "oci-layout", json.object({ { "imageLayoutVersion", VERSION } }))
end

local function empty_index()
  return json.object({ { "schemaVersion", 2 }, { "mediaType", media_type.oci_index }, { "manifests", json.array({}) } })
end

local function check_index(path, index)
  if index.manifests == json.null then
    index.manifests = json.array()
  end
  if index.schemaVersion ~= 2 or not json.is_array(index.manifests) then
    refuse(path, "index.json is no OCI index")
  end
  for position, entry in ipairs(index.manifests) do
    if not layout_entries.is_one(entry) then
      refuse(path, ("entry %d of index.json is no descriptor"):format(position))
    end
  end
  return index
end

---@class manifest.LayoutIndex
---@field index table ordered JSON; its `manifests` are descriptors
---@field bytes string? nil: there is no file
---@field version string? of the file; nil: it was only just changed

--- Reads index.json. A layout that was only just begun has none yet.
---@param path string the layout's folder
---@param before manifest.LayoutIndex? what this function gave last: the index is the same while the file is
---@return manifest.LayoutIndex
function layout_index.read(path, before)
  local version = core.file.version(path .. "/index.json") -- before its bytes are read
  if before and version and before.version == version then
    return before
  end
  local bytes = read_file(path, "index.json")
  local index = before and before.bytes == bytes and before.index
    or bytes and check_index(path, decode(path, "index.json", bytes)) or empty_index()
  return { index = index, bytes = bytes, version = version }
end

--- Reads the two documents of a layout that is not a folder.
---@param path string for errors
---@param version string bytes of oci-layout
---@param bytes string of index.json
---@return table index
function layout_index.of(path, version, bytes)
  check_version(path, decode(path, "oci-layout", version))
  return check_index(path, decode(path, "index.json", bytes))
end

--- Reads, edits and writes index.json as one step.
---@param edit function (manifests) -> boolean: has it changed them?
---@param after function|nil (index) -> what this function gives: called with the lock still held
function layout_index.update(path, edit, after)
  local _ <close> = layout_index.lock(path)
  local index = layout_index.read(path).index
  if edit(index.manifests) then
    write(path, "index.json", index)
  end
  return after and after(index)
end

return layout_index
