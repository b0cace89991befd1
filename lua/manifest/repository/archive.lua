--- A repository in a tar archive, which is only read: an OCI image layout as one file, or what `docker save` writes.
--
-- Nothing is unpacked. A blob is a range of the archive: an upload reads it there, and whatever is read here is hashed.

local archive_docker = require("manifest.repository.archive.docker")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_entries = require("manifest.repository.layout.entries")
local layout_index = require("manifest.repository.layout.index")
local layout_referrers = require("manifest.repository.layout.referrers")
local interface = require("manifest.repository.interface")
local tar_file = require("manifest.layer.tar_file")
local text = require("manifest.base.text")

local allow, caught, fail, try = failure.allow, failure.caught, failure.fail, failure.try

--- Each raises its failure here, and returns it to the caller: see the end of this file.
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

--- Reads one of the two documents of an OCI layout.
local function read_document(self, file, name)
  local range = allow("not_found", caught(file.find, file, name)) or fail {
    code = "corrupt", message = ("%s is no OCI archive: it has no %s"):format(text.printable(self.path), name),
    hint = file.by_name["manifest.json"] and "it is a docker archive: write docker-archive:PATH" or nil,
  }
  return file:read(range, layout_index.LIMIT)
end

--- Opens the archive once.
local function load(self)
  if self.file then
    return self.file
  end
  local file = tar_file.open(self.path)
  if self.format == "oci-archive" then
    self.layout = layout_index.of(text.printable(self.path), read_document(self, file, "oci-layout"),
      read_document(self, file, "index.json"))
  else
    self.images = archive_docker.images(file)
  end
  self.file = file
  return file
end

--- index.json of an OCI archive; of a docker archive an index without entries: nothing refers to anything there.
---@return_overload table index
---@return_overload nil, table err not_found, corrupt, unsupported, io
function methods:index()
  load(self)
  return self.layout or { manifests = {} }
end

--- The manifest of an image of a docker archive, made once.
local function make_manifest(self, image)
  self.made[image] = self.made[image] or archive_docker.manifest(self.file, image, self.manifest_limit, self.ranges)
  return self.made[image]
end

--- Makes the manifests of all images of a docker archive, until one has the digest.
local function find_made(self, wanted)
  for _, image in ipairs(self.images) do
    local made = make_manifest(self, image)
    if made.digest == wanted then
      return made
    end
  end
  return fail { code = "not_found", message = ("%s has no image %s"):format(self.domain, wanted) }
end

--- The range of a blob; the archive is opened for that.
local function locate(self, hash)
  local file, read = load(self), try(digest.parse(hash))
  local range, why = self.ranges[hash], nil
  if self.layout then
    range, why = caught(file.find, file, ("blobs/%s/%s"):format(read.algorithm, read.hex))
  elseif not range then -- making all manifests shows where all blobs lie
    why = select(2, caught(find_made, self, hash))
    range = self.ranges[hash]
  end
  if not range and why and why.code ~= "not_found" then
    fail(why)
  end
  return range or fail {
    code = "not_found", message = ("%s has no blob %s"):format(self.domain, hash), hint = layout_blobs.INCOMPLETE,
  }
end

--- Where the bytes of a blob are, for an upload.
---@param hash string digest
---@return_overload table body {body_file, body_offset, body_length}
---@return_overload nil, table err not_found
function methods:body(hash)
  local range = locate(self, hash)
  return { body_file = self.path, body_offset = range.offset, body_length = range.size }
end

--- Reads a small blob into memory.
---@param hash string digest
---@param most integer? bytes; default as for manifests
---@return_overload string bytes
---@return_overload nil, table err not_found, digest_mismatch, too_large, io
function methods:blob(hash, most)
  local range = locate(self, hash)
  local bytes = self.file:read(range, most or self.manifest_limit)
  layout_blobs.check(self.domain, hash, (try(digest.of(bytes, digest.algorithm(hash)))))
  return bytes
end

--- Reads a blob of any size in pieces; it is whole and right when this returns a size.
---@param hash string digest
---@param take function|nil (piece)
---@return_overload integer size
---@return_overload nil, table err
function methods:read_blob(hash, take)
  local range = locate(self, hash)
  local measured = self.file:measure(range, take, digest.algorithm(hash))
  layout_blobs.check(self.domain, hash, measured.digest)
  return measured.size
end

--- Writes a blob into a new file.
---@param descriptor table {digest, size}
---@param path string
---@return_overload true ok
---@return_overload nil, table err not_found, digest_mismatch, io
function methods:save_blob(descriptor, path)
  local hash = descriptor.digest
  local range = locate(self, hash)
  layout_blobs.check(self.domain, hash, self.file:copy(range, digest.algorithm(hash), path))
  return true
end

--- Is the blob there?
---@param hash string digest
---@return_overload boolean there
---@return_overload nil, table err corrupt, io
function methods:has_blob(hash)
  return allow("not_found", caught(locate, self, hash)) ~= nil
end

--- Fetches a manifest, list or index; one of a docker archive is made of the files of the image.
---@param reference string|nil tag or digest; nil: the only one
---@return_overload manifest.Answer got
---@return_overload nil, table err not_found, ambiguous, digest_mismatch, corrupt, io
function methods:manifest(reference)
  load(self)
  if self.layout then
    return layout_entries.fetch(self, self.layout, reference)
  end
  local made ---@type table<string, any>
  if reference and digest.is(reference) then
    made = find_made(self, reference)
  else
    made = make_manifest(self, archive_docker.choose(self.images, reference, self.domain))
  end
  return { raw = made.raw, media_type = made.media_type, digest = made.digest, size = made.size }
end

--- The tags, in the order of the archive.
---@return_overload string[] tags
---@return_overload nil, table err of index
function methods:tags()
  load(self)
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
---@return_overload table[] descriptors
---@return_overload nil, table err
function methods:referrers(hash, options)
  load(self)
  return self.layout and layout_referrers.list(self, hash, options) or {}
end

--- What is well with it, line by line.
function methods:examine(options)
  return require("manifest.repository.examine_files")(self --[[@as any]], options)
end

--- Nothing stays open.
function methods:close() -- luacheck: ignore self
end

local function refuse(self)
  fail {
    code = "unsupported", message = ("%s is only read"):format(self.domain),
    hint = "write to a registry, or to a layout (oci:PATH)",
  }
end

methods.can = { write = false, untagged = false, incomplete = false, delete_tag = false }
methods.head, methods.check_manifest, methods.check_tag = interface.head, interface.check_manifest, refuse
methods.holders, methods.list_referrers = refuse, refuse
methods.put_manifest, methods.upload, methods.copy_blob = refuse, refuse, refuse
methods.delete, methods.delete_tags = refuse, refuse

failure.edge(methods)

return { new = new }
