--- image: a single-platform image from layer archives and a config table, for who builds without a Dockerfile.
--
-- The same input gives the same digest, on any machine: no time of day gets in unless it is given, by `created` or by
-- SOURCE_DATE_EPOCH.

local built = require("manifest.verb.built")
local check = require("manifest.base.check")
local config = require("manifest.document.config")
local error_of = require("manifest.base.error")
local hints = require("manifest.declare.hints")
local index_image = require("manifest.document.image")
local layer = require("manifest.layer.layer")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local timestamp = require("manifest.document.timestamp")

local image = {}

local OPTIONS = {
  target = "string|table", -- where the image goes: a reference, or oci:PATH[:TAG]
  layers = "table", -- paths of archives, bottom first; or tables {path, diff_id, annotations}
  platform = "string|table", -- such as "linux/arm/v7"
  config = "table", -- Entrypoint, Cmd, Env, User, WorkingDir, Labels, ... as in the image specification
  annotations = "table", -- of the manifest; OCI only
  media_type = "string", -- "oci" (default) or "docker"
  created = "string|integer", -- RFC 3339, or seconds since 1970; default SOURCE_DATE_EPOCH, else none
  author = "string",
}

local LAYER_OPTIONS = { path = "string", diff_id = "string", annotations = "table" }

local FAMILIES = {
  oci = { manifest = media_type.oci_manifest, config = media_type.oci_config },
  docker = { manifest = media_type.docker_manifest, config = media_type.docker_config },
}

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
end

--- What the programmer got wrong raises.
local function check_options(options)
  check.options("image", options, OPTIONS, 3)
  for _, name in ipairs({ "target", "layers", "platform" }) do
    if options[name] == nil then
      error(("image: option '%s' is needed"):format(name), 3)
    end
  end
  for position, given in ipairs(options.layers) do
    if type(given) ~= "string" then
      check.options(("image: layer %d"):format(position), given, LAYER_OPTIONS, 3)
      check.type(("image: layer %d: path"):format(position), given.path, "string", 3)
      check.texts(("image: layer %d: annotations"):format(position), given.annotations, 3)
    end
  end
  check.texts("image: annotations", options.annotations, 3)
  local family = options.media_type or "oci"
  if not FAMILIES[family] then
    error(("image: option 'media_type' is \"oci\" or \"docker\", not '%s'"):format(family), 3)
  end
  if family == "docker" and options.annotations and next(options.annotations) then
    error("image: an image of media type 'docker' has no annotations; use labels in its config, or 'oci'", 3)
  end
  return family
end

--- The time that the config tells: given, or of the environment, or none.
---@return string|nil created
---@return table|nil err
local function created_of(options)
  local given = options.created
  if math.type(given) == "integer" then
    return timestamp.of_seconds(given)
  end
  if given then
    return timestamp.check(given)
  end
  local epoch = os.getenv("SOURCE_DATE_EPOCH")
  if not epoch or epoch == "" then
    return nil
  end
  local seconds = #epoch < 12 and epoch:match("^%d+$") and math.tointeger(tonumber(epoch))
  if not seconds then
    return fail("invalid_argument", ("SOURCE_DATE_EPOCH is '%s', which is no number of seconds"):format(epoch),
      "set it to a whole number, or unset it")
  end
  return timestamp.of_seconds(seconds)
end

local function platform_of(given)
  local read, err = names.platform(given)
  if read and ((read.os or "") == "" or (read.architecture or "") == "") then
    return fail("invalid_platform", "the platform lacks its os or its architecture", "give both, as in linux/arm64")
  end
  return read, err
end

--- The documents of an image, and the blobs that go with it. Pure.
---@param layers table[] of layer.read
---@param parts table family, platform, created, config, author, annotations
---@return table|nil plan of built.lua; also config = descriptor, layers = descriptors
---@return table|nil err
function image.plan(layers, parts)
  local diff_ids, descriptors = {}, {}
  for position, one in ipairs(layers) do
    diff_ids[position], descriptors[position] = one.diff_id, one.descriptor
  end
  local bytes, err = config.build({
    platform = parts.platform, created = parts.created, author = parts.author, config = parts.config,
    diff_ids = diff_ids,
  })
  if not bytes then
    return nil, err
  end
  local family = FAMILIES[parts.family]
  local described = built.descriptor(bytes, family.config)
  local blobs = { { digest = described.digest, body = { body = bytes } } }
  for position, one in ipairs(layers) do
    blobs[position + 1] = { digest = one.descriptor.digest, body = { body_file = one.path } }
  end
  bytes, err = index_image.build({
    media_type = family.manifest, config = described, layers = descriptors, annotations = parts.annotations,
  })
  if not bytes then
    return nil, err
  end
  local plan = built.new(bytes, family.manifest, blobs)
  plan.config, plan.layers = described, descriptors
  return plan
end

--- Reads the layers and everything else that the plan needs: all that can fail without the network.
local function prepare(options, family)
  local wanted, err = platform_of(options.platform)
  if not wanted then
    return nil, err
  end
  local created
  created, err = created_of(options)
  if err then
    return nil, err
  end
  local layers = {}
  for position, given in ipairs(options.layers) do
    layers[position], err = layer.read(type(given) == "string" and { path = given } or given, family)
    if not layers[position] then
      return nil, err
    end
  end
  return image.plan(layers, {
    family = family, platform = wanted, created = created, config = options.config, author = options.author,
    annotations = options.annotations,
  })
end

--- Makes an image and pushes it, or writes it to a layout.
---@param context table
---@param options table see OPTIONS; target, layers and platform are needed
---@return table|nil done {reference, digest, size, media_type, config = descriptor, layers = descriptors}
---@return table|nil err invalid_argument, invalid_platform, not_found, corrupt, unsupported, digest_mismatch, io, ...
function image.perform(context, options)
  local family = check_options(options)
  local at, err = context:open("image", options.target, { actions = "pull,push" })
  if not at then
    return nil, err
  end
  local plan, stored
  plan, err = prepare(options, family)
  if plan and at.digest and at.digest ~= plan.manifest.digest then
    plan, err = fail("digest_mismatch", "the image has the digest " .. plan.manifest.digest, "leave the digest out")
  end
  if plan then
    stored, err = built.send(context, at.repository, plan, at.selector)
  end
  if not stored then
    return nil, err:with({ verb = "image", ref = at.text, hint = hints.PUSH[err.code] })
  end
  return {
    reference = at.text, digest = stored.digest, size = plan.manifest.size, media_type = plan.manifest.media_type,
    config = plan.config, layers = plan.layers,
  }
end

return image
