--- What a repository is, wherever it lies: in a registry, in an OCI layout, in an archive. No verb asks which kind it
-- has.
--
-- Methods return `nil, err` for what the world can cause. Whatever is asked for by digest hashes to it, or it is an
-- error. What each method takes and returns: meta/repository.lua. spec/repository/interface_spec.lua runs over all
-- kinds. The functions at the end are for all of them.

local digest_name = require("manifest.name.digest")
local failure = require("manifest.base.failure")

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

---@class manifest.Found what a HEAD says of a document
---@field media_type string
---@field digest string
---@field size integer? nil: the registry does not say it
---@field response table? of a registry: status and headers

---@class manifest.Deleted
---@field gone boolean false: it was not there any more
---@field manifests integer? that left the disk, and
---@field blobs integer? of a layout
---@field kept manifest.Error? why blobs were left there

---@class manifest.DeletedTags
---@field moved table<string, string> by tag: the other digest that it names now
---@field digest_alone boolean? the repository deletes by digest only: tags are left

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
    referrers = true, tags = true, holders = true, delete = true, delete_tags = true, examine = true,
    close = true,
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
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
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
---@return_overload string, string digest, and the one that the repository names it by
---@return_overload false it is not there
---@return_overload nil, table err unauthorized, denied, ...
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
