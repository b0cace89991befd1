--- The blobs of an OCI image layout: files named by their digest.
--
-- One content is there once, however many images share it. A file appears by a rename after its bytes have reached the
-- disk and hash right, so what is there is whole. One call of `sync` makes the names of many durable.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local measure = require("manifest.layer.measure")
local new_file = require("manifest.base.new_file")

local layout_blobs = {}

--- What to do where a place on the disk lacks a blob.
layout_blobs.INCOMPLETE = "it is not whole: make it again, or choose an image that is"

local READABLE = tonumber("644", 8)
local FOLDER = tonumber("755", 8)
local TEMPORARY = ".manifest-"

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
end

--- True for the name of a file that is still being written, or was when its writer ended.
---@param name string
---@return boolean
function layout_blobs.is_temporary(name)
  return name:sub(1, #TEMPORARY) == TEMPORARY
end

local function place_of(root, hash)
  local read, err = digest.parse(hash)
  if not read then
    return nil, err
  end
  return ("%s/blobs/%s/%s"):format(root, read.algorithm, read.hex), read.algorithm
end

--- The file of a blob.
---@param root string the layout's folder
---@param hash string digest
---@return string|nil path
---@return table|nil err not_found
function layout_blobs.find(root, hash)
  local path, err = place_of(root, hash)
  if not path then
    return nil, err
  end
  local kind
  kind, err = core.file.kind(path, { follow = true })
  if err then
    return nil, err
  end
  if kind ~= "file" then
    return fail("not_found", ("oci:%s has no blob %s"):format(root, hash), layout_blobs.INCOMPLETE)
  end
  return path
end

--- A blob hashes to its name.
---@param root string the layout's folder
---@param hash string digest
---@param actual string what it hashes to
---@return boolean|nil ok
---@return table|nil err digest_mismatch
function layout_blobs.check(root, hash, actual)
  if actual == hash then
    return true
  end
  return fail("digest_mismatch", ("the blob %s of oci:%s is damaged: it hashes to %s"):format(hash, root, actual))
end

--- Reads a blob of any size in pieces; it is whole and right when this returns a size.
---@param root string the layout's folder
---@param hash string digest
---@param path string of find
---@param take function|nil (piece) -> true | nil, err
---@return integer|nil size
---@return table|nil err digest_mismatch, io; of take
function layout_blobs.measure(root, hash, path, take)
  local measured, err = measure.file(path, "the blob", { algorithm = digest.parse(hash).algorithm, take = take })
  if not measured then
    return nil, err
  end
  local ok
  ok, err = layout_blobs.check(root, hash, measured.digest)
  return ok and measured.size, err
end

--- Reads a blob of at most LIMIT bytes; it hashes to its name, or it is an error.
---@param root string the layout's folder
---@param hash string digest
---@param limit integer bytes
---@return string|nil bytes
---@return table|nil err not_found, too_large, digest_mismatch, io
function layout_blobs.read(root, hash, limit)
  local path, err = layout_blobs.find(root, hash)
  if not path then
    return nil, err
  end
  local bytes, actual
  bytes, err = core.file.read(path, limit)
  if bytes then
    actual, err = digest.of(bytes, digest.parse(hash).algorithm)
  end
  if not actual then
    return nil, err
  end
  local ok
  ok, err = layout_blobs.check(root, hash, actual)
  return ok and bytes, err
end

--- Copies a file that hashes to a digest into a new one; on failure nothing is left there.
---@param from string path
---@param to string path
---@param hash string digest
---@return boolean|nil ok
---@return table|nil err digest_mismatch, not_found, io
function layout_blobs.copy(from, to, hash)
  local algorithm = digest.parse(hash).algorithm
  local hex, err = core.file.copy(from, to, algorithm)
  if not hex then
    return nil, err
  end
  if algorithm .. ":" .. hex ~= hash then
    core.file.remove(to)
    return fail("digest_mismatch", ("%s hashes to %s:%s, not to %s"):format(from, algorithm, hex, hash))
  end
  return true
end

local function write(root, path, bytes, hash)
  local actual, err = digest.of(bytes, digest.parse(hash).algorithm)
  if not actual then
    return nil, err
  end
  if actual ~= hash then
    return fail("digest_mismatch", ("the bytes hash to %s, not to %s"):format(actual, hash))
  end
  return core.file.replace(path, bytes, { mode = READABLE, temporary = root, more = true })
end

local function put(root, folder, path, content, hash)
  local ok, err = core.file.make_directory(folder, FOLDER)
  if not ok then
    return nil, err
  end
  if type(content) == "string" then
    return write(root, path, content, hash)
  end
  return new_file(root, path, content, true)
end

--- Puts a blob in its place unless it is there; `sync` makes its name durable.
---@param root string
---@param hash string digest
---@param content string|function its bytes; or (path) -> true | nil, err: writes a new file that hashes right
---@param folders table<string, true> for `sync`: gets its folder
---@return boolean|nil ok
---@return table|nil err digest_mismatch, io, or of content
function layout_blobs.store(root, hash, content, folders)
  local path, algorithm = place_of(root, hash)
  if not path then
    return nil, algorithm
  end
  local folder = ("%s/blobs/%s"):format(root, algorithm)
  local ok, err = true, nil
  if core.file.kind(path) ~= "file" then
    ok, err = put(root, folder, path, content, hash)
  end
  folders[folder] = ok or folders[folder] -- what is there another process may have put there just now
  return ok, err
end

--- Makes the names of blobs durable: before index.json names them, and before somebody is told that they are there.
---@param folders table<string, true> of `store`; those that are done go
---@return boolean|nil ok
---@return table|nil err io
function layout_blobs.sync(folders)
  for folder in pairs(folders) do
    local ok, err = core.file.sync(folder)
    if not ok then
      return nil, err
    end
    folders[folder] = nil
  end
  return true
end

return layout_blobs
