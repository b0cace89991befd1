-- A release for several architectures: build each image, push it under its own name, then one list over all of them.
-- The names are those of Docker Hub's official images: amd64-php, arm64v8-php, arm32v7-php, ... and php for the list.
--
--     ./dev lua examples/arm-build.lua NAMESPACE NAME:TAG FOLDER
--
-- FOLDER holds one file system archive for each architecture to release: amd64.tar, arm64v8.tar, arm32v7.tar, ...
--
--     ./dev lua examples/arm-build.lua localhost:5000/khs1994 php:7.3.8 build/rootfs

local manifest = require "manifest"

local PLATFORMS = {
  { "amd64", "linux/amd64" }, { "arm32v5", "linux/arm/v5" }, { "arm32v6", "linux/arm/v6" },
  { "arm32v7", "linux/arm/v7" }, { "arm64v8", "linux/arm64/v8" }, { "i386", "linux/386" },
  { "ppc64le", "linux/ppc64le" }, { "riscv64", "linux/riscv64" }, { "s390x", "linux/s390x" },
}

local namespace, name, folder = arg[1], arg[2], arg[3]
if not folder then
  io.stderr:write("usage: arm-build.lua NAMESPACE NAME:TAG FOLDER\n")
  os.exit(125)
end

local builds = {}
for _, known in ipairs(PLATFORMS) do
  local archive = ("%s/%s.tar"):format(folder, known[1])
  local file = io.open(archive)
  if file then
    file:close()
    builds[#builds + 1] = { target = ("%s/%s-%s"):format(namespace, known[1], name), platform = known[2],
      layers = { archive }, config = { Cmd = { "/bin/sh" } } }
  end
end
assert(#builds > 0, "no archive in " .. folder)

local client <close> = manifest.client()

-- Several at once; the results come in the order of the list.
local images = assert(client:all(builds, function(build)
  return client:image(build)
end))

local target, sources = namespace .. "/" .. name, {}
for position, image in ipairs(images) do
  print(("%-16s %s %s"):format(builds[position].platform, image.reference, image.digest))
  sources[position] = image.reference
end

client:rm(target) -- what an interrupted run left
assert(client:create(target, sources))
print(("%-16s %s %s"):format("list", target, assert(client:push(target, { purge = true })).digest))
