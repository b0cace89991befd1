--- Files that the caller names: regular ones alone are opened, so that no reading waits for a pipe or a device.
-- What fails is raised.

local core = require("manifest.base.core")
local failure = require("manifest.base.failure")

local try = failure.try

local regular_file = {}

local PIECE = 256 * 1024 -- bytes

local HINTS = { not_found = "check the path", invalid_argument = "name a file, not a folder, pipe or device" }

---@return never
local function fail(code, name, what, hint)
  return failure.fail { code = code, message = ("%s %s"):format(name, what), hint = hint or HINTS[code] }
end

--- Where a file is not there whose name is more like that of an image, the words may have changed places.
local function hint_of_absence(path)
  local is_like_image = path:find("^[^/].*:[A-Za-z0-9_][A-Za-z0-9_.-]*$")
  return is_like_image and "check the path and the order: the reference comes first, then the files" or HINTS.not_found
end

--- Opens a file for reading. Fails with not_found, invalid_argument (no regular file), io.
---@param path string a symbolic link is followed
---@param noun string what it is, for the error, such as "layer"
---@return file file
function regular_file.open(path, noun)
  local kind, name = try(core.file.kind(path, { follow = true })), noun .. " " .. path
  if not kind then
    fail("not_found", name, "does not exist", hint_of_absence(path))
  end
  if kind ~= "file" then
    fail("invalid_argument", name, "is not a regular file")
  end
  local file, reason = io.open(path, "rb")
  return file or fail("io", name, "cannot be read: " .. tostring(reason))
end

--- Reads an open file to its end, or so many bytes of it. Fails with io.
---@param file file
---@param name string what it is, for the error
---@param take function (piece)
---@param length integer|nil
function regular_file.each_piece(file, name, take, length)
  local left = length or math.maxinteger
  while left > 0 do
    local piece, reason = file:read(math.min(left, PIECE))
    if not piece and (reason or length) then
      fail("io", name, reason and "cannot be read: " .. reason or "became shorter while it was read")
    end
    if not piece then
      return
    end
    take(piece)
    left = left - #piece
  end
end

return regular_file
