-- What would a pull take, on each platform? For a list or an index: the best match; for one image: that, if it fits.
--
--     ./dev lua examples/pull-platform.lua IMAGE [PLATFORM...]
--
-- Exit status 2 when a platform that was named gets nothing.

local manifest = require "manifest"

local COMMON = {
  "linux/amd64", "linux/386", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5", "linux/ppc64le",
  "linux/riscv64", "linux/s390x", "windows/amd64",
}

local image = arg[1]
if not image then
  io.stderr:write("usage: pull-platform.lua IMAGE [PLATFORM...]\n")
  os.exit(125)
end
---@cast image string

local named = table.move(arg, 2, #arg, 1, {})
local missing = 0

local function report()
  local client <close> = manifest.client()
  for _, platform in ipairs(named[1] and named or COMMON) do
    local taken, err = client:resolve(image, platform)
    if taken then
      print(("%-16s %s  built for %s"):format(platform, taken.digest, manifest.platform.format(taken.platform)))
    elseif err.code == "not_found" and not err.status then
      print(("%-16s nothing"):format(platform))
      missing = missing + 1
    else
      error(err, 0) -- the registry could not be asked, or there is no such image
    end
  end
end

report()
os.exit(named[1] and missing > 0 and 2 or 0, true)
