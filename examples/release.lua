-- A release: several names, made of images that are there, with one command and as often as you like.
--
--     REGISTRY=registry.example.com/team VERSION=1.4.2 bin/manifest plan examples/release.lua
--     REGISTRY=registry.example.com/team VERSION=1.4.2 bin/manifest apply examples/release.lua
--
-- The digests of the sources are kept in examples/release.lua.lock: a second run changes nothing, also when a source's
-- tag has moved meanwhile; `manifest apply --update` takes what the tags name now.

local registry = env("REGISTRY")
local version = env("VERSION", "latest")

--- The images of one program, as its builds push them: NAME:VERSION-ARCHITECTURE.
local function images(name, architectures)
  local list = {}
  for position, architecture in ipairs(architectures) do
    list[position] = ("%s/%s:%s-%s"):format(registry, name, version, architecture)
  end
  return list
end

--- 1.4.2 is also 1.4 and 1.
local function shorter(text)
  local tags = {}
  while text:find("%.") do
    text = text:match("^(.*)%.")
    tags[#tags + 1] = text
  end
  return tags
end

local tags = shorter(version)

return {
  -- Defaults of every target; a target that says one itself replaces it.
  annotations = { ["org.opencontainers.image.version"] = version },
  media_type = "oci",

  targets = {
    {
      target = ("%s/server:%s"):format(registry, version),
      tags = tags,
      sources = images("server", { "amd64", "arm64" }),
      expect = { "linux/amd64", "linux/arm64" },
    },
    {
      target = ("%s/client:%s"):format(registry, version),
      tags = tags,
      sources = images("client", { "amd64", "arm64" }),
    },
  },
}
