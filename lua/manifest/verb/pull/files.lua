--- Which files an artifact has, and where they go: by their titles, below one folder and nowhere else.

local annotation = require("manifest.name.annotation")
local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local inner_path = require("manifest.name.inner_path")
local measure = require("manifest.layer.measure")
local media_type = require("manifest.name.media_type")
local text = require("manifest.base.text")

local fail, try = failure.fail, failure.try

local files = {}

local FOLDER = tonumber("755", 8)

local function refuse(title, why)
  fail {
    code = "invalid_manifest", message = ("the title '%s' %s: it is no path below a folder"):format(
      text.printable(title), why),
    hint = "nothing was written; 'manifest get' shows the artifact, 'manifest blob get' fetches one file of it",
  }
end

--- Notes the folders above a path, which must not be files.
local function note_folders(folders, path)
  for above in path:gmatch("()/") do
    folders[path:sub(1, above - 1)] = path
  end
end

--- The files of an artifact. Two titles that are one place are refused, unless the content is the same. Pure.
---@param layers manifest.Descriptor[]
---@return table[] list {title, digest, size, media_type}
---@return table[] untitled descriptors of what has no name, but for the empty blob of an artifact without files
function files.of(layers)
  ---@type table[], table[], table<any, table?>, table<string, any>
  local list, untitled, by_title, folders = {}, {}, {}, {}
  for _, layer in ipairs(layers) do
    local title = layer.annotations and layer.annotations[annotation.TITLE]
    local fault = title and inner_path.fault(title)
    if fault then
      refuse(title, fault)
    end
    local known = by_title[title or false]
    if known and known.digest ~= layer.digest then
      refuse(title, "occurs twice")
    elseif title and not known then
      by_title[title] = { title = title, digest = layer.digest, size = layer.size, media_type = layer.media_type }
      list[#list + 1] = by_title[title]
      note_folders(folders, title)
    elseif not title and layer.media_type ~= media_type.oci_empty then
      untitled[#untitled + 1] = layer
    end
  end
  for _, file in ipairs(list) do
    if folders[file.title] then
      refuse(file.title, ("is a folder of '%s', too"):format(text.printable(folders[file.title])))
    end
  end
  return list, untitled
end

--- Refuses a folder on the way to a file that is none, such as a symbolic link: it would lead elsewhere.
local function check_folders(folder, title)
  for above in title:gmatch("()/") do
    local path = ("%s/%s"):format(folder, title:sub(1, above - 1))
    local kind = try(core.file.kind(path))
    if kind and kind ~= "directory" then
      fail { code = "exists", message = path .. " is there and is no folder", hint = "remove it, or pull elsewhere" }
    end
  end
end

--- Looks what is there: a file with the same content stays. Anything else is refused, or replaced when it is a file and
--- that was asked for.
---@param folder string
---@param file table of files.of; it gets `path` and `unchanged`
---@param may_replace boolean?
function files.look(folder, file, may_replace)
  file.path = ("%s/%s"):format(folder, file.title)
  check_folders(folder, file.title)
  local kind = try(core.file.kind(file.path))
  if not kind then
    return
  end
  if kind == "file" then
    local algorithm = digest.algorithm(file.digest)
    file.unchanged = measure.file(file.path, "the file", { algorithm = algorithm }).digest == file.digest
  end
  if not file.unchanged and (kind ~= "file" or not may_replace) then
    fail {
      code = "exists", message = ("%s is there already, with other content"):format(file.path),
      hint = kind == "file" and "remove it, or replace it (option 'replace')" or "remove it, or pull elsewhere",
    }
  end
end

--- The folder that a file goes to; it is made. What stood in the way when the first file was looked at may have come
--- since.
---@param folder string
---@param file table of files.look
---@return string
function files.make_folder(folder, file)
  check_folders(folder, file.title)
  local path = text.folder_of(file.path)
  try(core.file.make_directory(path, FOLDER))
  return path
end

return files
