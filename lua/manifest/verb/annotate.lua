--- annotate: sets the platform of one entry of a local list.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")

local about, fail, try = failure.about, failure.fail, failure.try

local annotate = declare.verb {
  name = "annotate", json = false,
  arguments = {
    { "list", "reference", value = "MANIFEST_LIST", help = "The local list" },
    { "image", "reference", value = "MANIFEST", help = "Its entry" },
  },
  options = {
    os = { "string", help = "Set operating system" },
    arch = { "string", help = "Set architecture" },
    variant = { "string", help = "Set architecture variant" },
    os_version = { "string", help = "Set operating system version" },
    os_features = { "string[]", commas = true, value = "strings", help = "Set operating system feature" },
  },
  examples = {
    "annotate --os linux --arch arm64 --variant v8 app:1.0 app:1.0-arm64",
    "annotate --os windows --os-version 10.0.17763 app:1.0 app:1.0-win",
  },
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
---@param o manifest.AnnotateOptions
---@return table platform
function annotate.plan(old, o)
  old = old or {}
  local platform = {
    os = given_or(o.os, old.os),
    architecture = given_or(o.arch, old.architecture),
    variant = given_or(o.variant, old.variant),
    ["os.version"] = given_or(o.os_version, old["os.version"]),
    ["os.features"] = with_features(old["os.features"], o.os_features),
  }
  if is_supported(platform) then
    return platform
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail {
    code = "invalid_platform",
    message = ("manifest entry for image has unsupported os/arch combination: %s/%s"):format(o.os or "", o.arch or ""),
    hint = SUPPORTED[platform.os]
      and ("with %s, the architecture is one of %s"):format(platform.os, table.concat(SUPPORTED[platform.os], ", "))
      or "give --os and --arch, such as --os linux --arch arm64",
  }
end

---@class manifest.AnnotateResult
---@field reference string of the entry
---@field platform table that it has now, with the names of the image specification

---@param call manifest.Call
---@param list string|manifest.Reference
---@param image string|manifest.Reference
---@param o manifest.AnnotateOptions
---@return manifest.AnnotateResult
function annotate.run(call, list, image, o)
  local target = try(argument.parse("annotate", list, "annotate: error parsing name for manifest list"))
  local ref = try(argument.parse("annotate", image, "annotate: error parsing name for manifest"))
  local _ <close> = about(ref)
  local _ <close> = failure.amend(function(err)
    if err.code == "not_found" then
      err.message = ("manifest for image %s does not exist in %s"):format(tostring(image), tostring(list))
      err.hint = ("add it first: 'manifest create --amend %s %s'"):format(tostring(list), tostring(image))
    end
  end)
  local platform ---@type table
  try(call.store:update(target, ref, function(entry)
    platform = annotate.plan(entry.platform, o)
    entry.platform = platform
    return entry
  end))
  return { reference = tostring(ref), platform = platform }
end

return annotate
