--- The images below new ones: those of an index, or one alone. Their layers stay where they are, or are mounted.

local choice = require("manifest.document.platform_choice")
local failure = require("manifest.base.failure")
local image = require("manifest.document.image")
local media_type = require("manifest.name.media_type")
local merged = require("manifest.base.merged")
local names = require("manifest.declare.argument")
local nodes = require("manifest.graph.node")
local platform = require("manifest.graph.platform")
local platform_name = require("manifest.name.platform")
local transfer = require("manifest.graph.transfer")

local fail = failure.fail

local bases = {}

local NAME, DIGEST = "org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"

--- The images that are for a platform; without one, all.
local function chosen(root, wanted)
  local edges, found = platform.images(root, { wanted = wanted and { wanted } or nil }), {}
  for _, edge in ipairs(edges) do
    local is_it = wanted and choice.fits(wanted, edge) or not wanted and choice.key(edge) ~= nil
    found[#found + 1] = is_it and edge or nil
  end
  if #found == 0 then
    fail {
      code = "not_found",
      message = "the base has no image" .. (wanted and " for " .. platform_name.format(wanted) or ""),
      hint = "it has " .. choice.describe(edges),
    }
  end
  return wanted and { found[1] } or found
end

--- Keeps those for which there are layers, where layers are for single platforms.
local function with_layers(edges, layers)
  local kept, is_divided = {}, false
  for _, edge in ipairs(edges) do
    local has_one = false
    for _, layer in ipairs(layers) do
      is_divided = is_divided or layer.platform ~= nil
      has_one = has_one or layer.platform ~= nil and choice.fits(layer.platform, edge)
    end
    kept[#kept + 1] = has_one and edge or nil
  end
  if is_divided and #kept == 0 then
    fail {
      code = "not_found", message = "no layer is for a platform of the base",
      hint = "the base has " .. choice.describe(edges),
    }
  end
  return is_divided and kept or edges
end

--- An image that others can stand on.
local function read(edge)
  local node = edge.node:load()
  if node.kind ~= "image" then
    fail { code = "unsupported", message = ("%s is an artifact, no image"):format(node.digest) }
  end
  local raw = node:config()
  local diff_ids = image.diff_ids(raw) or {}
  if #diff_ids ~= #node.view.layers then
    fail {
      code = "invalid_manifest",
      message = ("%s has %d layers, and its config tells of %d"):format(node.digest, #node.view.layers, #diff_ids),
      hint = "choose an image that is whole ('manifest verify' tells)",
    }
  end
  return { platform = edge.platform, digest = node.digest, layers = node.view.layers, config = raw, node = node,
    family = node.media_type == media_type.docker_manifest and "docker" or "oci" }
end

--- The family of all of them, which must be the one that is asked for.
local function family_of(list, wanted)
  for _, one in ipairs(list) do
    local other = wanted and one.family ~= wanted and wanted or one.family ~= list[1].family and list[1].family
    if other then
      fail {
        code = "unsupported", message = ("the base %s has the media types of '%s', not of '%s'"):format(one.digest,
          one.family, other),
        hint = "convert it first: 'manifest copy' has the option 'media_type'",
      }
    end
  end
  return list[1].family
end

--- The name that an annotation has for the base; a folder of this machine is none.
local function name_of(from)
  if from.ref.kind then
    return nil
  end
  return from.tag and names.name_of(from, from.tag) or from.text
end

--- Fetches what the new images stand on: manifests and configs.
---@param call manifest.Call
---@param from table of call:open
---@param o manifest.ImageOptions platform, media_type, annotations
---@param layers table[] with the platform that they are for
---@return table images {platform, digest, layers, config (bytes), node, family, name} each; is_index, family
function bases.images(call, from, o, layers)
  local _ <close> = failure.about(from.text)
  local root = nodes.open(call, from)
  local edges = with_layers(chosen(root, o.platform), layers)
  local list = call:each(edges, read) ---@type table
  list.family = family_of(list, o.media_type)
  list.is_index = root.kind == "index" and not o.platform
  if list.family == "docker" and next(o.annotations or {}) then
    fail {
      code = "unsupported", message = "the base is of docker's media types, which have no annotations",
      hint = "use labels (option 'config.Labels'), or convert the base first ('manifest copy', option 'media_type')",
    }
  end
  for _, one in ipairs(list) do
    one.name = name_of(from)
  end
  return list
end

--- The layers for one of them.
---@param layers table[]
---@param one table of bases.images
---@return table[]
function bases.layers_for(layers, one)
  local list = {}
  for _, layer in ipairs(layers) do
    list[#list + 1] = (not layer.platform or choice.fits(layer.platform, one)) and layer or nil
  end
  return list
end

--- The annotations of an image on a base: those that name it, but for what is given. Docker's media types have none.
---@param one table of bases.images
---@param given table<string, string>|nil
---@return table<string, string>|nil
function bases.annotations(one, given)
  if one.family == "docker" then
    return nil
  end
  return merged({ [NAME] = one.name, [DIGEST] = one.digest }, given)
end

--- Brings the layers of the base: within a registry they are mounted; in its own repository they are there.
---@param call manifest.Call
---@param target manifest.Repository
---@param list table of bases.images
function bases.bring(call, target, list)
  local missing, seen = {}, {}
  for _, one in ipairs(list) do
    for _, blob in ipairs(one.node:blobs()) do
      local is_there = seen[blob.digest] or one.node.repository.identity == target.identity
        or blob.digest == one.node.view.config.digest
      missing[#missing + 1] = not is_there and {
        digest = blob.digest, size = blob.size, data = blob.data, from = { one.node.repository },
        optional = blob.foreign,
      } or nil
      seen[blob.digest] = true
    end
  end
  transfer.bring_all(call, target, missing, function(blob, message)
    return ("failed to bring layer %s of the base: %s"):format(blob.digest, message)
  end)
end

return bases
