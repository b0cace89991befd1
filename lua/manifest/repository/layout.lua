--- A repository in a folder: an OCI image layout, with the methods that a repository in a registry has.
--
-- Blobs are in layout/blobs.lua, index.json in layout/index.lua. index.json lists images with their tags, and images
-- without a name; what an index refers to is only among the blobs. Nothing here decodes an image.
--
-- A writer brings blobs first and enters the manifest last; meanwhile somebody may delete an image that shares some of
-- them. So a layout remembers which blobs it found or stored, and enters no manifest that names one that has gone.

---@module "manifest.repository.layout.delete"
local delete = require("manifest.base.later")("manifest.repository.layout.delete")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local layout_blobs = require("manifest.repository.layout.blobs")
local layout_entries = require("manifest.repository.layout.entries")
local layout_index = require("manifest.repository.layout.index")
local layout_reach = require("manifest.repository.layout.reach")
local layout_referrers = require("manifest.repository.layout.referrers")
local layout_sweep = require("manifest.repository.layout.sweep")
local layout_writers = require("manifest.repository.layout.writers")
local interface = require("manifest.repository.interface")
local mentions = require("manifest.document.mentions")

local fail, try = failure.fail, failure.try

--- Each raises its failure here, and returns it to the caller: see the end of this file.
local methods = {}
local mt = { __name = "manifest.layout", __index = methods }

methods.can = { write = true, untagged = true, incomplete = true, delete_tag = true }

--- Opens a layout; the disk is not touched yet.
---@param path string
---@param options table|nil manifest_limit (bytes)
local function new(path, options)
  return setmetatable({
    path = path,
    domain = "oci:" .. path, identity = "oci:" .. path,
    manifest_limit = options and options.manifest_limit or interface.MANIFEST_LIMIT,
    shared = false, subjects = {}, -- for lists of referrers
    seen = {}, -- [digest] = true: blobs that were there or were stored
    unsynced = {}, -- folders of blobs whose names may not be durable
    named = {}, -- [digest] = what that manifest names, of those that were stored
  }, mt)
end

--- Nothing is mounted on a disk: a blob that is there is not brought again.
function methods:mounts_from() -- luacheck: ignore self
  return false
end

--- Looks once whether there is a layout.
local function check(self)
  if not self.known then
    layout_index.check(self.path)
    self.known = true
  end
end

--- Looks once whether there is a layout, and makes one otherwise.
local function ensure(self)
  if not self.writable then
    layout_index.create(self.path)
    layout_sweep.finish(self.path, self.manifest_limit)
    self.writers = layout_writers.join(self.path)
    self.known, self.writable = true, true
  end
end

--- Where the bytes of a blob are, for an upload.
---@param hash string digest
---@return_overload table body {body_file}
---@return_overload nil, table err not_found
function methods:body(hash)
  check(self)
  local path = layout_blobs.find(self.path, hash)
  self.seen[hash] = true
  return { body_file = path }
end

--- Reads a small blob into memory.
---@param hash string digest
---@param most integer? bytes; default as for manifests
---@return_overload string bytes
---@return_overload nil, table err not_found, digest_mismatch, too_large, io
function methods:blob(hash, most)
  check(self)
  local bytes = layout_blobs.read(self.path, hash, most or self.manifest_limit)
  self.seen[hash] = true
  return bytes
end

--- Reads a blob of any size in pieces; it is whole and right when this returns a size.
---@param hash string digest
---@param take function|nil (piece)
---@return_overload integer size
---@return_overload nil, table err not_found, digest_mismatch, io; of take
function methods:read_blob(hash, take)
  check(self)
  local size = layout_blobs.measure(self.path, hash, take)
  self.seen[hash] = true
  return size
end

--- Writes a blob into a new file.
---@param descriptor table {digest, size}
---@param path string
---@return_overload true ok
---@return_overload nil, table err not_found, digest_mismatch, io
function methods:save_blob(descriptor, path)
  check(self)
  local hash = descriptor.digest
  layout_blobs.copy(layout_blobs.find(self.path, hash), path, hash)
  self.seen[hash] = true
  return true
end

--- Is the blob there?
---@param hash string digest
---@return_overload boolean there
---@return_overload nil, table err corrupt, io
function methods:has_blob(hash)
  check(self)
  local is_there = layout_blobs.look(self.path, hash) ~= nil
  self.seen[hash] = self.seen[hash] or is_there
  return is_there
end

--- Refuses when a blob that was there is gone: it may not have gone alone.
local function check_blob(self, hash)
  if self.seen[hash] and not layout_blobs.look(self.path, hash) then
    fail {
      code = "conflict", message = ("the blob %s of %s was deleted meanwhile"):format(hash, self.domain),
      hint = "repeat the command",
    }
  end
end

--- Stores a blob unless it is there. MORE: its name becomes durable with that of the next one.
local function store(self, hash, content, more)
  ensure(self)
  check_blob(self, hash)
  layout_blobs.store(self.path, hash, content, self.unsynced)
  self.seen[hash] = true
  if not more then
    layout_blobs.sync(self.unsynced)
  end
  return true
end

--- Is all still there that a manifest names and that was there before? What never was (an index may name images that
--- are kept elsewhere) is not missed.
local function check_parts(self, hash)
  local queue, known = { hash }, { [hash] = true }
  while #queue > 0 do
    local one = table.remove(queue)
    check_blob(self, one)
    for _, part in ipairs(self.named[one] or {}) do
      if not known[part.digest] then
        known[part.digest] = true
        queue[#queue + 1] = part.digest
      end
    end
  end
end

--- Stores a blob unless it is there.
---@param hash string digest of the content
---@param body table {body=bytes} or {body_file=path}
---@return_overload true ok
---@return_overload nil, table err digest_mismatch, io
function methods:upload(hash, body)
  return store(self, hash, body.body or function(temporary)
    return layout_blobs.copy(body.body_file, temporary, hash)
  end)
end

--- Brings a blob of another repository here: from a registry it streams into its file. A manifest that
--- names it is put after it.
---@param descriptor table {digest=, size=}
---@param source table repository
function methods:copy_blob(descriptor, source)
  return store(self, descriptor.digest, function(temporary)
    return source:save_blob(descriptor, temporary)
  end, true)
end

--- index.json as it stands.
---@return_overload table index ordered JSON; nobody changes it
---@return_overload nil, table err not_found, corrupt, unsupported, io
function methods:index()
  check(self)
  self.last_read = layout_index.read(self.path, self.last_read)
  return self.last_read.index
end

--- Fetches a manifest, list or index.
---@param reference string|nil tag or digest; nil: the only one
---@return_overload manifest.Answer got
---@return_overload nil, table err not_found, ambiguous, digest_mismatch, corrupt, io
function methods:manifest(reference)
  return layout_entries.fetch(self, try(self:index()), reference)
end

--- Any text may be the tag of an image here.
function methods:check_tag() -- luacheck: ignore self
  return true
end

--- Refuses a manifest that nobody could read back; put_manifest does so too.
methods.check_manifest = interface.check_manifest

methods.head = interface.head

--- Stores a manifest: under a tag, without a name (nil), or by its digest as part of another one, which index.json does
--- not list.
---@param reference string|nil
---@param document table {raw, media_type, digest (of the bytes, by the algorithm that the name has)}
---@param options table? instead_of (digest, or false for none: what the tag must name until now; without a name, the
--- only image of the layout, whose place and name the new one takes), defer, is_referrer (see layout/referrers.lua)
---@return_overload table stored {digest, size, media_type, listed = tag of the list of referrers that names it now}
---@return_overload nil, table err conflict, ambiguous, too_large, digest_mismatch, io
function methods:put_manifest(reference, document, options)
  local bytes, kind = document.raw, document.media_type
  local by_digest = reference ~= nil and digest.is(reference)
  local hash = by_digest and reference or document.digest or digest.of(bytes)
  try(self:check_manifest(bytes))
  store(self, hash, bytes)
  self.named[hash] = mentions(bytes)
  if not by_digest then
    layout_index.update(self.path, function(manifests)
      check_parts(self, hash)
      return layout_entries.enter(manifests, layout_entries.new(kind, hash, #bytes, reference), reference, {
        instead_of = options and options.instead_of, domain = self.domain,
      })
    end)
  end
  local stored = { digest = hash, size = #bytes, media_type = kind }
  return layout_referrers.note(self, stored, bytes, by_digest, options)
end

--- Lists referrers that were stored with `defer`.
---@param deferred table[] of put_manifest
---@return_overload table tags
---@return_overload nil, table err
function methods:list_referrers(deferred)
  return layout_referrers.keep(self, deferred)
end

--- The tags, in the order of index.json.
---@return_overload string[] tags
---@return_overload nil, table err of index
function methods:tags()
  return layout_entries.names(try(self:index()))
end

--- The descriptors of what refers to a manifest.
---@param hash string digest of the subject
---@param options table? {artifact_type}
---@return_overload table[] descriptors
---@return_overload nil, table err
function methods:referrers(hash, options)
  return layout_referrers.list(self, hash, options)
end

--- Who names a manifest.
---@param hash string digest
---@return_overload table found {tags = of the digest, parents = of documents that name it, as tags or digests}
---@return_overload nil, table err a document that cannot be read
function methods:holders(hash)
  local index = try(self:index())
  local parents = layout_reach.parents(self.path, index, self.manifest_limit, hash)
  return layout_entries.holders(index, hash, parents)
end

--- Takes a tag away, or with a digest that manifest and all its tags; layout/delete.lua says what else goes.
---@param reference string tag or digest
---@return_overload manifest.Deleted deleted
---@return_overload nil, table err not_found
function methods:delete(reference)
  return delete.run(self, reference)
end

--- Deletes tags, each while it names what it should.
---@param list {digest: string, tags: string[]}[]
---@return_overload manifest.DeletedTags[] done
---@return_overload nil, table err
function methods:delete_tags(list)
  return delete.tags(self, list)
end

--- What is well with it, line by line.
function methods:examine(options)
  return require("manifest.repository.examine_files")(self --[[@as any]], options)
end

--- Ends the share in the lock of those who write.
function methods:close()
  local _ <close> = self.writers or nil
  self.writers, self.writable = nil, nil
end

failure.edge(methods)

return { new = new }
