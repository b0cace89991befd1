--- Docker's local store of manifest lists, shared with docker, and safe where docker's is not.
--
-- A file is replaced in one step, a new list appears as a whole, and a lock keeps our processes apart (docker takes
-- none). Nothing is overwritten that is not the very entry: a file that is truncated, garbage or another image's is an
-- error that names it, and stays. No lock is kept while a request is under way.

local check = require("manifest.base.check")
local core = require("manifest.base.core")
local entry_files = require("manifest.draft.entry_files")
local failure = require("manifest.base.failure")
local file_name = require("manifest.draft.file_name")
local reference = require("manifest.name.reference")
local shelves = require("manifest.draft.shelf")
local text = require("manifest.base.text")

local allow, amend, caught, fail, try = failure.allow, failure.amend, failure.caught, failure.fail, failure.try

local LOCK_SECONDS = 30

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local methods = {}
local mt = { __name = "manifest.store", __index = methods }

-- ---- reading ----

local function refuse_absent(ref)
  fail { code = "not_found", ref = ref, message = "No such manifest: " .. ref }
end

--- Is there a local list of that reference?
---@param list any reference, or its normalised text
---@return_overload boolean
---@return_overload nil, table err collision, corrupt, io
function methods:exists(list)
  return shelves.new(self.folder, list):exists()
end

--- The shelf of a list, which must be there and this one's.
local function existing(self, list)
  local shelf = shelves.new(self.folder, list)
  return shelf:exists() and shelf or refuse_absent(shelf.ref)
end

--- The entry of an image.
---@return_overload table entry see draft/entry.lua
---@return_overload nil, table err not_found (the list or the image), corrupt, collision, io
function methods:get(list, image)
  return entry_files.read_image(existing(self, list), image)
end

--- All entries, in the order of their file names, which is docker's.
---@param list any reference, or its normalised text
---@return_overload table[] entries
---@return_overload nil, table err the first error
function methods:list(list)
  local shelf = existing(self, list)
  local _ <close> = amend(function(err)
    if err.code == "not_found" and not shelf:exists() then
      refuse_absent(shelf.ref) -- removed while its files were read
    end
    err:with { ref = shelf.ref }
  end)
  return entry_files.read_all(shelf)
end

-- ---- writing ----

--- Writes files of a list, under its lock.
local function write(shelf, files, fresh)
  local _ <close> = amend(function()
    shelf:give_up()
  end)
  local is_there = shelf:exists()
  if is_there and fresh then
    fail { code = "exists", ref = shelf.ref, message = "the local list is there already" }
  end
  shelf:make_folder(shelf.fresh)
  local way = is_there and entry_files.replace or entry_files.create
  way(shelf, files)
end

--- Saves entries of a list. A list that is not there appears with all of them in one step; in one that is there, each
--- file is replaced in one step, and none when one of them cannot be.
---@param list any reference, or its normalised text
---@param entries table[] see draft/entry.lua; at least one
---@param options table|nil fresh: fail (code "exists") when the list is there
---@return_overload true done
---@return_overload nil, table err corrupt, collision, exists, locked, io, digest_mismatch, unsupported
function methods:save_all(list, entries, options)
  options = check.options("save_all", options, { fresh = "boolean" })
  assert(#entries > 0, "a list without entries cannot be saved")
  local files = entry_files.of(entries)
  local shelf = shelves.new(self.folder, list)
  local _ <close> = shelf:lock(self.timeout)
  write(shelf, files, options.fresh)
  return true
end

--- Changes one entry under the lock, so that no change of another process is lost.
---@param list any reference, or its normalised text
---@param image any reference, or its normalised text
---@param fn function fn(entry) -> entry to save, or nil, err: then nothing is saved. It must not wait for a request
---@return_overload table entry as saved
---@return_overload nil, table err
function methods:update(list, image, fn)
  local shelf = existing(self, list) -- before a lock makes anything for a list that is not there
  local _ <close> = shelf:lock(self.timeout)
  existing(self, list)
  local entry = try(fn(entry_files.read_image(shelf, image)))
  write(shelf, entry_files.of({ entry }))
  return entry
end

--- Removes a list, whatever its files hold.
---@param list any reference, or its normalised text
---@return_overload true done
---@return_overload nil, table err not_found, collision, locked, io
function methods:remove(list)
  local shelf = caught(shelves.new, self.folder, list)
  if not shelf or not core.file.kind(shelf.entries) and not core.file.kind(shelf.own) then
    refuse_absent(tostring(list)) -- neither docker's nor ours: nothing is made for it, no lock either
  end
  local _ <close> = shelf:lock(self.timeout)
  local was_there = shelf:exists() and shelf:remove()
  shelf:clear()
  return was_there or refuse_absent(shelf.ref)
end

--- The reference of a folder that docker made: the one whose name it has, if its parts are divided as most are.
local function guessed(name)
  local path, tag = name:match("^(.*)%-([^-]*)$")
  local ref = path and reference.parse(("%s:%s"):format(path:gsub("_", "/"), tag))
  return ref and file_name.of(ref) == name and tostring(ref) or nil
end

--- The references of all lists, sorted; those that cannot be told from what lies there are left out.
---@return_overload string[] refs
---@return_overload nil, table err io
function methods:lists()
  local refs = {}
  for _, name in ipairs(allow("not_found", core.file.list(self.folder .. "/manifests")) or {}) do
    refs[#refs + 1] = shelves.recorded(self.folder, name) or guessed(name)
  end
  table.sort(refs, text.before)
  return refs
end

failure.edge(methods)

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
