--- The files of one list: reading them, and writing them so that nothing else than the very entry is ever replaced.
--
-- `shelf` is of draft/shelf.lua; writing is done under its lock. What fails is raised.

local core = require("manifest.base.core")
local draft_entry = require("manifest.draft.entry")
local failure = require("manifest.base.failure")
local file_name = require("manifest.draft.file_name")

local about, allow, amend, caught, fail, try =
  failure.about, failure.allow, failure.amend, failure.caught, failure.fail, failure.try

--- An entry holds its manifest twice, once as base64; registries take manifests of 4 MiB.
local ENTRY_LIMIT = 64 * 1024 * 1024

local entry_files = {}

-- ---- reading ----

--- The entry in a file; not_found when there is no file.
local function read(path)
  local _ <close> = amend(function(err)
    local kind = core.file.kind(path)
    if kind and kind ~= "file" then
      err.code, err.hint = "corrupt", "remove it: only regular files can be entries"
    end
  end)
  return try(draft_entry.decode(try(core.file.read(path, ENTRY_LIMIT, { follow = false })), path))
end

local function refuse_collision(path, wanted, found)
  fail { code = "collision", ref = wanted,
    message = ("%s and %s have one name in docker's local store, and %s is that of the latter"):format(wanted, found,
      path), hint = "use another tag for one of them, or its digest" }
end

--- The entry of an image.
---@param shelf table
---@param image any reference, or its normalised text
---@return table entry; fails with not_found, corrupt, collision, io
function entry_files.read_image(shelf, image)
  local wanted = tostring(image)
  local path = shelf.entries .. "/" .. file_name.check(wanted)
  local entry = allow("not_found", caught(read, path)) or fail { code = "not_found", ref = wanted,
    message = ("%s is not in the local list %s"):format(wanted, shelf.ref) }
  if tostring(entry.ref) ~= wanted then
    refuse_collision(path, wanted, tostring(entry.ref))
  end
  return entry
end

--- All entries of a list in the order of their file names. A file whose name is not that of its content is a copy that
--- an editor or a person left.
---@return table[] entries
function entry_files.read_all(shelf)
  local entries = {}
  for _, name in ipairs(try(core.file.list(shelf.entries))) do
    if not file_name.is_stray(name) then
      local path = shelf.entries .. "/" .. name
      local entry = read(path)
      if file_name.of(entry.ref) ~= name then
        fail { code = "corrupt",
          message = ("%s holds the entry of %s, whose file has another name"):format(path, tostring(entry.ref)),
          hint = "remove that file: docker would take it for one more entry" }
      end
      entries[#entries + 1] = entry
    end
  end
  return entries
end

-- ---- writing ----

--- The files of entries, each of which can be written. Their bytes are not kept: all at once would be three times those
--- of the manifests. Two entries of one name are a collision here already.
---@param entries table[]
---@return table[] files {name, entry}
function entry_files.of(entries)
  local files, owners = {}, {}
  for index, entry in ipairs(entries) do
    local ref = tostring(entry.ref)
    local _ <close> = about(ref)
    local name = file_name.check(ref)
    try(draft_entry.encode(entry))
    if owners[name] and owners[name] ~= ref then
      refuse_collision(name, ref, owners[name])
    end
    owners[name] = ref
    files[index] = { name = name, entry = entry }
  end
  return files
end

local function write_all(shelf, folder, files)
  for index, file in ipairs(files) do
    local _ <close> = about(file.entry.ref)
    local bytes = try(draft_entry.encode(file.entry))
    try(core.file.replace(folder .. "/" .. file.name, bytes, shelf:style(index < #files)))
  end
end

--- Writes files into the folder of a list that is there. Every file in their place is looked at before the first is
--- replaced.
function entry_files.replace(shelf, files)
  for _, file in ipairs(files) do
    allow("not_found", caught(entry_files.read_image, shelf, file.entry.ref))
  end
  write_all(shelf, shelf.entries, files)
end

--- Makes the folder of a list that is not there: it appears with all files in it, in one step.
function entry_files.create(shelf, files)
  local folder = shelf.fresh .. "/list"
  shelf:make_folder(folder)
  write_all(shelf, folder, files)
  shelf:claim(folder)
  shelf:make_folder(shelf.lists)
  try(core.file.rename(folder, shelf.entries))
end

return entry_files
