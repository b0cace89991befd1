-- One name for images of several architectures: create the list, annotate it, push it, look at what a pull will find.
--
--     ./dev lua examples/create-annotate-push.lua TARGET IMAGE[=PLATFORM]...
--
-- IMAGE is an image in the registry of TARGET; what it says of its platform stands unless PLATFORM corrects it:
--
--     ./dev lua examples/create-annotate-push.lua localhost:5000/app:1.0 \
--       localhost:5000/amd64-app:1.0 localhost:5000/arm64v8-app:1.0=linux/arm64/v8

local manifest = require "manifest"

local target = arg[1]
if not arg[2] then
  io.stderr:write("usage: create-annotate-push.lua TARGET IMAGE[=PLATFORM]...\n")
  os.exit(125)
end
---@cast target string

local images, corrections = {}, {} ---@type string[], table<string, table?>
for position = 2, #arg do
  local image, platform = arg[position]:match("^([^=]+)=?(.*)$")
  images[#images + 1] = image
  corrections[image] = platform ~= "" and assert(manifest.platform.parse(platform)) or nil
end

local client <close> = manifest.client()

-- A list left over from a run that was interrupted would keep its old entries.
client:rm(target)

local created = assert(client:create(target, images))
print(("created %s: a local list of %d images"):format(created.reference, #images))

for _, image in ipairs(images) do
  local wanted = corrections[image]
  if wanted then
    assert(client:annotate(target, image, { os = wanted.os, arch = wanted.architecture, variant = wanted.variant }))
    print(("annotated %s: %s"):format(image, manifest.platform.format(wanted)))
  end
end

local pushed = assert(client:push(target, { purge = true }))
print(("pushed %s"):format(pushed.digest))

-- From here on everything is read back from the registry.
local seen = assert(client:inspect(target))
assert(seen.digest == pushed.digest, "the registry serves another list than the one that was pushed")
print(("inspected: %s, %d bytes"):format(seen.media_type, seen.size))
---@cast seen.entries -nil it is a list
for _, entry in ipairs(seen.entries) do
  print(("  %-16s %s"):format(manifest.platform.format(entry.platform), entry.digest))
end

for _, entry in ipairs(seen.entries) do
  local platform = manifest.platform.format(entry.platform)
  local taken = assert(client:resolve(target, platform))
  assert(taken.digest == entry.digest, "a pull on " .. platform .. " takes another image")
end
print("resolved: a pull on each of these platforms takes its own image")
