--- What goes along with a document that is deleted: images of an index, and what refers to what goes.

local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local nodes = require("manifest.graph.node")
local read = require("manifest.graph.read")
local referrer_list = require("manifest.repository.referrer_list")
local tagged = require("manifest.graph.tagged")
local text = require("manifest.base.text")

local allow, try = failure.allow, failure.try

local along = {}

--- What refers to some documents, and to that, unless a tag names it.
local function referring(at, digests, named)
  local found, seen = {}, {}
  local position = 1
  while digests[position] do
    for _, one in ipairs(referrer_list.of(at.repository, digests[position])) do
      if not named[one.digest] and not seen[one.digest] then
        seen[one.digest] = true
        found[#found + 1], digests[#digests + 1] = one.digest, one.digest
      end
    end
    position = position + 1
  end
  return found
end

--- Whether an index that has no tag names a document, where a repository lists such.
---@param own table<string, true> digests, and tags, of what goes
local function is_held(at, digest, own)
  for _, parent in ipairs(at.repository.can.untagged and try(at.repository:holders(digest)).parents or {}) do
    if not own[parent] then
      return true
    end
  end
  return false
end

--- What goes with a document: images that nothing else names, and what refers to it and to them.
---@return table also {images, referrers: lists of digests; is_shared: other tags name the document, or an index
--- does}
function along.look(call, at, digest, o)
  local also, named = { images = {}, referrers = {} }, {}
  if not (o.images or o.referrers) then
    return also
  end
  local list = tagged.list(call, at)
  call:each(list, function(one)
    if one.digest ~= digest and media_type.may_be_index(one.media_type) then
      tagged.look(call, at, one, false)
    end
  end)
  for _, one in ipairs(list) do
    also.is_shared = also.is_shared or one.digest == digest and (#one.tags > 1 or one.tags[1] ~= at.tag)
    named[one.digest] = named[one.digest] or one.digest ~= digest or nil
    for other in pairs(one.names) do
      named[other] = true
    end
  end
  also.is_shared = also.is_shared or named[digest] or is_held(at, digest, {})
  if o.images then
    local own = tagged.named_by(nodes.root(call, read.document_at("delete", at.ref, at.repository, digest)))
    local images = text.sorted_keys(own)
    own[digest], own[at.tag or digest] = true, true
    for _, image in ipairs(images) do
      also.images[#also.images + 1] = not named[image] and not is_held(at, image, own) and image or nil
    end
  end
  also.referrers = o.referrers and referring(at, { digest, table.unpack(also.images) }, named) or {}
  return also
end

--- Deletes documents by their digests, unless they are gone.
---@param done table gets what left the disk of a layout
local function delete_all(call, at, done, digests)
  call:each(digests, function(digest)
    local removed = allow("not_found", at.repository:delete(digest))
    if removed and removed.manifests then
      done.removed.manifests = done.removed.manifests + removed.manifests
      done.removed.blobs = done.removed.blobs + removed.blobs
      done.kept = done.kept or removed.kept
    end
  end)
end

--- Deletes what goes with a document that is deleted: also the document, where only its tag went until now.
function along.delete(call, at, done, also, o)
  if not (o.images or o.referrers) or done.tag_only and also.is_shared then
    return -- the document is there still
  end
  done.images, done.referrers = o.images and also.images or nil, o.referrers and also.referrers or nil
  if not o.dry_run then
    delete_all(call, at, done, done.tag_only and { done.digest } or {})
    delete_all(call, at, done, also.images)
    delete_all(call, at, done, also.referrers)
  end
end

return along
