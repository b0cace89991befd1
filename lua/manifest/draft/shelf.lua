--- Where one list lives, and whose it is.
--
-- docker reads every file of a list's folder (manifests/NAME) as an entry. So what is ours lives beside, in
-- manifest/NAME: `lock`, `new/` for what is being written, and `list.json`, which says for which reference we made the
-- folder. Lists whose references share a name share both folders and the lock; the record tells them apart. It holds
-- for that very folder only: one that docker made, or made again, has no record, and the name given is believed.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")
local file_name = require("manifest.draft.file_name")
local json = require("manifest.base.json")
local lock = require("manifest.engine.lock")
local text = require("manifest.base.text")

local about, allow, amend, caught, fail, try =
  failure.about, failure.allow, failure.amend, failure.caught, failure.fail, failure.try

local RECORD_LIMIT = 16384
local FOLDER, FILE = tonumber("755", 8), tonumber("644", 8) -- less the umask, as docker's: they hold no secret

local methods = {}
local mt = { __name = "manifest.draft.shelf", __index = methods }

--- The places of a list. Touches no disk.
---@param folder string docker's configuration folder
---@param list any reference, or its normalised text
---@return table shelf fields ref, name, entries (folder of docker's), own (folder of ours), fresh, record
local function new(folder, list)
  local ref = tostring(list)
  local name = file_name.check(ref)
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

--- What tells a folder from others. Devices are numbered anew at each start of some machines; the inode and its time of
--- birth stay.
local function identity_of(folder)
  return try(core.file.identity(folder)):match(":(.*)$")
end

--- Writes down that a folder is this list's.
function methods:claim(folder)
  local record = json.encode(json.object { { "list", self.ref }, { "folder", identity_of(folder) } })
  try(core.file.replace(self.record, record, self:style()))
end

--- How a file of the list is written.
function methods:style(more)
  return { mode = FILE, masked = true, keep = true, follow = false, temporary = self.fresh, more = more }
end

--- Makes a folder of the list's, with what is missing above it.
function methods:make_folder(path) -- luacheck: ignore self
  try(core.file.make_directory(path, FOLDER))
end

--- The record at a path; nil when there is none.
local function read_record(path)
  local bytes = allow("not_found", core.file.read(path, RECORD_LIMIT, { follow = false }))
  local record = bytes and json.decode(bytes)
  if type(record) == "table" and type(record.list) == "string" and type(record.folder) == "string" then
    return record
  end
  return bytes and fail { code = "corrupt", message = path .. " is not a record of a local list",
    hint = "remove that file, when no other reference has this list's name" }
end

--- The reference of the list whose folder has a name, as its record says it.
---@param folder string docker's configuration folder
---@param name string
---@return string|nil ref nil: there is no record, or none that can be read
local function recorded(folder, name)
  local record = caught(read_record, ("%s/manifest/%s/list.json"):format(folder, name))
  return record and file_name.of(record.list) == name and record.list or nil
end

--- Is the list there, and this one's? False when it is not there.
---@return boolean there; fails with corrupt, collision, io
function methods:exists()
  local kind = try(core.file.kind(self.entries))
  if not kind then
    return false
  end
  local _ <close> = about(self.ref)
  if kind ~= "directory" then
    fail { code = "corrupt", message = self.entries .. " is not a folder", hint = "remove it" }
  end
  local record = read_record(self.record)
  if not record or record.list == self.ref or record.folder ~= identity_of(self.entries) then
    return true
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail { code = "collision",
    message = ("the lists %s and %s have one name in docker's local store, and %s is that of the latter"):format(
      self.ref, record.list, self.entries),
    hint = "push or remove that list first, or choose another tag" }
end

--- The folder may vanish between the two calls, when a list is removed.
local function take_lock(self, patience)
  local _ <close> = amend(function(err)
    err:with { ref = self.ref }
    if err.code == "locked" then
      err.hint = ("another process works on this list; it had %s s"):format(text.number(patience))
    end
  end)
  local held, why
  for _ = 1, 100 do
    self:make_folder(self.own)
    held, why = lock.take(self.own .. "/lock", { patience = patience })
    if held or why.code ~= "not_found" then
      break
    end
  end
  return (try(held, why))
end

--- Locks the list against other processes, and clears what a killed one left half-written. Where that is an empty
--- folder, it stays: to remove it and to make it anew would each wait for the disk.
---@param timeout number seconds
---@return userdata lock with release(), also `<close>`
function methods:lock(timeout)
  local held = take_lock(self, timeout)
  local _ <close> = amend(function()
    held:release()
  end)
  local left = core.file.list(self.fresh)
  if not left or #left > 0 then
    allow("not_found", core.file.remove_tree(self.fresh))
  end
  return held
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
---@return boolean was_there
function methods:remove()
  self:make_folder(self.fresh)
  return allow("not_found", core.file.rename(self.entries, self.fresh .. "/removed")) ~= nil
end

return { new = new, recorded = recorded }
