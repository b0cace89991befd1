---@meta

--- What a repository has, whichever kind it is of: see repository/interface.lua. Of a value and an error one is nil.

---@class manifest.Repository
---@field can {write: boolean, untagged: boolean, incomplete: boolean, delete_tag: boolean|"try"} what it does: write;
--- list an image without a tag; take a manifest without looking whether what it names is there; delete a tag and keep
--- its manifest ("try": it shows only when it is told to)
---@field identity string what names it, wherever the object is from: two of one identity are one repository
---@field domain string registry, or path, for messages
---@field loop table? of a registry
local Repository = {}

--- Whether a blob of the other can be linked here.
---@param other manifest.Repository
---@return boolean
function Repository:mounts_from(other) end

---@param selector string? tag or digest
---@param options {accept: string?, attempts: integer?}?
---@return_overload manifest.Answer
---@return_overload nil, manifest.Error
function Repository:manifest(selector, options) end

---@param selector string? tag or digest
---@param options table?
---@return_overload manifest.Found
---@return_overload nil, manifest.Error
function Repository:head(selector, options) end

--- The bytes of a small blob.
---@param digest string
---@param limit integer?
---@return_overload string
---@return_overload nil, manifest.Error
function Repository:blob(digest, limit) end

--- Reads a blob in pieces; returns its size.
---@param digest string
---@param take fun(piece: string)?
---@return_overload integer
---@return_overload nil, manifest.Error
function Repository:read_blob(digest, take) end

--- Writes a blob into a new file.
---@param descriptor {digest: string, size: integer?}
---@param path string
---@return_overload true
---@return_overload nil, manifest.Error
function Repository:save_blob(descriptor, path) end

---@param digest string
---@return_overload boolean
---@return_overload nil, manifest.Error
function Repository:has_blob(digest) end

--- Where the bytes are, for an upload.
---@param digest string
---@return_overload manifest.Body
---@return_overload nil, manifest.Error
function Repository:body(digest) end

--- Stores a blob unless it is there.
---@param digest string
---@param body manifest.Body
---@return_overload true
---@return_overload nil, manifest.Error
function Repository:upload(digest, body) end

---@param descriptor {digest: string, size: integer?}
---@param source manifest.Repository
---@return_overload true
---@return_overload nil, manifest.Error
function Repository:copy_blob(descriptor, source) end

--- May it be stored?
---@param raw string
---@return_overload true
---@return_overload nil, manifest.Error
function Repository:check_manifest(raw) end

--- May it be a tag here?
---@param tag string
---@return_overload true
---@return_overload nil, manifest.Error
function Repository:check_tag(tag) end

---@param selector string? tag or digest
---@param document {raw: string, media_type: string, digest: string?}
---@param options table?
---@return_overload table
---@return_overload nil, manifest.Error
function Repository:put_manifest(selector, document, options) end

---@param digest string
---@param options {artifact_type: string?, api_only: boolean?, unchecked: boolean?}?
---@return_overload table[]
---@return_overload nil, manifest.Error
function Repository:referrers(digest, options) end

---@param options {page: integer?, most: integer?}?
---@return_overload string[]
---@return_overload nil, manifest.Error
function Repository:tags(options) end

--- Tags of a digest, and tags (or digests) of indexes that would lose it.
---@param digest string
---@return_overload {tags: string[], parents: string[]}
---@return_overload nil, manifest.Error
function Repository:holders(digest) end

---@param selector string tag or digest
---@return_overload manifest.Deleted
---@return_overload nil, manifest.Error
function Repository:delete(selector) end

--- Deletes each tag that names the digest which it should; gives of each of the list what came of it.
---@param list {digest: string, tags: string[]}[]
---@return_overload manifest.DeletedTags[]
---@return_overload nil, manifest.Error
function Repository:delete_tags(list) end

--- What is well, and what not.
---@param options {write: boolean?, events: table[]}
---@return manifest.Check[]
function Repository:examine(options) end

function Repository:close() end
