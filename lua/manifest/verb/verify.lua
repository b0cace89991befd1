--- verify: is everything that a reference names there, whole, and of the platform that it is said to be?
--
-- One damaged part does not end the check: all that is wrong is reported together.

local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local findings = require("manifest.verb.verify.findings")
local layer_scan = require("manifest.layer.layer_scan")
local nodes = require("manifest.graph.node")
local read = require("manifest.graph.read")
local text = require("manifest.base.text")
local walk = require("manifest.graph.walk")

local caught, fail, try = failure.caught, failure.fail, failure.try

local verify = declare.verb {
  name = "verify", network = true,
  description = "Fetches every manifest, config and layer once and checks its digest and size, and that each config "
    .. "has the platform that the index says, and a diff ID for each layer. Exit status 2: something is wrong.",
  arguments = { { "ref", "location", help = "What to check" } },
  options = {
    binaries = { "boolean", help = "Also open the layers: their diff IDs, the machine of their programs" },
  },
  examples = {
    "verify registry.example.com/app:1.0",
    "verify --binaries --json oci:/backup/app:1.0",
  },
}

--- The blobs of all documents, each digest once: {digest, size, media_type, foreign, is_config, sizes}.
local function blobs_of(list)
  local blobs, by_digest = {}, {}
  for _, node in ipairs(list) do
    for position, blob in ipairs(node:blobs()) do
      local known = by_digest[blob.digest]
      if not known then
        known = blob
        by_digest[blob.digest], blobs[#blobs + 1] = blob, blob
        blob.sizes = {}
      end
      known.is_config = known.is_config or (position == 1 and node.view ~= nil and node.view.config ~= nil)
      known.foreign = known.foreign and blob.foreign
      known.sizes[blob.size] = true
    end
  end
  return blobs, by_digest
end

--- Reads a layer through a scan of what is in it. Damage inside is kept apart: the digest is over all of the bytes.
local function scan_layer(repository, blob)
  local scan = layer_scan.new()
  local size = try(repository:read_blob(blob.digest, function(piece)
    blob.damage = blob.damage or select(2, caught(scan.feed, scan, piece))
  end))
  if not blob.damage then
    blob.scan, blob.damage = caught(scan.finish, scan)
  end
  return size
end

--- Fetches a config into memory, anything else in pieces.
---@return integer size
local function fetch(repository, blob, binaries)
  if blob.is_config and blob.size <= nodes.CONFIG_LIMIT then
    blob.raw = try(repository:blob(blob.digest, nodes.CONFIG_LIMIT))
    return #blob.raw
  end
  if binaries and findings.is_opened(blob) then
    return scan_layer(repository, blob)
  end
  return (try(repository:read_blob(blob.digest)))
end

--- Raises what says nothing of the image: no network, no login. Then the check itself failed.
local function check_cause(err)
  if err and not findings.is_finding(err) then
    fail(err)
  end
end

---@class manifest.VerifyReport
---@field reference string
---@field digest string
---@field media_type string
---@field checked {manifests: integer, blobs: integer, size: integer, programs: integer?}
---@field problems {code: string, digest: string, message: string}[]
---@field notes {digest: string, message: string}[]

--- When something is wrong, the failure is `check_failed`, with the report.
---@param call manifest.Call
---@param given string|manifest.Location
---@param o manifest.VerifyOptions
---@return manifest.VerifyReport
function verify.run(call, given, o)
  local at = call:open(given)
  local _ <close> = failure.about(at.text)
  local answer = read.document_of("verify", at)
  local root = nodes.root(call, answer)
  local list = walk.all(root, { tolerant = true })
  for _, node in ipairs(list) do
    check_cause(node.err)
  end
  local blobs, by_digest = blobs_of(list)
  call:each(blobs, function(blob)
    blob.found, blob.err = caught(fetch, at.repository, blob, o.binaries)
    check_cause(blob.err)
  end)
  local report = findings.of(root, list, by_digest, { binaries = o.binaries, listed_size = answer.listed_size })
  report.reference, report.digest, report.media_type = at.text, root.digest, root.media_type
  local count = #report.problems
  if count > 0 then
    fail {
      code = "check_failed", report = report,
      message = ("%s: %s"):format(text.count(count, "problem"), report.problems[1].message),
    }
  end
  return report
end

return verify
