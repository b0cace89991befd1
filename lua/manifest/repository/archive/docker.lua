--- What `docker save` writes: manifest.json names for each image its config, its layers and its tags.
--
-- There is no manifest in such an archive, so one is made of the files that are there: their digests, and nothing else.
-- The same archive always gives the same bytes. Layers are mostly plain tar archives there; then the config tells what
-- each must hash to. What fails is raised.

local compression = require("manifest.layer.compression")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local image_of = require("manifest.document.image")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local reference = require("manifest.name.reference")
local text = require("manifest.base.text")

local allow, amend, caught, try = failure.allow, failure.amend, failure.caught, failure.try

local archive_docker = {}

local LIST = "manifest.json"
local LIST_LIMIT = 16 * 1024 * 1024

---@return never
local function fail(code, message, hint)
  return failure.fail { code = code, message = message, hint = hint }
end

local function is_text_list(value)
  if value == nil or value == json.null then
    return true
  end
  if not json.is_array(value) then
    return false
  end
  for _, item in ipairs(value) do
    if type(item) ~= "string" then
      return false
    end
  end
  return true
end

local function list_or_empty(value)
  return value ~= nil and value ~= json.null and value or {}
end

--- The bytes of manifest.json, decoded.
local function read_list(file, where)
  local range = allow("not_found", caught(file.find, file, LIST)) or fail("corrupt",
    ("%s is no docker archive: it has no %s"):format(where, LIST),
    file.by_name["oci-layout"] and "it is an OCI archive: write oci-archive:PATH" or nil)
  local _ <close> = amend(function(err)
    fail("corrupt", ("%s of %s cannot be read: %s"):format(LIST, where, err.message))
  end)
  return try(json.decode(file:read(range, LIST_LIMIT)))
end

--- Reads manifest.json.
---@param file table tar_file
---@return table[] images {config = name, layers = names, tags}
function archive_docker.images(file)
  local where = text.printable(file.path)
  local list, images = read_list(file, where), {}
  if not json.is_array(list) then
    fail("corrupt", ("%s of %s is no list"):format(LIST, where))
  end
  for position, item in ipairs(list) do
    if not json.is_object(item) or type(item.Config) ~= "string" or not is_text_list(item.Layers)
      or not is_text_list(item.RepoTags) then
      fail("corrupt", ("%s of %s: entry %d names no image"):format(LIST, where, position))
    end
    images[position] = {
      config = item.Config, layers = list_or_empty(item.Layers), tags = list_or_empty(item.RepoTags),
    }
  end
  return images
end

local function has_tag(image, wanted)
  for _, tag in ipairs(image.tags) do
    if reference.full(tag) == wanted then
      return true
    end
  end
  return false
end

local function choices(images)
  local names = {}
  for position, image in ipairs(images) do
    names[position] = text.printable(image.tags[1] or ("@%d"):format(position - 1))
  end
  return "it has " .. table.concat(names, ", ")
end

--- The image that a selector means.
---@param images table[]
---@param selector string|nil a name, "@N" (counted from 0), or nil: the only one
---@param where string the archive
---@return table image; fails with not_found, ambiguous
function archive_docker.choose(images, selector, where)
  if not selector and #images == 1 then
    return images[1]
  elseif not selector then
    fail(#images == 0 and "not_found" or "ambiguous", ("%s has %s"):format(where,
      #images == 0 and "no images" or ("%d images"):format(#images)),
      #images > 1 and "name one, or its place (:@0); " .. choices(images) or nil)
  end
  ---@cast selector -nil
  local position = selector:match("^@(%d+)$")
  local found = position and images[tonumber(position) --[[@as number]] + 1] ---@type table|false|nil
  local wanted = reference.full(selector)
  for _, image in ipairs(position and {} or images) do
    found = found or (has_tag(image, wanted) and image)
  end
  return found
    or fail("not_found", ("%s has no image %s"):format(where, selector), #images > 0 and choices(images) or nil)
end

--- The digest of a layer's file, and that of what is inside where it is compressed; it is read once.
local function digests(file, range, kind)
  if not kind then
    local hash = file:copy(range, "sha256")
    return hash, hash
  end
  local _ <close> = amend(function(err)
    fail(err.code, ("the layer %s of %s is damaged: %s"):format(text.printable(range.name), text.printable(file.path),
      err.message))
  end)
  local hash = assert(digest.hasher("sha256"))
  local content = compression.content(function(bytes)
    hash:update(bytes)
  end)
  local measured = file:measure(range, function(piece)
    content:feed(piece)
  end)
  if not content:finish() then
    fail("corrupt", "it is cut short")
  end
  return measured.digest, hash:digest()
end

--- Measures one layer; it must be the one that the config names.
local function read_layer(file, name, diff_id)
  local range = file:find(name)
  local kind = compression.of(file:read({
    name = name, offset = range.offset, size = math.min(range.size, compression.HEAD),
  }, compression.HEAD))
  if kind and kind ~= "gzip" then
    fail("unsupported", ("%s has the layer %s compressed with %s, for which Docker has no media type"):format(
      text.printable(file.path), text.printable(name), kind))
  end
  local hash, inner = digests(file, range, kind)
  if inner ~= diff_id then
    fail("digest_mismatch", ("the layer %s of %s hashes to %s, but the config names %s"):format(
      text.printable(name), text.printable(file.path), inner, text.printable(tostring(diff_id))))
  end
  return { media_type = kind and media_type.docker_layer_gzip or media_type.docker_layer, size = range.size,
    digest = hash, range = range }
end

--- The diff IDs of a config.
local function diff_ids_of(bytes, where)
  local config, why = json.decode(bytes)
  local rootfs = json.is_object(config) and config.rootfs
  local ids = json.is_object(rootfs) and rootfs.diff_ids
  if why or not is_text_list(ids) then
    fail("corrupt", ("the config of the image in %s %s"):format(where,
      why and "cannot be read: " .. why.message or "names no layers"))
  end
  return list_or_empty(ids)
end

local function read_config(file, name, limit)
  local range = file:find(name)
  local bytes = file:read(range, limit)
  local hash = digest.of(bytes)
  -- docker and skopeo name the config by its digest; then it must be that one
  local named = name:match("^(%x+)%.json$") or name:match("^blobs/sha256/(%x+)$")
  if named and #named == 64 and "sha256:" .. named ~= hash then
    fail("digest_mismatch", ("the config %s of %s hashes to %s"):format(name, text.printable(file.path), hash))
  end
  return { media_type = media_type.docker_config, size = range.size, digest = hash, range = range, bytes = bytes }
end

--- Makes the manifest of an image, and notes where its blobs lie.
---@param file table tar_file
---@param image table of archive_docker.images
---@param limit integer bytes of a config
---@param ranges table by digest: the range; filled in
---@return table got {raw, media_type, digest, size}
function archive_docker.manifest(file, image, limit, ranges)
  local where = text.printable(file.path)
  local config = read_config(file, image.config, limit)
  local ids = diff_ids_of(config.bytes, where)
  if #ids ~= #image.layers then
    fail("corrupt", ("%s lists %d layers for an image whose config names %d"):format(where, #image.layers,
      #ids))
  end
  local layers, known = {}, {}
  for position, name in ipairs(image.layers) do
    local layer = known[name]
    if not layer or layer.diff_id ~= ids[position] then
      layer = read_layer(file, name, ids[position])
      layer.diff_id, known[name] = ids[position], layer
    end
    layers[position], ranges[layer.digest] = layer, layer.range
  end
  ranges[config.digest] = config.range
  local bytes = assert(image_of.build({ media_type = media_type.docker_manifest, config = config, layers = layers }))
  return { raw = bytes, media_type = media_type.docker_manifest, digest = digest.of(bytes), size = #bytes }
end

return archive_docker
