-- A release of five programs for six platforms: images, one index each, an SBOM and a signature attached, then the
-- tags move.
--
--     ./dev lua examples/five-programs.lua REGISTRY VERSION FOLDER KEY
--
-- FOLDER has an archive of each program and platform, PROGRAM-ARCHITECTURE.tar, and an SBOM of each program,
-- PROGRAM.spdx.json. KEY is a private key in PEM form, with which openssl signs the index's digest.

local manifest = require "manifest"

local PROGRAMS = { "server", "client", "worker", "admin", "migrate" }
local PLATFORMS = {
  { "amd64", "linux/amd64" }, { "arm64", "linux/arm64/v8" }, { "armv7", "linux/arm/v7" },
  { "ppc64le", "linux/ppc64le" }, { "riscv64", "linux/riscv64" }, { "s390x", "linux/s390x" },
}

local registry, version, folder, key = arg[1], arg[2], arg[3], arg[4]
if not key then
  io.stderr:write("usage: five-programs.lua REGISTRY VERSION FOLDER KEY\n")
  os.exit(125)
end

local function image(client, program, architecture, platform)
  return assert(client:image {
    target = ("%s/%s:%s-%s"):format(registry, program, version, architecture),
    platform = platform,
    layers = { ("%s/%s-%s.tar"):format(folder, program, architecture) },
    config = { Entrypoint = { "/bin/" .. program } },
  }).reference
end

--- The path of a file with the signature of a digest.
local function signature(program, digest)
  local text, signed = ("%s/%s.digest"):format(folder, program), ("%s/%s.sig"):format(folder, program)
  local file <close> = assert(io.open(text, "w"))
  assert(file:write(digest)):flush()
  assert(os.execute(("openssl dgst -sha256 -sign '%s' -out '%s' '%s'"):format(key, signed, text)))
  return signed
end

local function release(client, program)
  local sources = {}
  for position, one in ipairs(PLATFORMS) do
    sources[position] = image(client, program, one[1], one[2])
  end
  -- By digest, without a tag: nobody pulls it before all of it is there.
  local repository = ("%s/%s"):format(registry, program)
  local index = assert(client:index_create { target = repository, by_digest = true, sources = sources,
    expect = { "linux/amd64", "linux/arm64" } })
  local name = ("%s@%s"):format(repository, index.digest)
  assert(client:attach { subject = name, artifact_type = "application/spdx+json",
    files = { { path = ("%s/%s.spdx.json"):format(folder, program), media_type = "application/spdx+json" } } })
  assert(client:attach { subject = name, artifact_type = "application/vnd.example.signature",
    files = { signature(program, index.digest) } })
  return name
end

local client <close> = manifest.client()
local done = assert(client:all(PROGRAMS, function(program)
  return release(client, program)
end))
for _, name in ipairs(done) do
  assert(client:verify(name))
end
for _, name in ipairs(done) do
  assert(client:tag(name, { version, "latest" }))
  print(name)
end
