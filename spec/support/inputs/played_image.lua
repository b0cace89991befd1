--- A small image, and the exchanges by which a scripted registry gives and takes it.

local dkjson = require "dkjson"
local hash = require("manifest.core").hash

local DOCKER = "application/vnd.docker.distribution.manifest.v2+json"

local function digest_of(bytes)
  return "sha256:" .. hash.sum("sha256", bytes)
end

--- An image: { manifest, config, layer (bytes each), digest, config_digest, layer_digest, media_type }; its layer may
--- be said to lie at some URLs too.
local function new(architecture, urls)
  local image = { media_type = DOCKER, layer = "layer of " .. architecture,
    config = ('{"architecture":"%s","os":"linux"}'):format(architecture) }
  image.layer_digest, image.config_digest = digest_of(image.layer), digest_of(image.config)
  image.manifest = dkjson.encode({
    schemaVersion = 2, mediaType = DOCKER,
    config = { mediaType = "application/vnd.docker.container.image.v1+json", size = #image.config,
      digest = image.config_digest },
    layers = { { mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip", size = #image.layer,
      digest = image.layer_digest, urls = urls } },
  }, { keyorder = { "schemaVersion", "mediaType", "config", "layers", "size", "digest" } })
  image.digest = digest_of(image.manifest)
  return image
end

--- Exchanges that give the image to whoever sends an Authorization that matches.
---@param image table
---@param path string of the repository
---@param options table {tag, allow = pattern of Authorization, origin}
local function pull(image, path, options)
  local allow = { Authorization = options.allow }
  local kind = { { "Content-Type", image.media_type }, { "Docker-Content-Digest", image.digest } }
  local list = {}
  local function give(what, body, headers)
    list[#list + 1] = { origin = options.origin, pattern = "^/v2/" .. path .. what .. "$", headers = allow,
      answer = { status = 200, body = body, headers = headers } }
  end
  give("/manifests/" .. (options.tag or "1"), image.manifest, kind)
  give("/manifests/" .. image.digest, image.manifest, kind)
  give("/blobs/" .. image.config_digest, image.config)
  give("/blobs/" .. image.layer_digest, image.layer)
  return list
end

return { new = new, pull = pull, digest_of = digest_of }
