--- manifest image

local BAD_USAGE = 125

--- NAME=VALUE words as a table; nil and the word that is none.
local function pairs_of(words)
  local values = {}
  for _, word in ipairs(words or {}) do
    local name, value = word:match("^([^=]+)=(.*)$")
    if not name then
      return nil, word
    end
    values[name] = value
  end
  return values
end

--- Checks what the option table cannot: returns the tables of --env, --label and --annotation; or nil, what is wrong
--- and what to do.
local function read(call)
  local read_pairs = {}
  for _, name in ipairs({ "env", "label" }) do
    local values, bad = pairs_of(call.options[name])
    if not values then
      return nil, ('invalid argument "%s" for "--%s" flag: write NAME=VALUE'):format(bad, name)
    end
    read_pairs[name] = values
  end
  local wrong, hint
  read_pairs.annotation, wrong, hint = require("manifest.cli.show").annotations_of(call.options.annotation, "manifest")
  if wrong then
    return nil, wrong, hint
  end
  if not call.options.platform then
    return nil, "--platform is needed, such as --platform linux/arm64"
  end
  if call.options.docker and read_pairs.annotation then
    return nil, "an image of docker's media types has no annotations: use --label, or leave --docker out"
  end
  return read_pairs
end

local function config_of(options, given)
  return {
    Entrypoint = options.entrypoint, Cmd = options.cmd, User = options.user, WorkingDir = options.workdir,
    ExposedPorts = options.expose, Volumes = options.volume, Env = options.env,
    Labels = next(given.label) and given.label or nil,
  }
end

local function as_json(out, done)
  local json = require("manifest.base.json")
  local descriptor = require("manifest.document.descriptor")
  local layers = {}
  for index, layer in ipairs(done.layers) do
    layers[index] = descriptor.to_json(layer)
  end
  require("manifest.cli.show").report(out, json.object({
    { "reference", done.reference }, { "mediaType", done.media_type }, { "digest", done.digest }, { "size", done.size },
    { "config", descriptor.to_json(done.config) }, { "layers", json.array(layers) },
  }))
end

local function run(call)
  local options = call.options
  local given, wrong, hint = read(call)
  if not given then
    call.out:complain(wrong)
    if hint then
      call.out:complain(hint)
    end
    return BAD_USAGE
  end
  local client = call.client({ insecure = options.insecure })
  local done, err = client:image({
    target = call.arguments[1], layers = { table.unpack(call.arguments, 2) }, platform = options.platform,
    config = config_of(options, given), annotations = given.annotation, created = options.created,
    author = options.author, media_type = options.docker and "docker" or "oci",
  })
  if not done then
    return nil, err
  end
  if options.json then
    as_json(call.out, done)
  else
    call.out:write(done.digest .. "\n")
  end
  return 0
end

return {
  usage = "[OPTIONS] --platform PLATFORM TARGET LAYER...",
  summary = "Make an image of layer archives",
  description = "LAYER is a tar archive, plain or compressed with gzip or zstd; the bottom layer comes first. TARGET\n"
    .. "is a reference, or oci:PATH[:TAG] for an OCI layout. The same input gives the same digest: no\n"
    .. "time is told unless --created or SOURCE_DATE_EPOCH give one. Prints the digest.",
  arguments = { 2 },
  options = {
    { name = "annotation", kind = "strings", help = "Annotation of the manifest, NAME=VALUE (repeat for more)" },
    { name = "author", kind = "string", help = "Author that the config tells" },
    { name = "cmd", kind = "strings", help = "One word of the default command (repeat for more)" },
    { name = "created", kind = "string", help = "Time that the config tells, such as 2026-01-31T12:00:00Z" },
    { name = "docker", kind = "boolean", help = "Docker's media types instead of OCI's" },
    { name = "entrypoint", kind = "strings", help = "One word of the entry point (repeat for more)" },
    { name = "env", short = "e", kind = "strings", help = "Variable, NAME=VALUE (repeat for more)" },
    { name = "expose", kind = "strings", help = "Port, such as 80/tcp (repeat for more)" },
    { name = "insecure", kind = "boolean", help = "Allow communication with an insecure registry" },
    { name = "json", kind = "boolean", help = "Print reference, mediaType, digest, size, config and layers as JSON" },
    { name = "label", short = "l", kind = "strings", help = "Label, NAME=VALUE (repeat for more)" },
    { name = "platform", kind = "platform", help = "Platform of the image, such as linux/arm/v7" },
    { name = "user", short = "u", kind = "string", help = "User that the command runs as" },
    { name = "volume", kind = "strings", help = "Path of a volume (repeat for more)" },
    { name = "workdir", short = "w", kind = "string", help = "Folder that the command starts in" },
  },
  run = run,
}
