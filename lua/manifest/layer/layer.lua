--- A layer archive on disk: what kind it is, and the two digests that an image names it by.
--
-- The manifest names the file's bytes, the config the tar archive inside (its diff ID). The file is read once, in
-- pieces, whatever its size.

local compression = require("manifest.layer.compression")
local digest = require("manifest.name.digest")
local error_of = require("manifest.base.error")
local media_type = require("manifest.name.media_type")
local regular_file = require("manifest.layer.regular_file")
local tar = require("manifest.layer.tar")

local layer = {}

local TYPES = {
  oci = { tar = media_type.oci_layer, gzip = media_type.oci_layer_gzip, zstd = media_type.oci_layer_zstd },
  docker = { tar = media_type.docker_layer, gzip = media_type.docker_layer_gzip },
}

local WANTED = "pass archives of tar, plain or compressed with gzip or zstd"

local function fail(code, path, what, hint)
  return nil, error_of.new({ code = code, message = ("layer %s %s"):format(path, what), hint = hint })
end

--- Counts and hashes bytes, and keeps the first of them.
local function new_meter()
  return { hash = assert(digest.hasher("sha256")), size = 0, head = "" }
end

local function measure(meter, bytes)
  meter.hash:update(bytes)
  meter.size = meter.size + #bytes
  if #meter.head < tar.BLOCK then
    meter.head = meter.head .. bytes:sub(1, tar.BLOCK - #meter.head)
  end
end

--- What measures the content of a file while that is read: nothing of its own for a plain archive.
---@return table|nil inside {meter, opener, err = why it cannot be opened}
local function look_inside(kind, outer)
  if not kind then
    return { meter = outer }
  end
  local inside = { meter = new_meter() }
  inside.opener, inside.err = compression.opener(kind, function(bytes)
    measure(inside.meter, bytes)
    return true
  end)
  return inside
end

--- Reads the whole file: its own measures, and those of the tar archive inside.
---@return table|nil read {outer, inside, compression}
---@return table|nil err
local function read_file(path)
  local file <close>, problem = regular_file.open(path, "layer")
  if not file then
    return nil, problem
  end
  local outer, inside, kind = new_meter(), nil, nil
  local whole, failure = regular_file.each_piece(file, "layer " .. path, function(piece)
    if not inside then
      kind = compression.of(piece)
      inside = look_inside(kind, outer)
    end
    measure(outer, piece)
    local ok, err = true, nil
    if inside.opener then
      ok, err = inside.opener:feed(piece)
    end
    if not ok then
      return fail(err.code, path, "is damaged: " .. err.message)
    end
    return true
  end)
  if not whole then
    return nil, failure
  end
  if not inside then
    return fail("corrupt", path, "is empty", WANTED)
  end
  if inside.opener and not inside.opener:finish() then
    return fail("corrupt", path, "is cut short")
  end
  return { outer = outer, inside = inside, compression = kind or "tar" }
end

--- The digest of the tar archive: computed, and where it was given, it must be that one.
local function diff_id_of(path, read, given)
  local err = read.inside.err
  if err and given then
    return given
  end
  if err then
    return fail(err.code, path, "is " .. err.message,
      "build with libzstd, or give the layer's diff_id, the digest of the tar archive before compression")
  end
  if not tar.begins(read.inside.meter.head) then
    return fail("corrupt", path, "is no tar archive", WANTED)
  end
  if read.inside.meter.size % tar.BLOCK ~= 0 then
    return fail("corrupt", path, ("is cut short: a tar archive has whole blocks of %d bytes"):format(tar.BLOCK))
  end
  local computed = read.inside.meter.hash:digest()
  if given and given ~= computed then
    return fail("digest_mismatch", path, ("has the diff ID %s, not %s"):format(computed, given))
  end
  return computed
end

--- Reads a layer archive.
---@param given table {path; optional: diff_id, annotations}
---@param family string "oci" or "docker"
---@return table|nil layer {path, diff_id, descriptor = {media_type, digest, size, annotations}}
---@return table|nil err not_found, invalid_argument (no regular file), io, corrupt, unsupported, digest_mismatch
function layer.read(given, family)
  local path = given.path
  local read, err = read_file(path)
  if not read then
    return nil, err
  end
  local media = TYPES[family][read.compression]
  if not media then
    return fail("unsupported", path, ("is compressed with %s, for which %s has no media type"):format(read.compression,
      family == "oci" and "OCI" or "Docker"), family == "docker" and read.compression == "zstd"
      and "use the media type 'oci', or gzip" or "decompress it, or compress it with gzip instead")
  end
  local diff_id
  diff_id, err = diff_id_of(path, read, given.diff_id)
  if not diff_id then
    return nil, err
  end
  return {
    path = path,
    diff_id = diff_id,
    descriptor = {
      media_type = media, digest = read.outer.hash:digest(), size = read.outer.size, annotations = given.annotations,
    },
  }
end

return layer
