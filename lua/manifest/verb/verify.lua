--- verify: is everything that a reference names there, whole, and of the platform that it is said to be?
--
-- One damaged part does not end the check: all that is wrong is told together.

local blob_stream = require("manifest.graph.blob_stream")
local check = require("manifest.base.check")
local error_of = require("manifest.base.error")
local findings = require("manifest.verb.verify.findings")
local image = require("manifest.document.image")
local layer_scan = require("manifest.layer.layer_scan")
local source = require("manifest.graph.read")
local walk = require("manifest.graph.walk")

local verify = {}

local OPTIONS = { binaries = "boolean" }

--- The blobs of all images, each digest once: {digest, size, foreign, is_config, images}.
---@param walked table of walk.from
function verify.plan(walked)
  local blobs, by_digest = {}, {}
  for _, node in ipairs(walked.nodes) do
    for position, blob in ipairs(node.image and image.blobs(node.image) or {}) do
      local known = by_digest[blob.digest]
      if not known then
        known = blob
        by_digest[blob.digest], blobs[#blobs + 1] = blob, blob
        blob.images = {}
      end
      known.is_config = known.is_config or position == 1
      known.foreign = known.foreign and blob.foreign
      known.images[#known.images + 1] = node.digest
      known.sizes = known.sizes or {}
      known.sizes[blob.size] = true
    end
  end
  return blobs, by_digest
end

--- Reads a layer through a scan of its programs. Damage inside is kept apart: the digest is over all of the bytes.
local function scan_layer(repository, blob)
  local scan, damage = layer_scan.new(), nil
  local size, err = blob_stream.read(repository, blob.digest, function(piece)
    if not damage then
      local _
      _, damage = scan:feed(piece)
    end
    return true
  end)
  if not size then
    return nil, err
  end
  if not damage then
    blob.scan, damage = scan:finish()
  end
  blob.damage = damage
  return size
end

--- Fetches a config into memory, anything else in pieces.
---@return integer|nil size
---@return table|nil err
local function fetch(repository, blob, binaries)
  if blob.is_config and blob.size <= source.CONFIG_LIMIT then
    local bytes, err = repository:blob(blob.digest, { limit = source.CONFIG_LIMIT })
    blob.bytes = bytes
    return bytes and #bytes, err
  end
  -- An artifact's files are no archives: what is one says so in its media type.
  if binaries and not blob.is_config and blob.media_type:find(".tar", 1, true) then
    return scan_layer(repository, blob)
  end
  return blob_stream.read(repository, blob.digest)
end

--- Fetches one blob and notes what it is.
local function examine(repository, blob, binaries)
  local size, err = fetch(repository, blob, binaries)
  blob.found, blob.err = size, err
  -- A cause that is not of this blob (no network, no login) is no finding: the check itself failed.
  if err and not findings.is_finding(err) then
    return nil, err
  end
  return true
end

local function look(context, at, options)
  local walked, err = walk.from(context, "verify", at)
  if not walked then
    return nil, err
  end
  for _, node in ipairs(walked.nodes) do
    if node.err and not findings.is_finding(node.err) then
      return nil, node.err
    end
  end
  local blobs, by_digest = verify.plan(walked)
  local ok
  ok, err = context.loop:all(blobs, context.jobs, function(blob)
    return examine(at.repository, blob, options.binaries)
  end)
  if not ok then
    return nil, err
  end
  local report = findings.of(walked, by_digest, options)
  report.reference, report.digest, report.media_type = at.text, walked.root.digest, walked.root.media_type
  return report
end

local function failure(report)
  local first = report.problems[1]
  return error_of.new({
    code = "check_failed", report = report,
    message = ("%d %s: %s"):format(#report.problems, #report.problems == 1 and "problem" or "problems", first.message),
  })
end

--- Verifies a reference: fetches and hashes every document and blob that it names, once.
---@param context table
---@param given string|table reference
---@param options table|nil {binaries = also look at the programs inside the layers}
---@return table|nil report {reference, digest, media_type, checked = {documents, blobs, size, programs}, problems,
--- notes}
---@return table|nil err check_failed with err.report, when something is wrong; else why it could not be checked
function verify.perform(context, given, options)
  options = check.options("verify", options, OPTIONS)
  return context:visit("verify", given, function(at)
    local report, err = look(context, at, options)
    if report and #report.problems > 0 then
      return nil, failure(report)
    end
    return report, err
  end)
end

return verify
