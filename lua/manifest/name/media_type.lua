--- Media types of manifests, indexes and what they name, and their families.
--
-- Two families say the same things in different words: Docker's (schema 2) and that of the OCI image specification.
-- A registry may answer with either, with parameters, in any case of letters, or with nothing useful; then the document
-- itself decides, so a header that names no type reads as nil here and is not an error.

local error_of = require("manifest.base.error")
local text = require("manifest.base.text")

local media_type = {
  docker_manifest = "application/vnd.docker.distribution.manifest.v2+json",
  docker_list = "application/vnd.docker.distribution.manifest.list.v2+json",
  docker_config = "application/vnd.docker.container.image.v1+json",
  docker_layer = "application/vnd.docker.image.rootfs.diff.tar",
  docker_layer_gzip = "application/vnd.docker.image.rootfs.diff.tar.gzip",
  docker_foreign_layer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
  oci_manifest = "application/vnd.oci.image.manifest.v1+json",
  oci_index = "application/vnd.oci.image.index.v1+json",
  oci_config = "application/vnd.oci.image.config.v1+json",
  oci_layer = "application/vnd.oci.image.layer.v1.tar",
  oci_layer_gzip = "application/vnd.oci.image.layer.v1.tar+gzip",
  oci_layer_zstd = "application/vnd.oci.image.layer.v1.tar+zstd",
  oci_empty = "application/vnd.oci.empty.v1+json",
}

--- What files are by the ends of their names, the longest first.
local ENDS = {
  { ".spdx.json", "application/spdx+json" }, { ".cdx.json", "application/vnd.cyclonedx+json" },
  { ".cyclonedx.json", "application/vnd.cyclonedx+json" }, { ".cdx.xml", "application/vnd.cyclonedx+xml" },
  { ".intoto.json", "application/vnd.in-toto+json" }, { ".intoto.jsonl", "application/vnd.in-toto+json" },
  { ".sarif.json", "application/sarif+json" }, { ".sarif", "application/sarif+json" }, { ".spdx", "text/spdx" },
  { ".json", "application/json" }, { ".yaml", "application/yaml" }, { ".yml", "application/yaml" },
  { ".xml", "application/xml" }, { ".txt", "text/plain" }, { ".log", "text/plain" }, { ".md", "text/markdown" },
  { ".html", "text/html" }, { ".csv", "text/csv" }, { ".pdf", "application/pdf" }, { ".wasm", "application/wasm" },
  { ".svg", "image/svg+xml" }, { ".png", "image/png" }, { ".tar", "application/x-tar" }, { ".gz", "application/gzip" },
  { ".tgz", "application/gzip" }, { ".zst", "application/zstd" }, { ".zip", "application/zip" },
  { ".asc", "application/pgp-signature" }, { ".pem", "application/x-pem-file" },
}

--- The media type of a file, guessed by its name.
---@param path string
---@return string
function media_type.of_file(path)
  local name = text.lower(path:match("[^/]*$") --[[@as string]])
  for _, one in ipairs(ENDS) do
    if #name > #one[1] and name:sub(-#one[1]) == one[1] then
      return one[2]
    end
  end
  return "application/octet-stream"
end

--- The Accept header of a manifest request: everything that this module can read.
media_type.accept = table.concat({
  media_type.docker_manifest,
  media_type.docker_list,
  media_type.oci_manifest,
  media_type.oci_index,
}, ", ")

---@type table<any, true?>
local INDEXES = { [media_type.docker_list] = true, [media_type.oci_index] = true }
---@type table<any, true?>
local MANIFESTS = { [media_type.docker_manifest] = true, [media_type.oci_manifest] = true }

--- True for a manifest list or an OCI index.
---@param value string|nil
function media_type.is_index(value)
  return INDEXES[value or ""] == true
end

--- True for the manifest of one image, of either family.
---@param value string|nil
function media_type.is_manifest(value)
  return MANIFESTS[value or ""] == true
end

--- What is behind a descriptor of this type: an index; the manifest of an image, which its config may show to be one of
--- an artifact; an artifact's manifest of a withdrawn or foreign type, known by its name alone; anything else is a
--- blob, such as the layers that BuildKit's cache index names.
---@param value string|nil
---@return "index"|"image"|"artifact"|"blob"
function media_type.kind(value)
  if INDEXES[value or ""] then
    return "index"
  end
  if MANIFESTS[value or ""] then
    return "image"
  end
  return (value or ""):find("manifest%.v%d") and "artifact" or "blob"
end

--- May what a registry's header gives this type be an index? Some answer with application/json, or with nothing.
---@param value string|nil
---@return boolean
function media_type.may_be_index(value)
  local kind = media_type.kind(value)
  return kind == "index" or kind == "blob"
end

--- Whether a config of this type is one of an image. Old Docker manifests call theirs a stream of bytes.
---@param value string|nil of the config
---@param manifest string|nil media type of the manifest
function media_type.is_image_config(value, manifest)
  return value == media_type.oci_config or value == media_type.docker_config
    or (value == "application/octet-stream" and manifest == media_type.docker_manifest)
end

--- What the two families call the same.
local TWINS = {
  [media_type.docker_manifest] = media_type.oci_manifest, [media_type.docker_list] = media_type.oci_index,
  [media_type.docker_config] = media_type.oci_config, [media_type.docker_layer] = media_type.oci_layer,
  [media_type.docker_layer_gzip] = media_type.oci_layer_gzip,
  [media_type.docker_foreign_layer] = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
  ["application/vnd.docker.image.rootfs.foreign.diff.tar"] = "application/vnd.oci.image.layer.nondistributable.v1.tar",
}

local TWINS_OF = { oci = TWINS, docker = {} }
for docker, oci in pairs(TWINS) do
  TWINS_OF.docker[oci] = docker
end

--- What a family calls what this type means.
---@param value string
---@param family "oci"|"docker"
---@return string type
---@return boolean is_known whether the family has a word for it
function media_type.in_family(value, family)
  local twin = TWINS_OF[family][value]
  return twin or value, twin ~= nil or TWINS_OF[family == "oci" and "docker" or "oci"][value] ~= nil
end

--- Checks what a caller gives as a media type: letters, digits and a few signs on both sides of one slash.
---@param value string|nil
---@return_overload true ok: also when there is none
---@return_overload nil, table err invalid_argument
function media_type.check(value)
  if value == nil or value:find("^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*$") then
    return true
  end
  return nil, error_of.new({
    code = "invalid_argument", message = ("'%s' is not a media type"):format(text.printable(value)),
    hint = "write TYPE/NAME, such as application/spdx+json",
  })
end

--- The media type that a Content-Type header gives: no parameters, no space around, lower case.
---@param value string|nil the header's value; nil when there was none
---@return string|nil type nil when the value is not one media type
function media_type.of_header(value)
  if INDEXES[value] or MANIFESTS[value] then
    return value -- as nearly all are
  end
  local essence = ((value or ""):match("^[^;]*") --[[@as string]]):gsub("^[ \t]+", ""):match("^[^ \t]*[ \t]*$")
  essence = essence and text.lower(essence:match("^[^ \t]*") --[[@as string]])
  if essence and essence:find("^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$") then
    return essence
  end
end

return media_type
