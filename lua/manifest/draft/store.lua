--- Docker's local store of manifest lists, shared with docker, and safe where docker's is not.
--
-- A file is replaced in one step, a new list appears as a whole, and a lock keeps our processes apart (docker takes
-- none). Nothing is overwritten that is not the very entry: a file that is truncated, garbage or another image's is an
-- error that names it, and stays. No lock is kept while a request is under way.

local check = require("manifest.base.check")
local core = require("manifest.base.core")
local entry_files = require("manifest.draft.entry_files")
local error_of = require("manifest.base.error")
local file_name = require("manifest.draft.file_name")
local reference = require("manifest.name.reference")
local shelf = require("manifest.draft.shelf")
local text = require("manifest.base.text")

local LOCK_SECONDS = 30

local methods = {}
local mt = { __name = "manifest.store", __index = methods }

--- Calls fn() while the list of a place is locked, and with it all lists that have its name.
local function locked(self, place, fn)
  local lock <close>, problem = place:lock(self.timeout)
  if not lock then
    return nil, problem
  end
  return fn()
end

-- ---- reading ----

local function no_list(ref)
  return error_of.new { code = "not_found", ref = ref, message = "No such manifest: " .. ref }
end

--- Is there a local list of that reference?
---@param list any reference, or its normalised text
---@return boolean|nil
---@return table|nil err collision, corrupt, io
function methods:exists(list)
  local place, err = shelf.new(self.folder, list)
  if not place then
    return nil, err
  end
  return place:exists()
end

--- The place, when its list is there and this one's.
local function existing(place)
  local there, err = place:exists()
  return there and place or nil, there == false and no_list(place.ref) or err
end

--- The place of a list that must be there.
local function existing_place(self, list)
  local place, err = shelf.new(self.folder, list)
  if not place then
    return nil, err
  end
  return existing(place)
end

--- The entry of an image.
---@return table|nil entry see draft/entry.lua
---@return table|nil err not_found (the list or the image), corrupt, collision, io
function methods:get(list, image)
  local place, err = existing_place(self, list)
  if not place then
    return nil, err
  end
  return entry_files.read_image(place, image)
end

--- All entries, in the order of their file names, which is docker's.
---@param list any reference, or its normalised text
---@return table[]|nil entries
---@return table|nil err the first error
function methods:list(list)
  local place, err = existing_place(self, list)
  if not place then
    return nil, err
  end
  local entries, errs = entry_files.read_all(place)
  if not entries then
    return nil, errs.code == "not_found" and no_list(place.ref) or errs
  end
  if errs[1] and errs[1].code == "not_found" and not place:exists() then
    return nil, no_list(place.ref) -- removed while its files were read
  end
  if errs[1] then
    return nil, errs[1]:with { ref = place.ref }
  end
  return entries
end

-- ---- writing ----

local function write_files(place, files, fresh)
  local there, err = place:exists()
  local ready
  if there and fresh then
    err = error_of.new { code = "exists", ref = place.ref, message = "the local list is there already" }
  elseif there ~= nil then
    ready, err = place:prepare()
  end
  if not ready then
    return nil, err
  end
  return (there and entry_files.replace or entry_files.create)(place, files)
end

local function save_files(place, files, fresh)
  local done, err = write_files(place, files, fresh)
  if not done then
    place:give_up()
  end
  return done, err
end

--- Saves entries of a list. A list that is not there appears with all of them in one step; in one that is there, each
--- file is replaced in one step, and none when one of them cannot be.
---@param list any reference, or its normalised text
---@param entries table[] see draft/entry.lua; at least one
---@param options table|nil fresh: fail (code "exists") when the list is there
---@return boolean|nil done
---@return table|nil err corrupt, collision, exists, locked, io, digest_mismatch, unsupported
function methods:save_all(list, entries, options)
  options = check.options("save_all", options, { fresh = "boolean" })
  assert(#entries > 0, "a list without entries cannot be saved")
  local files, err = entry_files.of(entries)
  local place
  if files then
    place, err = shelf.new(self.folder, list)
  end
  if not place then
    return nil, err
  end
  return locked(self, place, function()
    return save_files(place, files, options.fresh)
  end)
end

--- Saves one entry of a list, under the name of its `ref`.
---@return boolean|nil done
---@return table|nil err as of save_all
function methods:save(list, entry)
  return self:save_all(list, { entry })
end

--- Changes one entry under the lock, so that no change of another process is lost.
---@param list any reference, or its normalised text
---@param image any reference, or its normalised text
---@param fn function fn(entry) -> entry to save, or nil, err: then nothing is saved. It must not wait for a request
---@return table|nil entry as saved
---@return table|nil err
function methods:update(list, image, fn)
  local place, absent = existing_place(self, list)
  if not place then
    return nil, absent -- before a lock makes anything for a list that is not there
  end
  return locked(self, place, function()
    local there, err = existing(place)
    local entry
    if there then
      entry, err = entry_files.read_image(place, image)
    end
    if entry then
      entry, err = fn(entry)
    end
    local files
    if entry then
      files, err = entry_files.of({ entry })
    end
    local done
    if files then
      done, err = save_files(place, files)
    end
    return done and entry or nil, err
  end)
end

--- Removes a list, whatever its files hold.
---@return boolean|nil done
---@return table|nil err not_found, collision, locked, io
function methods:remove(list)
  local place = shelf.new(self.folder, list)
  if not place or not core.file.kind(place.entries) and not core.file.kind(place.own) then
    return nil, no_list(tostring(list)) -- neither docker's nor ours: nothing is made for it, no lock either
  end
  return locked(self, place, function()
    local there, err = existing(place)
    local done
    if there then
      done, err = place:remove()
    end
    if done or err.code == "not_found" then
      place:clear()
    end
    return done, err
  end)
end

--- The reference of a folder that docker made: the one whose name it has, if its parts are divided as most are.
local function guessed(name)
  local path, tag = name:match("^(.*)%-([^-]*)$")
  local ref = path and reference.parse(("%s:%s"):format(path:gsub("_", "/"), tag))
  return ref and file_name.of(ref) == name and tostring(ref) or nil
end

--- The references of all lists, sorted; those that cannot be told from what lies there are left out.
---@return string[]|nil refs
---@return table|nil err io
function methods:lists()
  local names, err = core.file.list(self.folder .. "/manifests")
  if not names then
    return err.code == "not_found" and {} or nil, err
  end
  local refs = {}
  for _, name in ipairs(names) do
    refs[#refs + 1] = shelf.recorded(self.folder, name) or guessed(name)
  end
  table.sort(refs, text.before)
  return refs
end

--- Opens the store. Touches no disk: folders are made by the first writing, as open to others as docker's are.
---@param options table folder (docker's configuration folder, which holds `manifests`), timeout (seconds to wait for a
--- lock, default 30)
---@return table store
local function open(options)
  options = check.options("open", options, { folder = "string", timeout = "number" })
  check.type("open: option 'folder'", options.folder, "string")
  return setmetatable({
    folder = options.folder,
    timeout = options.timeout or LOCK_SECONDS,
  }, mt)
end

return { open = open }
