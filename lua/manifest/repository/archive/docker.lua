--- What `docker save` writes: manifest.json names for each image its config, its layers and its tags.
--
-- There is no manifest in such an archive, so one is made of the files that are there: their digests, and nothing else.
-- The same archive always gives the same bytes. Layers are mostly plain tar archives there; then the config tells what
-- each must hash to.

local compression = require("manifest.layer.compression")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local image_of = require("manifest.document.image")
local json = require("manifest.base.json")
local media_type = require("manifest.name.media_type")
local reference = require("manifest.name.reference")
local text = require("manifest.base.text")

local archive_docker = {}

local LIST = "manifest.json"
local LIST_LIMIT = 16 * 1024 * 1024

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
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

--- Reads manifest.json.
---@param file table tar_file
---@return table[]|nil images {config = name, layers = names, tags}
---@return table|nil err
function archive_docker.images(file)
  local where = text.printable(file.path)
  local range, err = file:find(LIST)
  if not range then
    if err.code == "not_found" then
      return fail("corrupt", ("%s is no docker archive: it has no %s"):format(where, LIST),
        file.by_name["oci-layout"] and "it is an OCI archive: write oci-archive:PATH" or nil)
    end
    return nil, err
  end
  local bytes, list
  bytes, err = file:read(range, LIST_LIMIT)
  if bytes then
    list, err = json.decode(bytes)
  end
  if err then
    return fail("corrupt", ("%s of %s cannot be read: %s"):format(LIST, where, err.message))
  end
  if not json.is_array(list) then
    return fail("corrupt", ("%s of %s is no list"):format(LIST, where))
  end
  local images = {}
  for position, item in ipairs(list) do
    if not json.is_object(item) or type(item.Config) ~= "string" or not is_text_list(item.Layers)
      or not is_text_list(item.RepoTags) then
      return fail("corrupt", ("%s of %s: entry %d names no image"):format(LIST, where, position))
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
---@return table|nil image
---@return table|nil err not_found, ambiguous
function archive_docker.choose(images, selector, where)
  if not selector then
    if #images == 1 then
      return images[1]
    end
    return fail(#images == 0 and "not_found" or "ambiguous", ("%s has %s"):format(where,
      #images == 0 and "no images" or ("%d images"):format(#images)),
      #images > 1 and "name one, or its place (:@0); " .. choices(images) or nil)
  end
  local position = selector:match("^@(%d+)$")
  local found = position and images[tonumber(position) + 1]
  local wanted = reference.full(selector)
  for _, image in ipairs(position and {} or images) do
    found = found or (has_tag(image, wanted) and image)
  end
  if found then
    return found
  end
  return fail("not_found", ("%s has no image %s"):format(where, selector), #images > 0 and choices(images) or nil)
end

--- The digest of what a compressed file has inside.
local function inner_digest(file, range, kind)
  local hash = assert(digest.hasher("sha256"))
  local opener, err = compression.opener(kind, function(bytes)
    hash:update(bytes)
    return true
  end)
  local ok = false
  if opener then
    ok, err = file:measure(range, function(piece)
      return opener:feed(piece)
    end)
  end
  if ok then
    ok, err = opener:finish()
  end
  local why = not ok and err.message
  if not why then
    return hash:digest()
  end
  return fail(err.code, ("the layer %s of %s is damaged: %s"):format(text.printable(range.name),
    text.printable(file.path), why))
end

--- Measures one layer; it must be the one that the config names.
local function read_layer(file, name, diff_id)
  local range, err = file:find(name)
  if not range then
    return nil, err
  end
  local head
  head, err = file:read({ name = name, offset = range.offset, size = math.min(range.size, compression.HEAD) },
    compression.HEAD)
  if not head then
    return nil, err
  end
  local kind = compression.of(head)
  if kind and kind ~= "gzip" then
    return fail("unsupported", ("%s has the layer %s compressed with %s, for which Docker has no media type"):format(
      text.printable(file.path), text.printable(name), kind))
  end
  local hash, inner
  hash, err = file:copy(range, "sha256")
  inner = hash
  if hash and kind then
    inner, err = inner_digest(file, range, kind)
  end
  if not inner then
    return nil, err
  end
  if inner ~= diff_id then
    return fail("digest_mismatch", ("the layer %s of %s hashes to %s, but the config names %s"):format(
      text.printable(name), text.printable(file.path), inner, text.printable(tostring(diff_id))))
  end
  return { media_type = kind and media_type.docker_layer_gzip or media_type.docker_layer, size = range.size,
    digest = hash, range = range }
end

--- The diff IDs of a config.
local function diff_ids_of(bytes, where)
  local config, err = json.decode(bytes)
  local rootfs = json.is_object(config) and config.rootfs
  local ids = json.is_object(rootfs) and rootfs.diff_ids
  if err or not is_text_list(ids) then
    return fail("corrupt", ("the config of the image in %s %s"):format(where,
      err and "cannot be read: " .. err.message or "names no layers"))
  end
  return list_or_empty(ids)
end

local function read_config(file, name, limit)
  local range, err = file:find(name)
  local bytes, hash
  if range then
    bytes, err = file:read(range, limit)
  end
  if bytes then
    hash, err = digest.of(bytes)
  end
  if not hash then
    return nil, err
  end
  -- docker and skopeo name the config by its digest; then it must be that one
  local named = name:match("^(%x+)%.json$") or name:match("^blobs/sha256/(%x+)$")
  if named and #named == 64 and "sha256:" .. named ~= hash then
    return fail("digest_mismatch", ("the config %s of %s hashes to %s"):format(name, text.printable(file.path), hash))
  end
  return { media_type = media_type.docker_config, size = range.size, digest = hash, range = range, bytes = bytes }
end

--- Makes the manifest of an image, and notes where its blobs lie.
---@param file table tar_file
---@param image table of archive_docker.images
---@param limit integer bytes of a config
---@param ranges table by digest: the range; filled in
---@return table|nil got {raw, media_type, digest, size}
---@return table|nil err
function archive_docker.manifest(file, image, limit, ranges)
  local where = text.printable(file.path)
  local config, err = read_config(file, image.config, limit)
  local ids
  if config then
    ids, err = diff_ids_of(config.bytes, where)
  end
  if not ids then
    return nil, err
  end
  if #ids ~= #image.layers then
    return fail("corrupt", ("%s lists %d layers for an image whose config names %d"):format(where, #image.layers,
      #ids))
  end
  local layers, known = {}, {}
  for position, name in ipairs(image.layers) do
    layers[position] = known[name] ~= nil and known[name].diff_id == ids[position] and known[name] or nil
    if not layers[position] then
      layers[position], err = read_layer(file, name, ids[position])
      if not layers[position] then
        return nil, err
      end
      layers[position].diff_id, known[name] = ids[position], layers[position]
    end
    ranges[layers[position].digest] = layers[position].range
  end
  ranges[config.digest] = config.range
  local bytes = assert(image_of.build({ media_type = media_type.docker_manifest, config = config, layers = layers }))
  return { raw = bytes, media_type = media_type.docker_manifest, digest = digest.of(bytes), size = #bytes }
end

return archive_docker
