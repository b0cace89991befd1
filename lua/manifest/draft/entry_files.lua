--- The files of one list: reading them, and writing them so that nothing else than the very entry is ever replaced.
--
-- `shelf` is of draft/shelf.lua; writing is done under its lock.

local core = require("manifest.base.core")
local draft_entry = require("manifest.draft.entry")
local error_of = require("manifest.base.error")
local file_name = require("manifest.draft.file_name")

--- An entry holds its manifest twice, once as base64; registries take manifests of 4 MiB.
local ENTRY_LIMIT = 64 * 1024 * 1024

local entry_files = {}

-- ---- reading ----

--- The entry in a file; not_found when there is no file.
local function read(path)
  local bytes, err = core.file.read(path, ENTRY_LIMIT, { follow = false })
  if bytes then
    return draft_entry.decode(bytes, path)
  end
  local kind = core.file.kind(path)
  if kind and kind ~= "file" then
    err.code, err.hint = "corrupt", "remove it: only regular files can be entries"
  end
  return nil, err
end

local function collision(path, wanted, found)
  return error_of.new { code = "collision", ref = wanted,
    message = ("%s and %s have one name in docker's local store, and %s is that of the latter"):format(wanted, found,
      path), hint = "use another tag for one of them, or its digest" }
end

--- The entry of an image.
---@param shelf table
---@param image any reference, or its normalised text
---@return table|nil entry
---@return table|nil err not_found, corrupt, collision, io
function entry_files.read_image(shelf, image)
  local wanted = tostring(image)
  local name, err = file_name.check(wanted)
  if not name then
    return nil, err
  end
  local path = shelf.entries .. "/" .. name
  local entry
  entry, err = read(path)
  if err and err.code == "not_found" then
    return nil, error_of.new { code = "not_found", ref = wanted,
      message = ("%s is not in the local list %s"):format(wanted, shelf.ref) }
  end
  if entry and tostring(entry.ref) ~= wanted then
    return nil, collision(path, wanted, tostring(entry.ref))
  end
  return entry, err
end

--- A file whose name is not that of its content: a copy that an editor or a person left.
local function misplaced(path, entry)
  return error_of.new { code = "corrupt",
    message = ("%s holds the entry of %s, whose file has another name"):format(path, tostring(entry.ref)),
    hint = "remove that file: docker would take it for one more entry" }
end

--- All entries of a list in the order of their file names, and an error for each file that is none.
---@return table[]|nil entries
---@return table[]|table errs one error when the folder itself cannot be read
function entry_files.read_all(shelf)
  local names, unlisted = core.file.list(shelf.entries)
  if not names then
    return nil, unlisted
  end
  local entries, errs = {}, {}
  for _, name in ipairs(names) do
    if not file_name.is_stray(name) then
      local path = shelf.entries .. "/" .. name
      local entry, err = read(path)
      if entry and file_name.of(entry.ref) ~= name then
        entry, err = nil, misplaced(path, entry)
      end
      entries[#entries + 1] = entry
      errs[#errs + 1] = err
    end
  end
  return entries, errs
end

-- ---- writing ----

--- The files of entries, each of which can be written. Their bytes are not kept: all at once would be three times those
--- of the manifests. Two entries of one name are a collision here already.
---@param entries table[]
---@return table[]|nil files {name, entry}
---@return table|nil err
function entry_files.of(entries)
  local files, owners = {}, {}
  for index, entry in ipairs(entries) do
    local ref, ok = tostring(entry.ref), nil
    local name, err = file_name.check(ref)
    if name then
      ok, err = draft_entry.encode(entry)
    end
    if not ok then
      return nil, err:with { ref = ref }
    end
    if owners[name] and owners[name] ~= ref then
      return nil, collision(name, ref, owners[name])
    end
    owners[name] = ref
    files[index] = { name = name, entry = entry }
  end
  return files
end

local function write(shelf, folder, file, more)
  local bytes, err = draft_entry.encode(file.entry)
  local done
  if bytes then
    done, err = core.file.replace(folder .. "/" .. file.name, bytes, shelf:style(more))
  end
  if not done then
    return nil, err:with { ref = tostring(file.entry.ref) }
  end
  return true
end

local function write_all(shelf, folder, files)
  for index, file in ipairs(files) do
    local done, err = write(shelf, folder, file, index < #files)
    if not done then
      return nil, err
    end
  end
  return true
end

--- Writes files into the folder of a list that is there. Every file in their place is looked at before the first is
--- replaced.
---@return boolean|nil done
---@return table|nil err corrupt, collision, io
function entry_files.replace(shelf, files)
  for _, file in ipairs(files) do
    local _, err = entry_files.read_image(shelf, file.entry.ref)
    if err and err.code ~= "not_found" then
      return nil, err
    end
  end
  return write_all(shelf, shelf.entries, files)
end

--- Makes the folder of a list that is not there: it appears with all files in it, in one step.
---@return boolean|nil done
---@return table|nil err
function entry_files.create(shelf, files)
  local folder = shelf.fresh .. "/list"
  local done, err = shelf:make_folder(folder)
  if not done then
    return nil, err
  end
  done, err = write_all(shelf, folder, files)
  if done then
    done, err = shelf:claim(folder)
  end
  if not done then
    return nil, err
  end
  done, err = shelf:make_folder(shelf.lists)
  if done then
    done, err = core.file.rename(folder, shelf.entries)
  end
  return done, err
end

return entry_files
