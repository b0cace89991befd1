--- attach: files as an artifact that refers to an image: an SBOM, a signature, a report.
--
-- The artifact is an OCI manifest with a subject. A registry that keeps referrers says so when it stores one; for any
-- other the list under the subject's tag is kept up here.

local built = require("manifest.verb.built")
local check = require("manifest.base.check")
local hints = require("manifest.declare.hints")
local image = require("manifest.document.image")
local measure = require("manifest.layer.measure")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local resolve = require("manifest.verb.resolve")
local source = require("manifest.graph.read")

local attach = {}

local OPTIONS = {
  subject = "string|table", -- what the artifact belongs to
  files = "table", -- paths; or tables {path, media_type, title, annotations}
  artifact_type = "string", -- what kind of artifact it is, as a media type
  annotations = "table", -- of the artifact
  platform = "string|table", -- the subject is the image of an index for it
  shared = "boolean", -- false: nobody else attaches to it now
}

local FILE_OPTIONS = { path = "string", media_type = "string", title = "string|boolean", annotations = "table" }

local TITLE = "org.opencontainers.image.title"
local DEFAULT_FILE_TYPE = "application/octet-stream"
local EMPTY = "{}"

local function check_options(options)
  check.options("attach", options, OPTIONS, 3)
  for _, name in ipairs({ "subject", "files", "artifact_type" }) do
    if options[name] == nil then
      error(("attach: option '%s' is needed"):format(name), 3)
    end
  end
  local files = {}
  for position, given in ipairs(options.files) do
    files[position] = type(given) == "string" and { path = given } or given
    check.options(("attach: file %d"):format(position), files[position], FILE_OPTIONS, 3)
    check.type(("attach: file %d: path"):format(position), files[position].path, "string", 3)
    check.texts(("attach: file %d: annotations"):format(position), files[position].annotations, 3)
  end
  check.texts("attach: annotations", options.annotations, 3)
  return files
end

local function check_types(files, artifact_type)
  local ok, err = media_type.check(artifact_type)
  for _, file in ipairs(files) do
    if ok and file.media_type then
      ok, err = media_type.check(file.media_type)
    end
  end
  return ok, err
end

--- The descriptor of a file, with its name as a title.
local function describe(file)
  local measured, err = measure.file(file.path)
  if not measured then
    return nil, err
  end
  local annotations = {}
  for name, value in pairs(file.annotations or {}) do
    annotations[name] = value
  end
  if file.title ~= false then
    annotations[TITLE] = file.title or annotations[TITLE] or file.path:match("[^/]*$")
  end
  return {
    media_type = file.media_type or DEFAULT_FILE_TYPE, digest = measured.digest, size = measured.size,
    annotations = annotations,
  }
end

--- The artifact's manifest, and the blobs that go with it. Pure.
---@param subject table descriptor
---@param layers table[] descriptors of the files
---@param paths string[] of the files, in the same order
---@param parts table artifact_type, annotations
---@return table|nil plan of built.lua; also layers
---@return table|nil err
function attach.plan(subject, layers, paths, parts)
  local empty = built.descriptor(EMPTY, media_type.oci_empty)
  local blobs = { { digest = empty.digest, body = { body = EMPTY } } }
  for index, layer in ipairs(layers) do
    blobs[index + 1] = { digest = layer.digest, body = { body_file = paths[index] } }
  end
  local bytes, err = image.build({
    media_type = media_type.oci_manifest, artifact_type = parts.artifact_type, config = empty,
    layers = #layers > 0 and layers or { empty }, annotations = parts.annotations,
    subject = { media_type = subject.media_type, digest = subject.digest, size = subject.size },
  })
  if not bytes then
    return nil, err
  end
  local plan = built.new(bytes, media_type.oci_manifest, blobs)
  plan.layers = layers
  return plan
end

--- The descriptor that the artifact will name.
local function subject_of(at, platform)
  if platform then
    return resolve.at("attach", at, platform)
  end
  local found, err = source.descriptor_of("attach", at)
  if found and found.media_type and found.size then
    return found
  end
  if found then -- some registries leave out of a HEAD what the descriptor needs
    return source.document_of("attach", at)
  end
  return nil, err
end

local function prepare(at, files, options)
  local ok, err = check_types(files, options.artifact_type)
  if not ok then
    return nil, err
  end
  local layers, paths = {}, {}
  for index, file in ipairs(files) do
    layers[index], err = describe(file)
    paths[index] = file.path
    if not layers[index] then
      return nil, err
    end
  end
  local subject
  subject, err = subject_of(at, options.platform)
  if not subject then
    return nil, err
  end
  local plan
  plan, err = attach.plan(subject, layers, paths, options)
  return plan, plan and subject or err
end

--- Attaches files to an image: what is wrong with the files is told before anything is sent.
---@param context table
---@param options table see OPTIONS; subject, files and artifact_type are needed
---@return table|nil done {reference, digest, size, media_type, artifact_type, subject = descriptor,
--- files = descriptors, fallback_tag = of the list that was kept up, where the registry has no referrers API}
---@return table|nil err not_found, invalid_argument, unauthorized, denied, conflict, io, ...
function attach.perform(context, options)
  local files = check_options(options)
  local at, err = context:open("attach", options.subject, {
    actions = "pull,push", shared = options.shared,
  })
  if not at then
    return nil, err
  end
  local plan, subject = prepare(at, files, options)
  local sent
  if plan then
    sent, err = built.send(context, at.repository, plan, plan.manifest.digest)
  else
    err = subject
  end
  if not sent then
    return nil, err:with({ verb = "attach", ref = at.text, hint = hints.PUSH[err.code] })
  end
  return {
    reference = names.name_of(at, plan.manifest.digest), digest = plan.manifest.digest, size = plan.manifest.size,
    media_type = media_type.oci_manifest, artifact_type = options.artifact_type, files = plan.layers,
    subject = { media_type = subject.media_type, digest = subject.digest, size = subject.size },
    fallback_tag = sent.listed or nil,
  }
end

return attach
