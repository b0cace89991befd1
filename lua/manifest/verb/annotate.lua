--- annotate: sets the platform of one entry of a local list.

local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local names = require("manifest.declare.argument")

local annotate = {}

local OPTIONS = {
  os = "string", arch = "string", variant = "string", os_version = "string", os_features = "table",
}

--- The pairs docker accepts; the own verbs take any.
local SUPPORTED = {
  darwin = { "386", "amd64", "arm", "arm64" },
  dragonfly = { "amd64" },
  freebsd = { "386", "amd64", "arm" },
  linux = { "386", "amd64", "arm", "arm64", "ppc64le", "mips64", "mips64le", "riscv64", "s390x" },
  netbsd = { "386", "amd64", "arm" },
  openbsd = { "386", "amd64", "arm" },
  plan9 = { "386", "amd64" },
  solaris = { "amd64" },
  windows = { "386", "amd64" },
}

local function is_supported(platform)
  for _, architecture in ipairs(SUPPORTED[platform.os] or {}) do
    if architecture == platform.architecture then
      return true
    end
  end
  return false
end

local function with_features(old, new)
  local features, seen = {}, {}
  for _, feature in ipairs(old or {}) do
    features[#features + 1] = feature
    seen[feature] = true
  end
  for _, feature in ipairs(new or {}) do
    if not seen[feature] then
      features[#features + 1] = feature
      seen[feature] = true
    end
  end
  return #features > 0 and features or nil
end

local function given_or(value, old)
  return value ~= nil and value ~= "" and value or old
end

--- The platform that an entry has after its annotation; an empty string changes nothing. Pure.
---@param old table|nil platform
---@param options table os, arch, variant, os_version, os_features
---@return table|nil platform
---@return table|nil err invalid_platform
function annotate.plan(old, options)
  old = old or {}
  local platform = {
    os = given_or(options.os, old.os),
    architecture = given_or(options.arch, old.architecture),
    variant = given_or(options.variant, old.variant),
    ["os.version"] = given_or(options.os_version, old["os.version"]),
    ["os.features"] = with_features(old["os.features"], options.os_features),
  }
  if is_supported(platform) then
    return platform
  end
  local hint = SUPPORTED[platform.os]
    and ("with %s, the architecture is one of %s"):format(platform.os, table.concat(SUPPORTED[platform.os], ", "))
    or "give --os and --arch, such as --os linux --arch arm64"
  return nil, error_of.new({
    code = "invalid_platform", hint = hint,
    message = ("manifest entry for image has unsupported os/arch combination: %s/%s"):format(
      options.os or "", options.arch or ""),
  })
end

local function missing(image, target, ref)
  return nil, error_of.new({
    code = "not_found", message = ("manifest for image %s does not exist in %s"):format(image, target),
    verb = "annotate", ref = tostring(ref),
    hint = ("add it first: 'manifest create --amend %s %s'"):format(target, image),
  })
end

--- Annotates an entry.
---@param context table
---@param given string|table the list
---@param image string|table the entry
---@param options table|nil os, arch, variant, os_version (strings), os_features (list of strings, appended when new)
---@return table|nil annotated {reference, platform}
---@return table|nil err invalid_reference, not_found, invalid_platform, corrupt, collision, locked, io
function annotate.perform(context, given, image, options)
  options = check.options("annotate", options, OPTIONS)
  local target, err = names.parse("annotate", given, "annotate: error parsing name for manifest list")
  if not target then
    return nil, err
  end
  local ref
  ref, err = names.parse("annotate", image, "annotate: error parsing name for manifest")
  if not ref then
    return nil, err
  end
  local platform
  local ok
  ok, err = context.store:update(target, ref, function(entry)
    local problem
    platform, problem = annotate.plan(entry.platform, options)
    if not platform then
      return nil, problem
    end
    entry.platform = platform
    return entry
  end)
  if ok then
    return { reference = tostring(ref), platform = platform }
  end
  if err.code == "not_found" then
    return missing(tostring(image), tostring(given), ref)
  end
  return nil, err:with({ verb = "annotate", ref = tostring(ref) })
end

return annotate
