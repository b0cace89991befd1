--- A file, or a part of one, read in pieces and hashed on the way.

local digest = require("manifest.name.digest")
local regular_file = require("manifest.layer.regular_file")

local measure = {}

--- Reads an open file.
---@param file file
---@param name string what it is, for errors
---@param options table offset and length (of a part), algorithm (default sha256), take = fn(piece) -> true | nil, err
---@return table|nil measured {digest, size (bytes)}
---@return table|nil err io; of take
function measure.open_file(file, name, options)
  local hasher <close>, problem = digest.hasher(options.algorithm)
  if not hasher then
    return nil, problem
  end
  file:seek("set", options.offset or 0)
  local size = 0
  local ok, err = regular_file.each_piece(file, name, function(piece)
    hasher:update(piece)
    size = size + #piece
    if options.take then
      return options.take(piece)
    end
    return true
  end, options.length)
  if not ok then
    return nil, err
  end
  return { digest = hasher:digest(), size = size }
end

--- Reads a regular file.
---@param path string
---@param noun string what it is, for errors, such as "the blob"
---@param options table|nil as of open_file
---@return table|nil measured {digest, size (bytes)}
---@return table|nil err not_found, invalid_argument (no regular file), io; of take
function measure.file(path, noun, options)
  local file <close>, err = regular_file.open(path, noun)
  if not file then
    return nil, err
  end
  return measure.open_file(file, ("%s %s"):format(noun, path), options or {})
end

return measure
