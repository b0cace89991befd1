--- Where one list lives, and whose it is.
--
-- docker reads every file of a list's folder (manifests/NAME) as an entry. So what is ours lives beside, in
-- manifest/NAME: `lock`, `new/` for what is being written, and `list.json`, which says for which reference we made the
-- folder. Lists whose references share a name share both folders and the lock; the record tells them apart. It holds
-- for that very folder only: one that docker made, or made again, has no record, and the name given is believed.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")
local file_name = require("manifest.draft.file_name")
local json = require("manifest.base.json")
local lock = require("manifest.engine.lock")
local text = require("manifest.base.text")

local RECORD_LIMIT = 16384
local FOLDER, FILE = tonumber("755", 8), tonumber("644", 8) -- less the umask, as docker's: they hold no secret

local methods = {}
local mt = { __name = "manifest.draft.shelf", __index = methods }

--- The places of a list. Touches no disk.
---@param folder string docker's configuration folder
---@param list any reference, or its normalised text
---@return table|nil shelf fields ref, name, entries (folder of docker's), own (folder of ours), fresh, record
---@return table|nil err
local function new(folder, list)
  local ref = tostring(list)
  local name, err = file_name.check(ref)
  if not name then
    return nil, err
  end
  local own = folder .. "/manifest/" .. name
  return setmetatable({
    ref = ref,
    name = name,
    lists = folder .. "/manifests",
    entries = folder .. "/manifests/" .. name,
    own = own,
    fresh = own .. "/new",
    record = own .. "/list.json",
  }, mt)
end

--- Devices are numbered anew at each start of some machines; the inode and its time of birth stay.
local function without_device(identity)
  return identity:match(":(.*)$")
end

--- Writes down that a folder is this list's.
function methods:claim(folder)
  local identity, err = core.file.identity(folder)
  if not identity then
    return nil, err
  end
  local record = json.encode(json.object { { "list", self.ref }, { "folder", without_device(identity) } })
  return core.file.replace(self.record, record, self:style())
end

--- How a file of the list is written.
function methods:style(more)
  return { mode = FILE, masked = true, keep = true, follow = false, temporary = self.fresh, more = more }
end

--- Makes a folder of the list's, with what is missing above it.
function methods:make_folder(path) -- luacheck: ignore self
  return core.file.make_directory(path, FOLDER)
end

local function read_record(path)
  local bytes, err = core.file.read(path, RECORD_LIMIT, { follow = false })
  if not bytes then
    return nil, err.code ~= "not_found" and err or nil
  end
  local record = json.decode(bytes)
  if type(record) == "table" and type(record.list) == "string" and type(record.folder) == "string" then
    return record
  end
  return nil, error_of.new { code = "corrupt", message = path .. " is not a record of a local list",
    hint = "remove that file, when no other reference has this list's name" }
end

--- The reference of the list whose folder has a name, as its record says it.
---@param folder string docker's configuration folder
---@param name string
---@return string|nil ref
local function recorded(folder, name)
  local record = read_record(("%s/manifest/%s/list.json"):format(folder, name))
  return record and file_name.of(record.list) == name and record.list or nil
end

--- Is the list there, and this one's? False when it is not there.
---@return boolean|nil
---@return table|nil err corrupt, collision, io
function methods:exists()
  local kind, err = core.file.kind(self.entries)
  if err then
    return nil, err
  end
  if not kind then
    return false
  end
  if kind ~= "directory" then
    return nil, error_of.new { code = "corrupt", ref = self.ref, message = self.entries .. " is not a folder",
      hint = "remove it" }
  end
  local record
  record, err = read_record(self.record)
  if err then
    return nil, err:with { ref = self.ref }
  end
  if not record or record.list == self.ref then
    return true
  end
  local identity
  identity, err = core.file.identity(self.entries)
  if not identity then
    return nil, err
  end
  if record.folder ~= without_device(identity) then
    return true
  end
  return nil, error_of.new { code = "collision", ref = self.ref,
    message = ("the lists %s and %s have one name in docker's local store, and %s is that of the latter"):format(
      self.ref, record.list, self.entries),
    hint = "push or remove that list first, or choose another tag" }
end

--- The folder may vanish between the two calls, when a list is removed.
local function take_lock(self, patience)
  local err
  for _ = 1, 100 do
    local made, held
    made, err = self:make_folder(self.own)
    if not made then
      return nil, err
    end
    held, err = lock.take(self.own .. "/lock", { patience = patience })
    if held or err.code ~= "not_found" then
      return held, err
    end
  end
  return nil, err
end

--- Clears what a killed process left half-written. A folder that is empty stays: to remove it and to make it anew would
--- each wait for the disk.
local function sweep(self)
  local names = core.file.list(self.fresh)
  if names and #names == 0 then
    return true
  end
  local cleared, err = core.file.remove_tree(self.fresh)
  return cleared or err.code == "not_found", err
end

--- Locks the list against other processes, and clears what a killed one left half-written.
---@param timeout number seconds
---@return userdata|nil lock with release(), also `<close>`
---@return table|nil err
function methods:lock(timeout)
  local held, err = take_lock(self, timeout) ---@type any, any
  if not held then
    err:with { ref = self.ref }
    err.hint = err.code == "locked" and ("another process works on this list; it had %s s"):format(text.number(timeout))
      or err.hint
    return nil, err
  end
  local cleared
  cleared, err = sweep(self)
  if not cleared then
    held:release()
    return nil, err
  end
  return held
end

--- Makes the folder for what is being written. Under the lock.
function methods:prepare()
  return self:make_folder(self.fresh)
end

--- Clears all that is ours of a list that is gone, the lock last: it is not used after this call. What fails now is
--- cleared under a later lock. Under the lock.
function methods:clear()
  for _, name in ipairs(core.file.list(self.own) or {}) do
    if name ~= "lock" then
      core.file.remove_tree(self.own .. "/" .. name)
    end
  end
  core.file.remove(self.own .. "/lock")
  core.file.remove(self.own) -- stays when somebody made a new lock in it meanwhile
end

--- After a writing that failed: nothing half-written stays to fill a disk that is full. Under the lock, which is not
--- used after this call.
function methods:give_up()
  if core.file.kind(self.entries) then
    core.file.remove_tree(self.fresh)
  else
    self:clear()
  end
end

--- Removes the list, in one step. Under the lock.
function methods:remove()
  local done, err = self:make_folder(self.fresh)
  if done then
    done, err = core.file.rename(self.entries, self.fresh .. "/removed")
  end
  return done, err
end

return { new = new, recorded = recorded }
