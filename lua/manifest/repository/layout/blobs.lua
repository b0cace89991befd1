--- The blobs of an OCI image layout: files named by their digest.
--
-- One content is there once, however many images share it. A file appears by a rename after its bytes have reached the
-- disk and hash right, so what is there is whole. One call of `sync` makes the names of many durable.
-- What fails is raised.

local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local measure = require("manifest.layer.measure")
local new_file = require("manifest.base.new_file")

local fail, try = failure.fail, failure.try

local layout_blobs = {}

--- What to do where a place on the disk lacks a blob.
layout_blobs.INCOMPLETE = "it is not whole: make it again, or choose an image that is"

local READABLE = tonumber("644", 8)
local FOLDER = tonumber("755", 8)
local TEMPORARY = ".manifest-"

--- True for the name of a file that is still being written, or was when its writer ended.
---@param name string
---@return boolean
function layout_blobs.is_temporary(name)
  return name:sub(1, #TEMPORARY) == TEMPORARY
end

local function place_of(root, hash)
  local read = try(digest.parse(hash))
  return ("%s/blobs/%s/%s"):format(root, read.algorithm, read.hex), read.algorithm
end

--- The file of a blob; nil when it is not there.
---@param root string the layout's folder
---@param hash string digest
---@return string|nil path
function layout_blobs.look(root, hash)
  local path = place_of(root, hash)
  return try(core.file.kind(path, { follow = true })) == "file" and path or nil
end

--- The file of a blob that must be there.
---@param root string the layout's folder
---@param hash string digest
---@return string path
function layout_blobs.find(root, hash)
  return layout_blobs.look(root, hash) or fail {
    code = "not_found", message = ("oci:%s has no blob %s"):format(root, hash), hint = layout_blobs.INCOMPLETE,
  }
end

--- A blob hashes to its name.
---@param domain string where it is, for messages
---@param hash string digest
---@param actual string what it hashes to
function layout_blobs.check(domain, hash, actual)
  if actual ~= hash then
    fail {
      code = "digest_mismatch",
      message = ("the blob %s of %s is damaged: it hashes to %s"):format(hash, domain, actual),
    }
  end
end

--- Reads a blob of any size in pieces; it is whole and right when this returns.
---@param root string the layout's folder
---@param hash string digest
---@param take function|nil (piece)
---@return integer size
function layout_blobs.measure(root, hash, take)
  local path, algorithm = layout_blobs.find(root, hash), digest.algorithm(hash)
  local measured = measure.file(path, "the blob", { algorithm = algorithm, take = take })
  layout_blobs.check("oci:" .. root, hash, measured.digest)
  return measured.size
end

--- Reads a blob of at most LIMIT bytes; it hashes to its name, or it is an error.
---@param root string the layout's folder
---@param hash string digest
---@param limit integer bytes
---@return string bytes
function layout_blobs.read(root, hash, limit)
  local bytes = try(core.file.read(layout_blobs.find(root, hash), limit))
  layout_blobs.check("oci:" .. root, hash, (try(digest.of(bytes, digest.algorithm(hash)))))
  return bytes
end

--- Copies a file that hashes to a digest into a new one; on failure nothing is left there.
---@param from string path
---@param to string path
---@param hash string digest
---@return boolean ok
function layout_blobs.copy(from, to, hash)
  local algorithm = digest.algorithm(hash)
  local hex = try(core.file.copy(from, to, algorithm))
  if algorithm .. ":" .. hex ~= hash then
    core.file.remove(to)
    fail {
      code = "digest_mismatch", message = ("%s hashes to %s:%s, not to %s"):format(from, algorithm, hex, hash),
    }
  end
  return true
end

local function write(root, path, bytes, hash)
  local actual = try(digest.of(bytes, digest.algorithm(hash)))
  if actual ~= hash then
    fail { code = "digest_mismatch", message = ("the bytes hash to %s, not to %s"):format(actual, hash) }
  end
  try(core.file.replace(path, bytes, { mode = READABLE, temporary = root, more = true }))
end

--- Puts a blob in its place unless it is there; `sync` makes its name durable.
---@param root string
---@param hash string digest
---@param content string|function its bytes; or (path) -> true | nil, err: writes a new file that hashes right
---@param folders table<string, true> for `sync`: gets its folder
function layout_blobs.store(root, hash, content, folders)
  local path, algorithm = place_of(root, hash)
  local folder = ("%s/blobs/%s"):format(root, algorithm)
  if core.file.kind(path) ~= "file" then
    try(core.file.make_directory(folder, FOLDER))
    if type(content) == "string" then
      write(root, path, content, hash)
    else
      new_file(root, path, content, true)
    end
  end
  folders[folder] = true -- of one that is there, too: another process may have put it there just now
end

--- Removes a blob.
---@param root string
---@param hash string digest
---@param folders table<string, true>|nil for `sync`: gets its folder; nil: it leaves the disk at once
---@return boolean removed false: it was not there
function layout_blobs.remove(root, hash, folders)
  local path = layout_blobs.look(root, hash)
  if path then
    try(core.file.remove(path, { more = folders ~= nil }))
  end
  if path and folders then
    folders[path:match("^(.*)/")] = true
  end
  return path ~= nil
end

--- Makes durable which blobs there are: before index.json names them, and before somebody is told that they are there.
---@param folders table<string, true> of `store` and `remove`; those that are done go
function layout_blobs.sync(folders)
  for folder in pairs(folders) do
    try(core.file.sync(folder))
    folders[folder] = nil
  end
end

return layout_blobs
