--- The digest and the size of a file, read in pieces.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")

local measure = {}

local PIECE = 256 * 1024

local function fail(code, path, what)
  return nil, error_of.new({ code = code, message = ("the file %s %s"):format(path, what) })
end

--- Measures a regular file.
---@param path string
---@return table|nil measured {digest, size}
---@return table|nil err not_found, invalid_argument (no regular file), io
function measure.file(path)
  local kind, problem = core.file.kind(path, { follow = true })
  if problem then
    return nil, error_of.of_core(problem)
  end
  if kind ~= "file" then
    return fail(kind and "invalid_argument" or "not_found", path, kind and "is not a regular file" or "does not exist")
  end
  local file <close>, reason = io.open(path, "rb")
  if not file then
    return fail("io", path, "cannot be read: " .. tostring(reason))
  end
  local hasher <close> = assert(digest.hasher("sha256"))
  local size = 0
  for piece in file:lines(PIECE) do
    hasher:update(piece)
    size = size + #piece
  end
  return { digest = hasher:digest(), size = size }
end

return measure
