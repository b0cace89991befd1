--- What is well with a repository on the disk, a layout or an archive: a line for each check.

local core = require("manifest.base.core")
local text = require("manifest.base.text")
local trial = require("manifest.base.later")("manifest.repository.trial") ---@module "manifest.repository.trial"

local TRIALS = { "push", "delete_tag", "delete" }

--- Bytes that the smallest push takes, with what a file system needs for itself.
local LEAST_ROOM = 1024 * 1024

local function read(repository)
  local names, why = repository:tags()
  if names then
    return "ok", text.count(#names, "tag")
  end
  if why.code == "not_found" and repository.can.write then
    return "unknown", why.message, "a push makes it"
  end
  return "bad", why.message, why.hint
end

--- The folders that a push writes to: those of the layout; of one that is not there yet the first above it that is.
local function folders_of(layout)
  local path, folders = core.file.absolute(layout.path), {}
  for _, name in ipairs { "", "/blobs", "/blobs/sha256" } do
    folders[#folders + 1] = core.file.kind(path .. name, { follow = true }) == "directory" and path .. name or nil
  end
  while not folders[1] do
    path = text.folder_of(path)
    folders[1] = core.file.kind(path, { follow = true }) == "directory" and path or nil
  end
  return folders
end

local function permissions(layout)
  for _, folder in ipairs(folders_of(layout)) do
    local room, why = core.file.room(folder)
    if not room then
      return "unknown", why.message
    end
    if not room.writable then
      return "no", "this user may not write in " .. text.printable(folder), "write as its owner, or change its mode"
    end
  end
  return "ok", "this user may write there"
end

local function space(layout)
  local room, why = core.file.room(folders_of(layout)[1])
  if not room then
    return "unknown", why.message
  end
  local free = room.bytes >= 2 ^ 30 and ("%.1f GiB"):format(room.bytes / 2 ^ 30)
    or ("%.1f MiB"):format(room.bytes / 2 ^ 20)
  if room.no_files or room.bytes < LEAST_ROOM then
    return "bad", room.no_files and "the file system takes no more files" or free .. " free", "make room"
  end
  return "ok", free .. " free"
end

---@param repository manifest.Repository
---@param options {write: boolean?}
---@return manifest.Check[]
return function(repository, options)
  local list, tried = {}, {}
  local function add(name, state, found, hint)
    list[#list + 1] = { name = name, state = state, text = found, hint = hint }
  end
  add("read", read(repository))
  if not repository.can.write then
    tried.push = { "no", "an archive is only read" }
  else
    add("permissions", permissions(repository))
    add("space", space(repository))
    tried = options.write and list[1].state == "ok" and trial.run(repository, {}) or tried
  end
  for _, name in ipairs(TRIALS) do
    add(name, table.unpack(tried[name] or { "unknown", "not tried" }))
  end
  return list
end
