--- Names of operating systems and architectures, the comparable form of a platform, and a platform as text.
--
-- A platform that a registry sent is never rewritten: what is compared is a copy in one spelling, made here. The names
-- are those of Go (GOOS, GOARCH), as the image specification asks; aliases are those that containerd knows.

local check = require("manifest.base.check")
local text = require("manifest.base.text")

local lower = text.lower

local architecture = {}

local OS_ALIASES = { macos = "darwin" }

--- Names that other tools use: Go's name, and the variant that the name implies.
local ARCHITECTURE_ALIASES = {
  aarch64 = { "arm64" },
  arm32v5 = { "arm", "v5" },
  arm32v6 = { "arm", "v6" },
  arm32v7 = { "arm", "v7" },
  arm64v8 = { "arm64", "v8" },
  armel = { "arm", "v6" },
  armhf = { "arm", "v7" },
  i386 = { "386", "" },
  ["x86-64"] = { "amd64" },
  ["x86_64"] = { "amd64" },
}

local function set(names)
  local result = {}
  for name in names:gmatch("%S+") do
    result[name] = true
  end
  return result
end

--- Operating systems and architectures that Go knows or has known.
architecture.known_systems = set([[
  aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos]])
architecture.known = set([[
  386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64
  ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm]])

--- Names that are no slip, though Go has others: of WebAssembly, and what attestations have in place of a platform.
local MORE_SYSTEMS, MORE = set("unknown wasi"), set("unknown wasm32 wasm64")

--- The name of an operating system in Go's words.
---@param os string
---@return string
function architecture.normal_os(os)
  os = lower(os)
  return OS_ALIASES[os] or os
end

--- Architecture and variant in Go's words. The variant stays as written, but for the v that "7" and "8" lack.
---@param name string
---@param variant string "" for none
---@return string name
---@return string variant
function architecture.normal(name, variant)
  name, variant = lower(name), lower(variant)
  local alias = ARCHITECTURE_ALIASES[name]
  if alias then
    name, variant = alias[1], alias[2] or variant
  end
  if (name == "arm" or name == "arm64") and variant:find("^[5-9]$") then
    variant = "v" .. variant
  end
  return name, variant
end

--- A field of a platform as text; whatever a document has there instead of text counts as absent.
---@return string value "" when absent
local function field(platform, name)
  local value = platform[name]
  return type(value) == "string" and value or ""
end

--- The features of a platform's os that are text: a set, so each is there once, sorted, whatever their order was.
local function features_of(platform)
  local features, set_of = platform["os.features"], {}
  if type(features) ~= "table" then
    return {}
  end
  for _, feature in ipairs(features) do
    if type(feature) == "string" then
      set_of[feature] = true
    end
  end
  return text.sorted_keys(set_of)
end

--- Whether it says for which machines an image is: an os and an architecture.
---@param platform table|nil
---@return boolean
function architecture.is_whole(platform)
  return platform ~= nil and field(platform, "os") ~= "" and field(platform, "architecture") ~= ""
end

--- The comparable form: no field is nil, and a variant that the architecture means anyway is spelled one way
--- (arm has v7; arm64/v8 and amd64/v1 have none).
---@param platform table
---@return table copy
function architecture.normalise(platform)
  check.type("platform", platform, "table")
  local name, variant = architecture.normal(field(platform, "architecture"), field(platform, "variant"))
  if name == "arm" and variant == "" then
    variant = "v7"
  elseif name == "arm64" then
    variant = variant:gsub("^(v[89])%.0$", "%1")
    variant = variant ~= "v8" and variant or ""
  elseif name == "amd64" and variant == "v1" then
    variant = ""
  end
  return {
    os = architecture.normal_os(field(platform, "os")),
    architecture = name,
    variant = variant,
    ["os.version"] = field(platform, "os.version"),
    ["os.features"] = features_of(platform),
  }
end

--- The first name of a platform that nobody knows; nil: there is none. What it does not say counts as known.
---@param platform table with Go's words
---@return_overload string, string, string? kind (what the name should be), the name, and the nearest that is known
---@return_overload nil
function architecture.unknown(platform)
  local os, name = field(platform, "os"), field(platform, "architecture")
  if os ~= "" and not (architecture.known_systems[os] or MORE_SYSTEMS[os]) then
    return "operating system", os, text.nearest(os, text.sorted_keys(architecture.known_systems))
  end
  if name ~= "" and not (architecture.known[name] or MORE[name]) then
    return "architecture", name, text.nearest(name, text.sorted_keys(architecture.known))
  end
end

--- Whether the config of an image says something else than is said of the image. What one of them does not say is no
--- difference.
---@param said table platform
---@param config table platform
---@return boolean
function architecture.contradicts(said, config)
  local a, b = architecture.normalise(said), architecture.normalise(config)
  for _, name in ipairs({ "os", "architecture", "variant", "os.version" }) do
    if field(said, name) ~= "" and field(config, name) ~= "" and a[name] ~= b[name] then
      return true
    end
  end
  return false
end

local function encode(value)
  return (value:gsub("[^A-Za-z0-9_.-]", function(character)
    return ("%%%02X"):format(character:byte())
  end))
end

--- The platform as text, with version and features of the os when it has them: what platform.parse reads. A missing
--- name is "unknown". Names come as they are: what a registry sent is to be escaped before a terminal sees it.
---@param platform table
---@return string
function architecture.format(platform)
  check.type("platform", platform, "table")
  local options = { encode(field(platform, "os.version")) }
  for _, feature in ipairs(features_of(platform)) do
    options[#options + 1] = encode(feature)
  end
  local os, name, variant = field(platform, "os"), field(platform, "architecture"), field(platform, "variant")
  local joined = table.concat(options, "+")
  return (os ~= "" and os or "unknown") .. (joined ~= "" and "(" .. joined .. ")" or "")
    .. "/" .. (name ~= "" and name or "unknown") .. (variant ~= "" and "/" .. variant or "")
end

--- What makes two platforms one, as text.
---@param platform table
---@return string
function architecture.key(platform)
  return architecture.format(architecture.normalise(platform))
end

return architecture
