--- The images of one job, as spec.support.inputs.images pushes them: both families, platforms of every shape, tags and
--- digests, one repository or several, names whose file names sort unlike the command line.

local odd = require("spec.parity.odd")

local pool = {}

local PLATFORMS = {
  { os = "linux", architecture = "amd64" },
  { os = "linux", architecture = "arm", variant = "v7" },
  { os = "linux", architecture = "arm64", variant = "v8" },
  { os = "linux", architecture = "s390x" },
  { os = "linux", architecture = "386", ["os.features"] = { "sse", "a<b&c>" } },
  { os = "linux", architecture = "ppc64le", ["os.version"] = "5.10" },
  { os = "windows", architecture = "amd64", ["os.version"] = "10.0.17763.1" },
  { os = "windows", architecture = "amd64", ["os.version"] = "10.0.14393", ["os.features"] = { "win32k" } },
}

local REPOSITORIES = { "z-amd", "a.arm", "m_x", "b/c", "b-c", "target", "target/inner", "a", "zz9" }
local TAGS = { "1", "latest", "v1.0-x", "A_b", "2", "own" }
local MARKS = { ["org.example.<a>"] = "x & y", b = "\u{2028}", ["a/b"] = "é" }

local function new_image(r, job, number, used)
  local place, repository, tag
  repeat
    repository, tag = r:pick(REPOSITORIES), r:pick(TAGS)
    place = repository .. ":" .. tag
  until not used[place]
  used[place] = true
  local oci = r:chance(45)
  local incomplete = r:chance(8)
  local image = {
    name = "i" .. number,
    repository = job .. "/" .. repository,
    tag = tag,
    type = oci and "oci" or "docker",
    layers = r:chance(30) and { "shared", "shared", "own " .. number } or r:number(3),
    indent = r:pick({ 1, 2, 3, 4 }),
    platform = not incomplete and r:pick(PLATFORMS) or nil,
    config = r:chance(20) and { author = "<x>", created = "2020-01-01T00:00:00Z" } or nil,
    manifest = oci and r:chance(40) and { annotations = MARKS } or nil,
  }
  for field, value in pairs(r:chance(15) and r:pick(odd.images) or {}) do
    image[field] = value
  end
  return image
end

--- What all jobs share: images that create must refuse, or that list other images.
function pool.common()
  local entries, children = {}, {}
  for index, family in ipairs({ "docker", "oci" }) do
    local name = "child" .. index
    entries[#entries + 1] = { name = name, repository = "common/multi", tag = family, type = family,
      platform = PLATFORMS[index + 1] }
    children[index] = name
  end
  entries[#entries + 1] = { name = "list", repository = "common/multi", tag = "list", type = "docker-list",
    children = children }
  entries[#entries + 1] = { name = "index", repository = "common/multi", tag = "index", type = "oci-index",
    children = { children[2], children[1] }, annotations = MARKS }
  entries[#entries + 1] = { name = "attestation", repository = "common/multi", tag = "attestation", type = "oci",
    platform = { os = "unknown", architecture = "unknown" } }
  entries[#entries + 1] = { name = "bare", repository = "common/multi", tag = "bare", type = "docker" }
  entries[#entries + 1] = { name = "odd", repository = "common/multi", tag = "odd", type = "oci-index",
    children = { "attestation", "child2", "bare", "child2" } }
  entries[#entries + 1] = { name = "nested", repository = "common/multi", tag = "nested", type = "oci-index",
    children = { "index", "child1" } }
  entries[#entries + 1] = { name = "lists", repository = "common/multi", tag = "lists", type = "docker-list",
    children = { "list", "index" } }
  entries[#entries + 1] = { name = "badconfig", repository = "common/bad", tag = "config", type = "oci",
    config = { architecture = 5 } }
  return entries
end

--- Makes the images of a job.
---@param r table random
---@param job string the part of every repository's name that is the job's own
---@return table[] entries for images.push
function pool.make(r, job)
  local entries, used = {}, {}
  for number = 1, 4 + r:number(3) do
    entries[number] = new_image(r, job, number, used)
  end
  return entries
end

return pool
