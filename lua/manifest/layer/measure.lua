--- The digest and the size of a file, read in pieces.

local digest = require("manifest.name.digest")
local regular_file = require("manifest.layer.regular_file")

local measure = {}

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
  local size, ok = 0
  ok, err = regular_file.each_piece(file, "the file " .. path, function(piece)
    hasher:update(piece)
    size = size + #piece
    return true
  end)
  if not ok then
    return nil, err
  end
  return { digest = hasher:digest(), size = size }
end

return measure
