--- image: a single-platform image from layer archives and a config table, for who builds without a Dockerfile.
--
-- The same input gives the same digest, on any machine: no time of day gets in unless it is given, by `created` or by
-- SOURCE_DATE_EPOCH.

local bases = require("manifest.verb.image.base")
local config = require("manifest.document.config")
local declare = require("manifest.declare")
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local files = require("manifest.verb.image.files")
local index_image = require("manifest.document.image")
local layer = require("manifest.layer.layer")
local media_type = require("manifest.name.media_type")
local new_manifest = require("manifest.verb.new_manifest")
local platform_name = require("manifest.name.platform")
local spool = require("manifest.base.spool")
local timestamp = require("manifest.document.timestamp")

local fail, try = failure.fail, failure.try

--- The names of the image specification, and docker's Healthcheck, OnBuild and Shell.
local CONFIG = {
  Cmd = { "string[]", flag = "cmd", value = "word", help = "One word of the default command" },
  Entrypoint = { "string[]", flag = "entrypoint", value = "word", help = "One word of the entry point" },
  Env = { "variable[]|map", flag = "env", short = "e", help = "Environment variable" },
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
  if not (given.platform or given.base) then
    return "option 'platform' is needed, unless option 'base' says it"
  end
  if not (given.layers or given.files or given.base) then
    return "layers: at least one is needed, or option 'files' or 'base'"
  end
  for _, one in ipairs(given.base and {} or given.layers or {}) do
    if type(one) == "table" and one.platform then
      return "layers: a layer for one platform needs option 'base'"
    end
  end
  if given.media_type == "docker" and next(given.annotations or {}) then
    return "an image of option 'media_type' \"docker\" has no annotations: use labels in its config, or \"oci\""
  end
end

local image = declare.verb {
  name = "image", network = true, named = true, check = wrong_together,
  description = "LAYER is a tar archive, plain or compressed with gzip or zstd; the bottom layer comes first. Single "
    .. "files need no archive (--file): they make one more layer, on top. TARGET is a reference, or oci:PATH[:TAG] for "
    .. "an OCI layout. The same input gives the same digest: no time is told unless --created or SOURCE_DATE_EPOCH "
    .. "give one. Prints the digest. With --base, Env, Labels, ports and volumes are added to those of the base.",
  arguments = {
    { "target", "location", help = "Where the image goes" },
    { "layers", "table[]", value = "LAYER", text = "path", class = "manifest.ImageLayer", optional = true,
      help = "Archives, the bottom layer first", fields = {
        path = { "file", required = true, help = "The archive" },
        diff_id = { "digest", help = "Digest of the tar archive inside" },
        annotations = { "map", help = "Annotations of its descriptor" },
        platform = { "platform", help = "With option 'base': only for the image of this platform" },
      } },
  },
  options = {
    platform = { "platform", help = "Platform of the image, such as linux/arm/v7; of option 'base' this one alone" },
    base = { "location", value = "ref",
      help = "An image below, whose layers are not moved; of an index each of its images, for an index" },
    files = { "map", flag = "file", value = "path=file",
      help = "A file under this path in the image: programs may be run (0755), others not (0644)" },
    allow_unknown_platform = { "boolean", help = "Let the platform have an os or architecture that nobody knows" },
    config = { "table", class = "manifest.ImageConfig", fields = CONFIG, help = "What a runtime does with it" },
    annotations = { "annotations", flag = "annotation", scope = "manifest", help = "Annotation of the manifest" },
    media_type = { "choice", of = { "oci", "docker" }, flag = false,
      help = "Family of media types (default oci, or that of option 'base')",
      switch = { flag = "docker", means = "docker", help = "Docker's media types instead of OCI's" } },
    created = { "string|integer", value = "time",
      help = "Time in the config: RFC 3339, or in Lua seconds since 1970" },
    author = { "string", value = "name", help = "Author in the config" },
    dry_run = { "boolean", help = "Only say what would be done" },
  },
  hints = declare.PUSH_HINTS,
  examples = {
    "image --platform linux/arm64 --entrypoint /tool tools.io/tool:1 root.tar",
    "image --base docker.io/library/alpine:3 --file /tool=tool tools.io/tool:1",
  },
}

local FAMILIES = {
  oci = { manifest = media_type.oci_manifest, config = media_type.oci_config, index = media_type.oci_index },
  docker = { manifest = media_type.docker_manifest, config = media_type.docker_config,
    index = media_type.docker_list },
}

--- The time that the config tells: given, or of the environment, or none.
---@param given string|integer|nil
---@return string|nil created
local function created_of(given)
  if math.type(given) == "integer" then
    return (try(timestamp.of_seconds(given --[[@as integer]])))
  end
  if given then
    return (try(timestamp.check(given --[[@as string]])))
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

--- The documents of an image, and the blobs that go with it but for those of its base.
---@param o manifest.ImageOptions media_type is the family
---@param created string|nil
---@param layers table[] of layer.read
---@param below table|nil of base.lua: the image below
---@return table plan of new_manifest.lua; also platform, below, config = descriptor, layers = descriptors
local function plan_of(o, created, layers, below)
  local diff_ids, descriptors, family = {}, {}, FAMILIES[o.media_type]
  local blobs = {}
  for position, one in ipairs(layers) do
    local own = one.descriptor
    diff_ids[position], descriptors[position] = one.diff_id, own
    blobs[position] = { digest = own.digest, body = { body_file = one.path, size = own.size } }
  end
  local parts = { platform = o.platform, created = created, author = o.author, config = o.config, diff_ids = diff_ids }
  local raw = below and try(config.on_base(below.config, parts)) or try(config.build(parts))
  local described = new_manifest.descriptor(raw, family.config)
  blobs[#blobs + 1] = { digest = described.digest, body = { body = raw } }
  if below then
    descriptors = table.move(descriptors, 1, #descriptors, #below.layers + 1, { table.unpack(below.layers) })
  end
  local manifest = try(index_image.build({
    media_type = family.manifest, config = described, layers = descriptors,
    annotations = below and bases.annotations(below, o.annotations) or o.annotations,
  }))
  local plan = new_manifest.new(manifest, family.manifest, blobs)
  plan.config, plan.layers, plan.platform = described, descriptors, below and below.platform or o.platform
  return plan
end

---@class manifest.MadeImage
---@field platform manifest.Platform
---@field digest string
---@field size integer bytes of the manifest
---@field config manifest.Descriptor
---@field layers manifest.Descriptor[]

---@class manifest.ImageResult
---@field reference string
---@field digest string
---@field size integer bytes of the manifest
---@field media_type string
---@field config manifest.Descriptor? of one image
---@field layers manifest.Descriptor[]? of one image
---@field images manifest.MadeImage[]? of an index, which a base that is one makes
---@field dry_run boolean?

--- Adds a layer of the single files.
---@param spooled table|nil that gets them
local function add_files(layers, given, created, spooled)
  if spooled then
    files.write(given, created and math.max(0, (try(timestamp.seconds(created)))) or 0, spooled)
    layers[#layers + 1] = { path = spooled.path }
  end
end

local function check_digest(at, digest)
  if at.digest and at.digest ~= digest then
    fail {
      code = "digest_mismatch", message = "the image has the digest " .. digest, hint = "leave the digest out",
    }
  end
end

--- Reads the layers, each once.
local function read_layers(given, family)
  local layers = {}
  for position, one in ipairs(given) do
    layers[position] = layer.read(one, family)
    layers[position].platform = one.platform
  end
  return layers
end

--- What gets the name: the one image, or an index of several. Pure.
---@return table top of new_manifest.new
local function top_of(plans, family)
  if not plans.is_index then
    return plans[1]
  end
  local entries = {}
  for position, one in ipairs(plans) do
    local manifest = one.manifest
    entries[position] = { media_type = manifest.media_type, digest = manifest.digest, size = manifest.size,
      platform = one.platform }
  end
  local raw = document.serialise(document.build({ entries = entries, media_type = FAMILIES[family].index }))
  return new_manifest.new(raw --[[@as string]], FAMILIES[family].index, {})
end

--- Sends one image under a name, or several under an index.
---@return table stored of the repository's put_manifest
local function send(call, at, plans, top, below)
  if below then
    bases.bring(call, at.repository, below)
  end
  for _, one in ipairs(plans) do
    if one ~= top then
      new_manifest.send(call, at.repository, one, one.manifest.digest)
    end
  end
  return new_manifest.send(call, at.repository, top, at.selector)
end

--- What was made, for the caller.
local function report(at, plans, manifest, digest)
  local result = { reference = at.text, digest = digest, size = manifest.size, media_type = manifest.media_type }
  if not plans.is_index then
    result.config, result.layers = plans[1].config, plans[1].layers
    return result
  end
  result.images = {}
  for position, one in ipairs(plans) do
    result.images[position] = {
      platform = one.platform, digest = one.manifest.digest, size = one.manifest.size, config = one.config,
      layers = one.layers,
    }
  end
  return result
end

--- The images to make: one, or one on top of each image of the base.
local function plans_of(o, created, layers, below)
  if not below then
    return { plan_of(o, created, layers) }
  end
  local plans = { is_index = below.is_index }
  for position, one in ipairs(below) do
    plans[position] = plan_of(o, created, bases.layers_for(layers, one), one)
  end
  return plans
end

--- All that can fail without the network comes first; the base is read before a byte is sent.
---@param call manifest.Call
---@param o manifest.ImageOptions
---@return manifest.ImageResult
function image.run(call, o)
  local from = o.base and call:open(o.base)
  local at = call:open(o.target, { write = true, also = from })
  local _ <close> = failure.about(at.text)
  if o.platform then
    check_platform(o.platform, o.allow_unknown_platform)
  end
  local created, given = created_of(o.created), o.layers or {}
  local spooled <close> = o.files and next(o.files) and spool.open() or nil
  add_files(given, o.files, created, spooled)
  local layers = read_layers(given, o.media_type or "oci")
  local below = from and bases.images(call, from, o, layers)
  if below then
    o.media_type = below.family
    layers = o.media_type == "oci" and layers or read_layers(given, o.media_type)
  end
  o.media_type = o.media_type or "oci"
  local plans = plans_of(o, created, layers, below)
  local top = top_of(plans, o.media_type)
  check_digest(at, top.manifest.digest)
  local stored = o.dry_run and top.manifest or send(call, at, plans, top, below)
  local result = report(at, plans, top.manifest, stored.digest)
  result.dry_run = o.dry_run
  return result
end

return image
