--- The public face: clients, the verbs on a default client, and the names they work with.
--
-- Nothing but this file is loaded by `require "manifest"`; every part comes when it is first used.

local manifest = { _VERSION = require("manifest.base.version") }

--- Makes a client with options of its own.
---@param options table|nil see client.lua
---@return table client
function manifest.client(options)
  return require("manifest.client").new(options)
end

local default

local function default_client()
  default = default or manifest.client()
  return default
end

--- Verbs of the default client. `digest` is not here: it is a verb and a module, see below.
for _, verb in ipairs({
  "create", "annotate", "inspect", "push", "rm", "resolve", "image", "all", "get", "config", "index",
  "index_add", "index_remove", "index_replace", "index_annotate", "tag", "tags", "copy", "delete",
  "referrers", "attach", "tree", "verify", "diff", "plan", "apply", "login", "logout",
}) do
  manifest[verb] = function(...)
    local client = default_client()
    return client[verb](client, ...)
  end
end

--- Parts by name: the module that each stands for.
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
    __index = require("manifest.name.digest"),
    __call = function(_, ...)
      return default_client():digest(...)
    end,
  })
end

return setmetatable(manifest, {
  __index = function(self, name)
    local part
    if name == "digest" then
      part = digest_part()
    elseif PARTS[name] then
      part = require(PARTS[name])
    end
    rawset(self, name, part)
    return part
  end,
})
