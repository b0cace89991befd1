-- A step of the demo: one image for each architecture, from an archive with Debian's busybox in it.
--
--     examples/demo/images.lua NAMESPACE NAME:TAG FOLDER

local manifest = require "manifest"

-- Debian's name of the architecture, Docker Hub's prefix, the platform of the image.
local ARCHITECTURES = {
  { "amd64", "amd64", "linux/amd64" },
  { "arm64", "arm64v8", "linux/arm64" },
  { "armhf", "arm32v7", "linux/arm/v7" },
  { "armel", "arm32v5", "linux/arm/v5" },
  { "i386", "i386", "linux/386" },
  { "ppc64el", "ppc64le", "linux/ppc64le" },
  { "s390x", "s390x", "linux/s390x" },
}

local namespace, name, folder = arg[1], arg[2], arg[3]
local client <close> = manifest.client()

local images = assert(client:all(ARCHITECTURES, function(architecture)
  local debian, prefix, platform = table.unpack(architecture)
  return client:image {
    target = ("%s/%s-%s"):format(namespace, prefix, name),
    layers = { ("%s/%s.tar"):format(folder, debian) },
    platform = platform,
    config = { Entrypoint = { "/bin/busybox" }, Cmd = { "sh" }, Env = { "PATH=/bin" } },
  }
end))

for position, image in ipairs(images) do
  local architecture = ARCHITECTURES[position] --[[@as string[] ]]
  print(("  %-14s %s"):format(architecture[3], image.reference))
end
