--- The public face: clients, the verbs on a default client, and the names they work with.
--
-- Nothing but this file is loaded by `require "manifest"`; every part comes when it is first used.

---@class manifest.Module: manifest.Parts
local manifest = { _VERSION = require("manifest.base.version") }

--- A part of the module, compiled where there is such a one.
local function load_part(name)
  require("manifest.base.compiled")
  return require(name)
end

--- Makes a client with options of its own.
---@param options manifest.ClientOptions?
---@return manifest.Client
function manifest.client(options)
  return load_part("manifest.client").new(options)
end

local default

local function default_client()
  default = default or manifest.client()
  return default
end

--- A method of the default client. After close() the next one gets a client anew.
local function of_default_client(name)
  return function(...)
    local client = default_client()
    if name == "close" then
      default = nil
    end
    return client[name](client, ...)
  end
end

--- Parts by name: the module that each stands for.
---@type table<string, string?>
local PARTS = {
  reference = "manifest.name.reference",
  location = "manifest.name.location",
  platform = "manifest.name.platform",
  media_type = "manifest.name.media_type",
  error = "manifest.base.error",
  json = "manifest.base.json",
}

--- manifest.digest(ref) asks a registry; manifest.digest.of(bytes), .parse and .matches only compute.
local function digest_part()
  return setmetatable({}, {
    __index = load_part("manifest.name.digest"),
    __call = function(_, ...)
      return default_client():digest(...)
    end,
  })
end

--- What stands for a name: a part, or a method of the default client. A name that is near to one is a mistake, any
--- other is nothing.
local function find(name)
  if name == "digest" then
    return digest_part()
  elseif PARTS[name] then
    return load_part(PARTS[name])
  end
  local methods = load_part("manifest.client").methods
  if methods[name] then
    return of_default_client(name)
  end
  local text = load_part("manifest.base.text")
  local known = text.sorted_keys(methods)
  for part in pairs(PARTS) do
    known[#known + 1] = part
  end
  local near = type(name) == "string" and text.nearest(name, known)
  if near then
    error(("manifest has no '%s' (did you mean '%s'?)"):format(name, near), 3)
  end
end

---@type manifest.Module
local module = setmetatable(manifest, {
  __index = function(self, name)
    local part = find(name)
    rawset(self, name, part)
    return part
  end,
})

return module
