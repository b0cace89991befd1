--- A file, or a part of one, read in pieces and hashed on the way. What fails is raised.

local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local regular_file = require("manifest.layer.regular_file")

local measure = {}

--- Reads an open file. Fails with io.
---@param file file
---@param name string what it is, for errors
---@param options table offset and length (of a part), algorithm (default sha256), take = fn(piece)
---@return {digest: string, size: integer} measured
function measure.open_file(file, name, options)
  local hasher <close> = failure.try(digest.hasher(options.algorithm))
  file:seek("set", options.offset or 0)
  local size = 0
  regular_file.each_piece(file, name, function(piece)
    hasher:update(piece)
    size = size + #piece
    if options.take then
      options.take(piece)
    end
  end, options.length)
  return { digest = hasher:digest(), size = size }
end

--- Reads a regular file. Fails with not_found, invalid_argument (no regular file), io.
---@param path string
---@param noun string what it is, for errors, such as "the blob"
---@param options table|nil as of open_file
---@return {digest: string, size: integer} measured
function measure.file(path, noun, options)
  local file <close> = regular_file.open(path, noun)
  return measure.open_file(file, ("%s %s"):format(noun, path), options or {})
end

return measure
