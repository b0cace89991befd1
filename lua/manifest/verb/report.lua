--- report: all that a reference names, for people to read: platforms, what each image is made of and which share it,
-- what speaks about them, and what changed since another one. As data, and as a page.

local attestation = require("manifest.document.attestation")
local comparison = require("manifest.graph.comparison")
local core = require("manifest.base.core")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local json = require("manifest.base.json")
local page = require("manifest.document.report.page")
local platform = require("manifest.graph.platform")
local referrer_list = require("manifest.repository.referrer_list")

local try = failure.try

local report = declare.verb {
  name = "report", network = true,
  description = "With option 'html', a page of its own in a file: it needs no network and no script.",
  arguments = { { "ref", "location", help = "An index, or an image" } },
  options = {
    against = { "location", value = "old", help = "Also what changed since that one" },
    html = { "file", help = "Write a page to this file" },
  },
  examples = {
    "report --html app.html registry.example.com/app:1.1",
    "report --against registry.example.com/app:1.0 registry.example.com/app:1.1",
  },
}

local READABLE = tonumber("644", 8)

--- The history that a config tells; what is of no use there is left out.
local function history_of(config)
  local list = {}
  local given = json.is_object(config) and json.is_array(config.history) and config.history or {}
  for position, one in ipairs(given) do
    local function text(name)
      return json.is_object(one) and type(one[name]) == "string" and one[name] or nil
    end
    list[position] = {
      created = text("created"), created_by = text("created_by"), comment = text("comment"),
      empty = json.is_object(one) and one.empty_layer == true or nil,
    }
  end
  return list
end

--- What an image consists of. One that cannot be read says why.
local function image_of(edge)
  local node, entry = edge.node, edge.entry
  local shown = {
    kind = node.kind, media_type = node.media_type, digest = node.digest, size = node.size,
    platform = edge.platform or entry.platform, annotations = entry.annotations, layers = {}, history = {},
    content_size = 0,
  }
  shown.err = select(2, failure.caught(node.load, node))
  local view = node.view
  if shown.err or not view then -- what is neither a manifest nor an index has nothing inside
    return shown
  end
  shown.kind, shown.media_type, shown.size = node.kind, node.media_type, node.size
  shown.annotations, shown.artifact_type = entry.annotations or view.annotations, view.artifact_type
  shown.config, shown.layers = view.config, view.layers or {}
  for _, blob in ipairs(node:blobs()) do
    shown.content_size = shown.content_size + blob.size
  end
  if node.kind == "image" and view.config then
    shown.err = select(2, failure.caught(node.config, node))
    local config = not shown.err and json.decode(node:config())
    shown.history = history_of(config)
    shown.created = json.is_object(config) and type(config.created) == "string" and config.created or nil
  end
  return shown
end

--- What an attestation says, by the types of its statements.
local function attestation_of(edge)
  local shown = {
    digest = edge.node.digest, subject = attestation.subject(edge.entry), predicates = {},
  }
  local node = failure.caught(edge.node.load, edge.node)
  for _, layer in ipairs(node and node.view.layers or {}) do
    shown.predicates[#shown.predicates + 1] = attestation.predicate(layer)
  end
  return shown
end

--- Layers, each once, and the images that have it.
local function layers_of(images)
  local list, by_digest = {}, {}
  for position, image in ipairs(images) do
    for _, layer in ipairs(image.layers) do
      local one = by_digest[layer.digest]
      if not one then
        one = { digest = layer.digest, size = layer.size, media_type = layer.media_type, images = {} }
        by_digest[layer.digest], list[#list + 1] = one, one
      end
      if one.images[#one.images] ~= position then
        one.images[#one.images + 1] = position
      end
    end
  end
  return list
end

--- What refers to the document or to one of its images.
local function referrers_of(call, repository, root, images)
  local subjects, seen, found = { root.digest }, { [root.digest] = true }, {}
  for _, image in ipairs(images) do
    if not seen[image.digest] and not image.err then
      seen[image.digest] = true
      subjects[#subjects + 1] = image.digest
    end
  end
  local lists = call:each(subjects, function(subject)
    return referrer_list.of(repository, subject)
  end)
  for position, list in ipairs(lists) do
    for _, one in ipairs(list) do
      one.subject = subjects[position]
      found[#found + 1] = one
    end
  end
  return found
end

--- Bytes of the distinct blobs.
local function content_size(images)
  local seen, size = {}, 0
  for _, image in ipairs(images) do
    for _, blob in ipairs({ image.config, table.unpack(image.layers) }) do
      size = size + (seen[blob.digest] and 0 or blob.size)
      seen[blob.digest] = true
    end
  end
  return size
end

---@class manifest.ReportResult
---@field reference string
---@field kind "index"|"image"|"artifact"
---@field media_type string
---@field digest string
---@field size integer bytes of the document itself
---@field content_size integer bytes of all configs and layers, each once
---@field annotations table<string, string>?
---@field artifact_type string?
---@field images manifest.ReportImage[]
---@field layers {digest: string, size: integer, media_type: string, images: integer[]}[] each once; positions of images
---@field attestations {digest: string, subject: string?, predicates: string[]}[]
---@field referrers manifest.ReportReferrer[]
---@field changes manifest.DiffReport? of option `against`
---@field html string? the file that was written

---@class manifest.ReportImage: manifest.Descriptor
---@field kind "image"|"artifact"|"blob"
---@field content_size integer bytes of its config and layers
---@field config manifest.Descriptor?
---@field layers manifest.Descriptor[]
---@field created string?
---@field history {created: string?, created_by: string?, comment: string?, empty: boolean?}[]
---@field err manifest.Error? why it could not be read

---@class manifest.ReportReferrer: manifest.Descriptor
---@field subject string the digest that it refers to

--- A GET a document and a config, and one for the referrers of each.
---@param call manifest.Call
---@param ref string|manifest.Location
---@param o manifest.ReportOptions
---@return manifest.ReportResult
function report.run(call, ref, o)
  local at = call:open(ref)
  local _ <close> = failure.about(at.text)
  local sides = comparison.open(call, { at, o.against and call:open(o.against, { also = at }) or nil })
  local root, said, about = sides[1].root, {}, {}
  for _, edge in ipairs(platform.images(root)) do
    table.insert(attestation.is(edge.entry) and about or said, edge)
  end
  local images = call:each(said, image_of)
  local done = {
    reference = at.text, kind = root.kind, media_type = root.media_type, digest = root.digest, size = root.size,
    content_size = content_size(images), annotations = root.view.annotations, artifact_type = root.view.artifact_type,
    images = images, layers = layers_of(images), attestations = call:each(about, attestation_of),
    referrers = referrers_of(call, at.repository, root, images),
    changes = sides[2] and comparison.of(call, sides[2], sides[1]) or nil, html = o.html,
  }
  if o.html then
    try(core.file.replace(o.html, page.of(done), { mode = READABLE }))
  end
  return done
end

return report
