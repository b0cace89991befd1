--- A layer archive on disk: what kind it is, and the two digests that an image names it by.
--
-- The manifest names the file's bytes, the config the tar archive inside (its diff ID). The file is read once, in
-- pieces, whatever its size.

local compression = require("manifest.layer.compression")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local regular_file = require("manifest.layer.regular_file")
local tar = require("manifest.layer.tar")

local layer = {}

---@type table<string, table<string, string?>>
local TYPES = {
  oci = { tar = media_type.oci_layer, gzip = media_type.oci_layer_gzip, zstd = media_type.oci_layer_zstd },
  docker = { tar = media_type.docker_layer, gzip = media_type.docker_layer_gzip },
}

local WANTED = "pass archives of tar, plain or compressed with gzip or zstd"

local function fail(code, path, what, hint)
  failure.fail { code = code, message = ("layer %s %s"):format(path, what), hint = hint }
end

--- Counts and hashes bytes, and keeps the first of them.
---@return table meter {hash, size, head}
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

--- Reads the whole file: its own measures, and those of the tar archive inside, which are the same for a plain one.
---@return table outer
---@return table inner
---@return table content of compression.content
local function read_file(path)
  local file <close> = regular_file.open(path, "layer")
  local outer, inner = new_meter(), new_meter()
  local content ---@type table
  content = compression.content(function(bytes)
    if content.compression then
      measure(inner, bytes)
    end
  end)
  regular_file.each_piece(file, "layer " .. path, function(piece)
    measure(outer, piece)
    local damage = select(2, failure.caught(content.feed, content, piece))
    if damage then
      fail(damage.code, path, "is damaged: " .. damage.message)
    end
  end)
  if outer.size == 0 then
    fail("corrupt", path, "is empty", WANTED)
  end
  if not content:finish() then
    fail("corrupt", path, "is cut short")
  end
  return outer, content.compression and inner or outer, content
end

--- The digest of the tar archive: computed, and where it was given, it must be that one.
local function diff_id_of(path, inner, given)
  if not tar.begins(inner.head) then
    fail("corrupt", path, "is no tar archive", WANTED)
  end
  if inner.size % tar.BLOCK ~= 0 then
    fail("corrupt", path, ("is cut short: a tar archive has whole blocks of %d bytes"):format(tar.BLOCK))
  end
  local computed = inner.hash:digest()
  if given and given ~= computed then
    fail("digest_mismatch", path, ("has the diff ID %s, not %s"):format(computed, given))
  end
  return computed
end

--- Reads a layer archive.
---@param given table {path; optional: diff_id, annotations}
---@param family string "oci" or "docker"
---@return table layer {path, diff_id, descriptor = {media_type, digest, size, annotations}}; fails with not_found,
--- invalid_argument (no regular file), io, corrupt, unsupported, digest_mismatch
function layer.read(given, family)
  local path, diff_id = given.path, given.diff_id
  local outer, inner, content = read_file(path)
  local kind, unopened = content.compression or "tar", content.unopened
  local media = TYPES[family][kind]
  if not media then
    fail("unsupported", path, ("is compressed with %s, for which %s has no media type"):format(kind,
      family == "oci" and "OCI" or "Docker"), family == "docker" and kind == "zstd"
      and "use the media type 'oci', or gzip" or "decompress it, or compress it with gzip instead")
  end
  if not unopened then
    diff_id = diff_id_of(path, inner, diff_id)
  elseif not diff_id then
    fail(unopened.code, path, "is " .. unopened.message,
      "build with libzstd, or give the layer's diff_id, the digest of the tar archive before compression")
  end
  return {
    path = path,
    diff_id = diff_id,
    descriptor = {
      media_type = media, digest = outer.hash:digest(), size = outer.size, annotations = given.annotations,
    },
  }
end

return layer
