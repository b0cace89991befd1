--- The digest and the size of a file, read in pieces.

local digest = require("manifest.name.digest")
local regular_file = require("manifest.action.regular_file")

local measure = {}

local PIECE = 256 * 1024

--- Measures a regular file.
---@param path string
---@return table|nil measured {digest, size (bytes)}
---@return table|nil err not_found, invalid_argument (no regular file), io
function measure.file(path)
  local file <close>, err = regular_file.open(path, "the file")
  if not file then
    return nil, err
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
