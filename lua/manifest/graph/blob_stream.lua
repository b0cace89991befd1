--- A blob of any size, read in pieces and hashed, from a registry, a layout or an archive, without holding it whole.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local regular_file = require("manifest.layer.regular_file")

local blob_stream = {}

--- Reads an open file in pieces.
---@param take function (piece) -> true | nil, err
---@return integer|nil size
---@return table|nil err
local function read_file(file, name, take)
  local size = 0
  local ok, err = regular_file.each_piece(file, name, function(piece)
    size = size + #piece
    return take(piece)
  end)
  if not ok then
    return nil, err
  end
  return size
end

--- A blob of a layout is a file already; its name is what it must hash to.
local function from_layout(repository, hash, take)
  local path, err = repository:blob_path(hash)
  if not path then
    return nil, err
  end
  local hasher
  hasher, err = digest.hasher(digest.parse(hash).algorithm)
  if not hasher then
    return nil, err
  end
  local file <close>, reason = regular_file.open(path, "the blob")
  if not file then
    return nil, reason
  end
  local size
  size, err = read_file(file, "the blob " .. path, function(piece)
    hasher:update(piece)
    if take then
      return take(piece)
    end
    return true
  end)
  local actual = hasher:digest()
  if not size then
    return nil, err
  end
  if actual ~= hash then
    return nil, error_of.new({
      code = "digest_mismatch", message = ("the blob %s hashes to %s: it is damaged"):format(hash, actual),
    })
  end
  return size
end

--- From a registry the bytes arrive while other requests run; they wait in a file until they are whole and hash right.
local function from_registry(repository, hash, take)
  if not take then
    local response, err = repository:get_blob(hash, { discard = true })
    return response and response.received, err
  end
  local file <close>, reason = core.file.scratch(os.getenv("TMPDIR") or "/tmp")
  if not file then
    return nil, reason
  end
  local response, err = repository:get_blob(hash, { sink_scratch = file })
  if not response then
    return nil, err
  end
  file:seek("set")
  return read_file(file, "the blob " .. hash, take)
end

--- Reads a whole blob.
---@param repository table
---@param hash string digest
---@param take function|nil (piece) -> true | nil, err; none: the blob is only fetched and hashed
---@return integer|nil size in bytes
---@return table|nil err not_found, digest_mismatch, what take failed with, ...
function blob_stream.read(repository, hash, take)
  if repository.each_piece then
    return repository:each_piece(hash, take)
  end
  if repository.blob_path then
    return from_layout(repository, hash, take)
  end
  return from_registry(repository, hash, take)
end

return blob_stream
