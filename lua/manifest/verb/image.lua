--- image: a single-platform image from layer archives and a config table, for who builds without a Dockerfile.
--
-- The same input gives the same digest, on any machine: no time of day gets in unless it is given, by `created` or by
-- SOURCE_DATE_EPOCH.

local built = require("manifest.verb.built")
local config = require("manifest.document.config")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local index_image = require("manifest.document.image")
local layer = require("manifest.layer.layer")
local media_type = require("manifest.name.media_type")
local platform_name = require("manifest.name.platform")
local timestamp = require("manifest.document.timestamp")

local fail, try = failure.fail, failure.try

--- The names of the image specification, and docker's Healthcheck, OnBuild and Shell.
local CONFIG = {
  Cmd = { "string[]", flag = "cmd", value = "word", help = "One word of the default command" },
  Entrypoint = { "string[]", flag = "entrypoint", value = "word", help = "One word of the entry point" },
  Env = { "variable[]|map", flag = "env", short = "e", help = "Variable" },
  ExposedPorts = { "string[]", flag = "expose", value = "port", help = "Port, such as 80/tcp" },
  Labels = { "map", flag = "label", short = "l", help = "Label" },
  User = { "string", flag = "user", short = "u", value = "user", help = "User that the command runs as" },
  Volumes = { "string[]", flag = "volume", value = "path", help = "Path of a volume" },
  WorkingDir = { "string", flag = "workdir", short = "w", value = "path", help = "Folder that the command starts in" },
  StopSignal = { "string", help = "Signal that ends the command, such as SIGTERM" },
  OnBuild = { "string[]", help = "Instructions for a build on top" },
  Shell = { "string[]", help = "Shell of the instructions that are given as text" },
  Healthcheck = { "table", class = "manifest.Healthcheck", help = "How the command is checked", fields = {
    Test = { "string[]", help = "The check, such as CMD and its words" },
    Interval = { "integer", help = "Nanoseconds between checks" },
    Timeout = { "integer", help = "Nanoseconds that a check may take" },
    StartPeriod = { "integer", help = "Nanoseconds that the start may take" },
    StartInterval = { "integer", help = "Nanoseconds between checks during the start" },
    Retries = { "integer", help = "Failures in a row that count as unhealthy" },
  } },
}

local function wrong_together(given)
  if given.media_type == "docker" and next(given.annotations or {}) then
    return "an image of option 'media_type' \"docker\" has no annotations: use labels in its config, or \"oci\""
  end
end

local image = declare.verb {
  name = "image", network = true, named = true, check = wrong_together,
  description = "LAYER is a tar archive, plain or compressed with gzip or zstd; the bottom layer comes first. TARGET "
    .. "is a reference, or oci:PATH[:TAG] for an OCI layout. The same input gives the same digest: no time is told "
    .. "unless --created or SOURCE_DATE_EPOCH give one. Prints the digest.",
  arguments = {
    { "target", "location", help = "Where the image goes" },
    { "layers", "table[]", value = "LAYER", text = "path", class = "manifest.ImageLayer", may_be_empty = true,
      help = "Archives, the bottom layer first", fields = {
        path = { "file", required = true, help = "The archive" },
        diff_id = { "digest", help = "Digest of the tar archive inside" },
        annotations = { "map", help = "Annotations of its descriptor" },
      } },
  },
  options = {
    platform = { "platform", required = true, help = "Platform of the image, such as linux/arm/v7" },
    allow_unknown_platform = { "boolean", help = "Let the platform have an os or architecture that nobody knows" },
    config = { "table", class = "manifest.ImageConfig", fields = CONFIG, help = "What a runtime does with it" },
    annotations = { "annotations", flag = "annotation", scope = "manifest", help = "Annotation of the manifest" },
    media_type = { "choice", of = { "oci", "docker" }, default = "oci", flag = false, help = "Family of media types",
      switch = { flag = "docker", means = "docker", help = "Docker's media types instead of OCI's" } },
    created = { "string|integer", value = "time",
      help = "Time in the config: RFC 3339, or in Lua seconds since 1970" },
    author = { "string", value = "name", help = "Author in the config" },
  },
  hints = declare.PUSH_HINTS,
  examples = {
    "image --platform linux/arm64 --entrypoint /tool tools.io/tool:1 root.tar",
    "image --platform linux/arm64 -e PATH=/bin oci:images:1 base.tar app.tar",
  },
}

local FAMILIES = {
  oci = { manifest = media_type.oci_manifest, config = media_type.oci_config },
  docker = { manifest = media_type.docker_manifest, config = media_type.docker_config },
}

--- The time that the config tells: given, or of the environment, or none.
---@param given string|integer|nil
---@return string|nil created
local function created_of(given)
  if math.type(given) == "integer" then
    return (try(timestamp.of_seconds(given)))
  end
  if given then
    return (try(timestamp.check(given)))
  end
  local epoch = os.getenv("SOURCE_DATE_EPOCH")
  if not epoch or epoch == "" then
    return nil
  end
  local seconds = #epoch < 12 and epoch:match("^%d+$") and math.tointeger(tonumber(epoch))
  if not seconds then
    fail {
      code = "invalid_argument", message = ("SOURCE_DATE_EPOCH is '%s', which is no number of seconds"):format(epoch),
      hint = "set it to a whole number, or unset it",
    }
  end
  return (try(timestamp.of_seconds(seconds)))
end

local function check_platform(platform, allow_unknown)
  if (platform.os or "") == "" or (platform.architecture or "") == "" then
    fail {
      code = "invalid_platform", message = "the platform lacks its os or its architecture",
      hint = "give both, as in linux/arm64",
    }
  end
  if not allow_unknown then
    try(platform_name.check_known(platform))
  end
end

--- The documents of an image, and the blobs that go with it.
---@param o manifest.ImageOptions
---@param created string|nil
---@param layers table[] of layer.read
---@return table plan of built.lua; also config = descriptor, layers = descriptors
local function plan_of(o, created, layers)
  local diff_ids, descriptors, family = {}, {}, FAMILIES[o.media_type]
  for position, one in ipairs(layers) do
    diff_ids[position], descriptors[position] = one.diff_id, one.descriptor
  end
  local raw = try(config.build({
    platform = o.platform, created = created, author = o.author, config = o.config, diff_ids = diff_ids,
  }))
  local described = built.descriptor(raw, family.config)
  local blobs = { { digest = described.digest, body = { body = raw } } }
  for position, one in ipairs(layers) do
    local own = one.descriptor
    blobs[position + 1] = { digest = own.digest, body = { body_file = one.path, size = own.size } }
  end
  local manifest = try(index_image.build({
    media_type = family.manifest, config = described, layers = descriptors, annotations = o.annotations,
  }))
  local plan = built.new(manifest, family.manifest, blobs)
  plan.config, plan.layers = described, descriptors
  return plan
end

---@class manifest.ImageResult
---@field reference string
---@field digest string
---@field size integer bytes of the manifest
---@field media_type string
---@field config manifest.Descriptor
---@field layers manifest.Descriptor[]

--- All that can fail without the network comes first.
---@param call manifest.Call
---@param o manifest.ImageOptions
---@return manifest.ImageResult
function image.run(call, o)
  local at = call:open(o.target, { write = true })
  local _ <close> = failure.about(at.text)
  check_platform(o.platform, o.allow_unknown_platform)
  local created, layers = created_of(o.created), {}
  for position, given in ipairs(o.layers) do
    layers[position] = try(layer.read(given, o.media_type))
  end
  local plan = plan_of(o, created, layers)
  if at.digest and at.digest ~= plan.manifest.digest then
    fail {
      code = "digest_mismatch", message = "the image has the digest " .. plan.manifest.digest,
      hint = "leave the digest out",
    }
  end
  local stored = built.send(call, at.repository, plan, at.selector)
  return {
    reference = at.text, digest = stored.digest, size = plan.manifest.size, media_type = plan.manifest.media_type,
    config = plan.config, layers = plan.layers,
  }
end

return image
