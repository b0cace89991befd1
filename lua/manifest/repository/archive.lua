--- A repository in a tar archive, which is only read: an OCI image layout as one file, or what `docker save` writes.
--
-- Nothing is unpacked. A blob is a range of the archive: an upload reads it there, and whatever is read here is hashed.

local archive_docker = require("manifest.repository.archive.docker")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_entries = require("manifest.repository.layout.entries")
local layout_index = require("manifest.repository.layout.index")
local layout_referrers = require("manifest.repository.layout.referrers")
local interface = require("manifest.repository.interface")
local tar_file = require("manifest.layer.tar_file")
local text = require("manifest.base.text")

local methods = {}
local mt = { __name = "manifest.archive", __index = methods }

--- Opens an archive; the disk is not touched yet.
---@param format string "oci-archive" or "docker-archive"
---@param path string
---@param options table|nil manifest_limit (bytes)
local function new(format, path, options)
  local name = ("%s:%s"):format(format, path)
  return setmetatable({
    format = format, path = path, domain = name, identity = name,
    manifest_limit = options and options.manifest_limit or interface.MANIFEST_LIMIT,
    ranges = {}, -- [digest] = where a blob lies, of a docker archive
    made = {}, -- [image] = its manifest, of a docker archive
  }, mt)
end

--- Nothing is mounted on a disk: a blob that is there is not brought again.
function methods:mounts_from() -- luacheck: ignore self
  return false
end

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
end

--- Reads the two documents of an OCI layout.
local function read_layout(self, file)
  local read = {}
  for _, name in ipairs({ "oci-layout", "index.json" }) do
    local range, err = file:find(name)
    if range then
      read[name], err = file:read(range, layout_index.LIMIT)
    elseif err.code == "not_found" then
      return fail("corrupt", ("%s is no OCI archive: it has no %s"):format(text.printable(self.path), name),
        file.by_name["manifest.json"] and "it is a docker archive: write docker-archive:PATH" or nil)
    end
    if not read[name] then
      return nil, err
    end
  end
  return layout_index.of(text.printable(self.path), read["oci-layout"], read["index.json"])
end

--- Opens the archive once.
local function load(self)
  if self.file then
    return self.file
  end
  local file, err = tar_file.open(self.path)
  if not file then
    return nil, err
  end
  if self.format == "oci-archive" then
    self.layout, err = read_layout(self, file)
  else
    self.images, err = archive_docker.images(file)
  end
  if err then
    return nil, err
  end
  self.file = file
  return file
end

--- index.json of an OCI archive; of a docker archive an index without entries: nothing refers to anything there.
---@return table|nil index
---@return table|nil err not_found, corrupt, unsupported, io
function methods:index()
  local file, err = load(self)
  if not file then
    return nil, err
  end
  return self.layout or { manifests = {} }
end

--- The manifest of an image of a docker archive, made once.
local function make_manifest(self, image)
  local err
  if not self.made[image] then
    self.made[image], err = archive_docker.manifest(self.file, image, self.manifest_limit, self.ranges)
  end
  return self.made[image], err
end

--- Makes the manifests of all images of a docker archive, until one has the digest.
local function find_made(self, wanted)
  for _, image in ipairs(self.images) do
    local made, err = make_manifest(self, image)
    if not made then
      return nil, err
    end
    if made.digest == wanted then
      return made
    end
  end
  return fail("not_found", ("%s has no image %s"):format(self.domain, wanted))
end

local function range_of(self, hash)
  local read, err = digest.parse(hash)
  if not read then
    return nil, err
  end
  local range
  if self.layout then
    range, err = self.file:find(("blobs/%s/%s"):format(read.algorithm, read.hex))
  else
    range = self.ranges[hash]
    if not range then
      local ignored -- luacheck: ignore ignored
      ignored, err = find_made(self, hash)
      range = self.ranges[hash]
    end
  end
  if range then
    return range
  end
  if err and err.code ~= "not_found" then
    return nil, err
  end
  return fail("not_found", ("%s has no blob %s"):format(self.domain, hash), layout_blobs.INCOMPLETE)
end

--- The range of a blob; the archive is opened for that.
local function locate(self, hash)
  local file, err = load(self)
  if not file then
    return nil, err
  end
  return range_of(self, hash)
end

--- Where the bytes of a blob are, for an upload.
---@param hash string digest
---@return table|nil body {body_file, body_offset, body_length}
---@return table|nil err not_found
function methods:body(hash)
  local range, err = locate(self, hash)
  return range and { body_file = self.path, body_offset = range.offset, body_length = range.size }, err
end

local function check_digest(self, actual, hash)
  if actual == hash then
    return true
  end
  return fail("digest_mismatch", ("the blob %s of %s is damaged: it hashes to %s"):format(hash, self.domain, actual))
end

--- Reads a small blob into memory.
---@param hash string digest
---@param most integer? bytes; default as for manifests
---@return string|nil bytes
---@return table|nil err not_found, digest_mismatch, too_large, io
function methods:blob(hash, most)
  local range, err = locate(self, hash)
  local bytes, actual
  if range then
    bytes, err = self.file:read(range, most or self.manifest_limit)
  end
  if bytes then
    actual, err = digest.of(bytes, digest.parse(hash).algorithm)
  end
  local ok = actual
  if actual then
    ok, err = check_digest(self, actual, hash)
  end
  return ok and bytes or nil, err
end

--- Reads a blob of any size in pieces; it is whole and right when this returns a size.
---@param hash string digest
---@param take function|nil (piece) -> true | nil, err
---@return integer|nil size
---@return table|nil err
function methods:read_blob(hash, take)
  local range, err = locate(self, hash)
  local measured, ok
  if range then
    measured, err = self.file:measure(range, take, digest.parse(hash).algorithm)
  end
  if measured then
    ok, err = check_digest(self, measured.digest, hash)
  end
  return ok and measured.size or nil, err
end

--- Writes a blob into a new file.
---@param descriptor table {digest, size}
---@param path string
---@return boolean|nil ok
---@return table|nil err not_found, digest_mismatch, io
function methods:save_blob(descriptor, path)
  local range, err = locate(self, descriptor.digest)
  local actual
  if range then
    actual, err = self.file:copy(range, digest.parse(descriptor.digest).algorithm, path)
  end
  if not actual then
    return nil, err
  end
  return check_digest(self, actual, descriptor.digest)
end

--- Is the blob there?
---@param hash string digest
---@return boolean|nil there
---@return table|nil err corrupt, io
function methods:has_blob(hash)
  local range, err = locate(self, hash)
  if not range and err.code ~= "not_found" then
    return nil, err
  end
  return range ~= nil
end

--- Fetches a manifest, list or index; one of a docker archive is made of the files of the image.
---@param reference string|nil tag or digest; nil: the only one
---@return table|nil got {raw, media_type (nil when the archive does not tell), digest, size}
---@return table|nil err not_found, ambiguous, digest_mismatch, corrupt, io
function methods:manifest(reference)
  local file, err = load(self)
  if not file then
    return nil, err
  end
  if self.layout then
    return layout_entries.fetch(self, self.layout, reference)
  end
  local made
  if reference and digest.is(reference) then
    made, err = find_made(self, reference)
  else
    local image
    image, err = archive_docker.choose(self.images, reference, self.domain)
    if image then
      made, err = make_manifest(self, image)
    end
  end
  if not made then
    return nil, err
  end
  return { raw = made.raw, media_type = made.media_type, digest = made.digest, size = made.size }
end

--- A manifest's descriptor.
---@param reference string|nil tag or digest; nil: the only one
---@return table|nil found {digest, size, media_type}
---@return table|nil err of manifest
function methods:head(reference)
  local got, err = self:manifest(reference)
  return got and { digest = got.digest, size = got.size, media_type = got.media_type }, err
end

--- The tags, in the order of the archive.
---@return string[]|nil tags
---@return table|nil err of index
function methods:tags()
  local file, err = load(self)
  if not file then
    return nil, err
  end
  if self.layout then
    return layout_entries.names(self.layout)
  end
  local names = {}
  for _, image in ipairs(self.images) do
    table.move(image.tags, 1, #image.tags, #names + 1, names)
  end
  return names
end

--- The descriptors of what refers to a manifest.
---@param hash string digest of the subject
---@param options table? {artifact_type}
---@return table[]|nil descriptors
---@return table|nil err
function methods:referrers(hash, options)
  local index, err = self:index()
  if not index then
    return nil, err
  end
  return self.layout and layout_referrers.list(self, hash, options) or {}
end

--- What is well with it, line by line.
function methods:examine(options)
  return require("manifest.repository.examine_files")(self, options)
end

--- Nothing stays open.
function methods:close() -- luacheck: ignore self
end

local function refuse(self)
  return fail("unsupported", ("%s is only read"):format(self.domain),
    "write to a registry, or to a layout (oci:PATH)")
end

methods.can = { write = false, untagged = false, incomplete = false, delete_tag = false }
methods.check_manifest, methods.check_tag = interface.check_manifest, refuse
methods.holders, methods.list_referrers = refuse, refuse
methods.put_manifest, methods.upload, methods.copy_blob, methods.delete = refuse, refuse, refuse, refuse

return { new = new }
