--- Files that the caller names: regular ones alone are opened, so that no reading waits for a pipe or a device.

local core = require("manifest.base.core")
local error_of = require("manifest.base.error")

local regular_file = {}

local PIECE = 256 * 1024 -- bytes

local HINTS = { not_found = "check the path", invalid_argument = "name a file, not a folder, pipe or device" }

local function fail(code, name, what, hint)
  return nil, error_of.new({ code = code, message = ("%s %s"):format(name, what), hint = hint or HINTS[code] })
end

--- Where a file is not there whose name is more like that of an image, the words may have changed places.
local function hint_of_absence(path)
  local is_like_image = path:find("^[^/].*:[A-Za-z0-9_][A-Za-z0-9_.-]*$")
  return is_like_image and "check the path and the order: the reference comes first, then the files" or HINTS.not_found
end

--- Opens a file for reading.
---@param path string a symbolic link is followed
---@param noun string what it is, for the error, such as "layer"
---@return file|nil file
---@return table|nil err not_found, invalid_argument (no regular file), io
function regular_file.open(path, noun)
  local kind, err = core.file.kind(path, { follow = true })
  if err then
    return nil, err
  end
  local name = noun .. " " .. path
  if not kind then
    return fail("not_found", name, "does not exist", hint_of_absence(path))
  end
  if kind ~= "file" then
    return fail("invalid_argument", name, "is not a regular file")
  end
  local file, reason = io.open(path, "rb")
  if not file then
    return fail("io", name, "cannot be read: " .. tostring(reason))
  end
  return file
end

--- Reads an open file to its end, or so many bytes of it.
---@param file file
---@param name string what it is, for the error
---@param take function (piece) -> true | nil, err
---@param length integer|nil
---@return boolean|nil ok
---@return table|nil err of take; io
function regular_file.each_piece(file, name, take, length)
  local left = length or math.maxinteger
  while left > 0 do
    local piece, reason = file:read(math.min(left, PIECE))
    if not piece and (reason or length) then
      return fail("io", name, reason and "cannot be read: " .. reason or "became shorter while it was read")
    end
    if not piece then
      return true
    end
    local ok, err = take(piece)
    if not ok then
      return nil, err
    end
    left = left - #piece
  end
  return true
end

return regular_file
