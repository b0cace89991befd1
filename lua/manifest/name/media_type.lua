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
  docker_schema1 = "application/vnd.docker.distribution.manifest.v1+json",
  docker_schema1_signed = "application/vnd.docker.distribution.manifest.v1+prettyjws",
  oci_manifest = "application/vnd.oci.image.manifest.v1+json",
  oci_index = "application/vnd.oci.image.index.v1+json",
  oci_config = "application/vnd.oci.image.config.v1+json",
  oci_layer = "application/vnd.oci.image.layer.v1.tar",
  oci_layer_gzip = "application/vnd.oci.image.layer.v1.tar+gzip",
  oci_layer_zstd = "application/vnd.oci.image.layer.v1.tar+zstd",
  oci_empty = "application/vnd.oci.empty.v1+json",
}

--- The Accept header of a manifest request: everything that this module can read.
media_type.accept = table.concat({
  media_type.docker_manifest,
  media_type.docker_list,
  media_type.oci_manifest,
  media_type.oci_index,
}, ", ")

local INDEXES = { [media_type.docker_list] = true, [media_type.oci_index] = true }
local INDEX_OF = {
  [media_type.docker_manifest] = media_type.docker_list,
  [media_type.oci_manifest] = media_type.oci_index,
}
local SCHEMA1 = { [media_type.docker_schema1] = true, [media_type.docker_schema1_signed] = true }

--- True for a manifest list or an OCI index.
---@param value string|nil
function media_type.is_index(value)
  return INDEXES[value or ""] == true
end

--- True for the manifest of one image, of either family.
---@param value string|nil
function media_type.is_manifest(value)
  return INDEX_OF[value or ""] ~= nil
end

--- True for the manifests of before 2017, that this module names and refuses.
---@param value string|nil
function media_type.is_schema1(value)
  return SCHEMA1[value or ""] == true
end

--- The index type of the family of a manifest type; nil for anything else.
---@param value string|nil
---@return string|nil
function media_type.index_for(value)
  return INDEX_OF[value or ""]
end

--- The family of a media type.
---@param value string|nil
---@return string|nil family "docker", "oci" or nil
function media_type.family(value)
  local vendor = (value or ""):match("^application/vnd%.(%l+)%.")
  return (vendor == "docker" or vendor == "oci") and vendor or nil
end

--- Checks what a caller gives as a media type: letters, digits and a few signs on both sides of one slash.
---@param value string|nil
---@return boolean|nil ok also when there is none
---@return table|nil err invalid_argument
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
  local essence = (value or ""):match("^[^;]*"):gsub("^[ \t]+", ""):match("^[^ \t]*[ \t]*$")
  essence = essence and essence:match("^[^ \t]*"):lower()
  if essence and essence:find("^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$") then
    return essence
  end
end

return media_type
