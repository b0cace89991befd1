--- What a repository is, wherever it lies: in a registry, in an OCI layout, in an archive. No verb asks which kind it
-- has.
--
-- Methods return `nil, err` for what the world can cause. Whatever is asked for by digest hashes to it, or it is an
-- error. spec/repository/interface_spec.lua runs over all kinds. The functions at the end are for all of them.

local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")

---@class manifest.Repository
---@field can {write: boolean, untagged: boolean, incomplete: boolean, delete_tag: boolean|"try"} what it does: write;
--- list an image without a tag; take a manifest without looking whether what it names is there; delete a tag and keep
--- its manifest ("try": it shows only when it is told to)
---@field identity string what names it, wherever the object is from: two of one identity are one repository
---@field domain string registry, or path, for messages
---@field mounts_from fun(self, other: manifest.Repository): boolean whether a blob of the other can be linked here
---@field manifest fun(self, selector: string?, options: {accept: string?}?): manifest.Answer?, manifest.Error?
---@field head fun(self, selector: string?, options: table?): manifest.Descriptor?, manifest.Error?
---@field blob fun(self, digest: string, limit: integer?): string?, manifest.Error? the bytes of a small blob
---@field read_blob fun(self, digest: string, take: fun(piece: string)?): integer?, manifest.Error? pieces; its size
---@field save_blob fun(self, descriptor: manifest.Descriptor, path: string): boolean?, manifest.Error? into a new file
---@field has_blob fun(self, digest: string): boolean?, manifest.Error?
---@field body fun(self, digest: string): manifest.Body?, manifest.Error? where the bytes are, for an upload
---@field upload fun(self, digest: string, body: manifest.Body): boolean?, manifest.Error? unless it is there
---@field copy_blob fun(self, descriptor: manifest.Descriptor, source: manifest.Repository): boolean?, manifest.Error?
---@field check_manifest fun(self, raw: string): boolean?, manifest.Error? may it be stored?
---@field check_tag fun(self, tag: string): boolean?, manifest.Error? may it be a tag here?
---@field put_manifest fun(self, selector: string?, document: {raw: string, media_type: string, digest: string?},
--- options: table?): table?, manifest.Error?
---@field referrers fun(self, digest: string, options: {artifact_type: string?}?): manifest.Descriptor[]?,
--- manifest.Error?
---@field tags fun(self, options: {page: integer?, most: integer?}?): string[]?, manifest.Error?
---@field holders fun(self, digest: string): {tags: string[], parents: string[]}?, manifest.Error? tags of it, and tags
--- (or digests) of indexes that would lose it
---@field delete fun(self, selector: string): manifest.Deleted?, manifest.Error?
---@field examine fun(self, options: {write: boolean?, events: table[]}): manifest.Check[] what is well, and what not
---@field close fun(self)

---@class manifest.Check
---@field name string such as "tls"
---@field state "ok"|"no"|"bad"|"unknown" no: it is not offered, and nothing is wrong
---@field text string what was found
---@field hint string? what to do

---@class manifest.Answer
---@field raw string the bytes exactly as they are stored
---@field media_type string? what the answer says; nil when it says nothing of use
---@field digest string
---@field size integer
---@field listed_size integer? what a layout's index.json says of it
---@field response table? of a registry: status and headers

---@class manifest.Deleted
---@field gone boolean false: it was not there any more
---@field manifests integer? that left the disk, and
---@field blobs integer? of a layout
---@field kept manifest.Error? why blobs were left there

---@class manifest.Body
---@field body string? the bytes themselves
---@field body_file string? path
---@field body_offset integer?
---@field body_length integer?
---@field pipe fun(pipe: userdata, part: table?)? streams the bytes there, or a part of them

local allow, try = failure.allow, failure.try

local interface = {
  --- Bytes of a manifest, unless the client says otherwise: what registries take.
  MANIFEST_LIMIT = 4 * 1024 * 1024,
  --- A blob of at most so many bytes goes over the connections that other requests share.
  SHARED_BYTES = 2 * 1024 * 1024,
  --- The names of the methods.
  METHODS = {
    mounts_from = true, manifest = true, head = true, blob = true, read_blob = true, save_blob = true, has_blob = true,
    body = true, upload = true, copy_blob = true, check_manifest = true, check_tag = true, put_manifest = true,
    referrers = true, tags = true, holders = true, delete = true, examine = true, close = true,
  },
}

--- Refuses a manifest that is too large to be stored. What sends blobs first asks before it does; put_manifest asks
--- in any case.
---@param repository table manifest_limit, domain
---@param bytes string the manifest
---@return boolean ok; fails with too_large
function interface.check_manifest(repository, bytes)
  if #bytes <= repository.manifest_limit then
    return true
  end
  return failure.fail {
    code = "too_large", host = repository.domain,
    message = ("the manifest has %d bytes, more than the %d that registries take"):format(#bytes,
      repository.manifest_limit),
    hint = "make it smaller; the client's option 'manifest_limit' allows larger manifests",
  }
end

--- A manifest's descriptor, where the bytes are read and checked: on a disk that costs next to nothing.
---@param repository table
---@param selector string|nil tag or digest; nil: the only one
---@return table found {digest, size, media_type}; fails as manifest
function interface.head(repository, selector)
  local got = try(repository:manifest(selector))
  return { digest = got.digest, size = got.size, media_type = got.media_type }
end

--- Which of some digests the document under a name has, when they are of other algorithms than the one that the
--- registry names it by.
local function among(repository, name, wanted)
  local answer = try(repository:manifest(name))
  for _, digest in pairs(wanted) do
    if digest_name.matches(answer.raw, digest) then
      return digest
    end
  end
  return answer.digest
end

--- What a tag names now. A registry may name it by sha512, so a document is told by the digest that the caller knows it
--- by: with one of another algorithm that costs a GET more.
---@param repository table
---@param name string tag or digest
---@param ... string|boolean|nil digests that the caller compares it with
---@return string|boolean|nil digest false when it is not there
---@return string|table|nil named the digest that the repository names it by; or the error: unauthorized, denied, ...
interface.digest_at = failure.returned(function(repository, name, ...)
  local found = allow("not_found", repository:head(name))
  if not found then
    return false
  end
  local algorithm, others = digest_name.algorithm(found.digest), {}
  for position = 1, select("#", ...) do
    local wanted = select(position, ...)
    if wanted == found.digest then
      return wanted, wanted
    end
    others[position] = wanted and digest_name.algorithm(wanted) ~= algorithm and wanted or nil
  end
  if next(others) == nil then
    return found.digest, found.digest
  end
  return among(repository, name, others), found.digest
end)

return interface
