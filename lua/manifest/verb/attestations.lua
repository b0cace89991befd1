--- attestations: what is said about images: the provenance and SBOMs that BuildKit puts into an index, and what refers
-- to its images.

local attestation = require("manifest.document.attestation")
local choice = require("manifest.document.platform_choice")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local nodes = require("manifest.graph.node")
local platform_name = require("manifest.name.platform")
local platforms = require("manifest.graph.platform")
local referrer_list = require("manifest.repository.referrer_list")
local statement = require("manifest.document.statement")

local fail, try = failure.fail, failure.try

local LARGEST = 64 * 1024 * 1024 -- bytes of a statement: SBOMs list every file

local attestations = declare.verb {
  name = "attestations", network = true,
  description = "Of BuildKit's attestation manifests and of referrers: what kind each is, and about which image; of "
    .. "a provenance also who built it, and from what. Nothing is verified but digests. TYPE: provenance, sbom, vex, "
    .. "signature, or the whole type.",
  arguments = { { "ref", "location", help = "An index, or an image" } },
  options = {
    platform = { "platform", help = "Only those about the image for this platform" },
    type = { "string", help = "Only those of this type" },
    raw = { "boolean", help = "Print the exact bytes of the one that is meant" },
  },
  examples = {
    "attestations docker.io/moby/buildkit:latest",
    "attestations --platform linux/arm64 --type sbom --raw example.com/app:1.0",
  },
}

--- Images and what an index says about them, of one platform or of all.
---@return table[] images {digest, platform, node}
---@return table[] abouts edges to attestation manifests
local function sort_out(root, wanted)
  local images, abouts, known = {}, {}, {}
  for _, edge in ipairs(platforms.images(root, { said_only = not wanted })) do
    local digest = edge.node.digest
    if attestation.is(edge.entry) then
      abouts[#abouts + 1] = edge
    elseif edge.node.kind ~= "blob" and (not wanted or choice.fits(wanted, edge)) then
      images[#images + 1] = { digest = digest, platform = edge.platform, node = edge.node }
      known[digest] = true
    end
  end
  if wanted and #images == 0 then
    fail { code = "not_found", message = "there is no image for " .. platform_name.format(wanted) }
  end
  local kept = {}
  for _, edge in ipairs(abouts) do
    kept[#kept + 1] = known[attestation.subject(edge.entry) or ""] and edge or nil
  end
  return images, kept
end

--- The files of an attestation, each an item of the result.
local function items_of(node, subject, platform, artifact_type)
  local items = {}
  for position, layer in ipairs(node.view and node.view.layers or {}) do
    local kind = attestation.predicate(layer) or artifact_type or layer.media_type
    items[position] = {
      kind = statement.kind(kind), type = kind, subject = subject, platform = platform, manifest = node.digest,
      digest = layer.digest, size = layer.size, media_type = layer.media_type, repository = node.repository,
    }
  end
  return items
end

--- Those of an index.
local function of_index(call, images, abouts)
  local by_digest = {}
  for _, one in ipairs(images) do
    by_digest[one.digest] = one
  end
  return call:each(abouts, function(edge)
    local subject = attestation.subject(edge.entry)
    if not failure.allow("not_found", failure.caught(edge.node.load, edge.node)) then
      call:warn(("the attestation %s about %s is not there"):format(edge.node.digest, subject))
      return {}
    end
    return items_of(edge.node, subject, by_digest[subject].platform)
  end)
end

--- Is a referrer something said about an image, and not a report or a chart?
local function is_statement(entry)
  local type = entry.artifact_type or ""
  return statement.kind(type) ~= "other" or statement.may_hold(type)
end

--- Those that refer to an image, or to the index.
local function of_referrers(call, repository, subjects)
  return call:each(subjects, function(one)
    local list = {}
    for _, entry in ipairs(referrer_list.of(repository, one.digest)) do
      if is_statement(entry) then
        local items = items_of(nodes.named(call, repository, entry), one.digest, one.platform, entry.artifact_type)
        table.move(items, 1, #items, #list + 1, list)
      end
    end
    return list
  end)
end

--- What a provenance, or a statement of which only this tells the kind, says itself. A bundle may hold a signature and
--- nothing else.
local function look_inside(item)
  local is_open = item.kind == "other" or item.kind == "signature"
  if item.kind ~= "provenance" and not (is_open and statement.may_hold(item.media_type)) then
    return
  end
  local said, why = statement.read(try(item.repository:blob(item.digest, LARGEST)))
  if not said then
    item.error = item.kind ~= "signature" and why.message or nil
    return
  end
  item.type, item.kind = said.predicate_type, statement.kind(said.predicate_type)
  item.builder, item.build_type, item.materials = said.builder, said.build_type, said.materials
  item.is_about_subject = said.subjects[item.subject] or false
end

local function is_wanted(item, type)
  return not type or item.kind == type or item.type == type or item.media_type == type
end

--- The bytes of the only one.
local function raw_of(list)
  if #list ~= 1 then
    fail {
      code = #list == 0 and "not_found" or "ambiguous",
      message = #list == 0 and "there is no such attestation" or ("there are %d such attestations"):format(#list),
      hint = "choose with options 'platform' and 'type'; without option 'raw' all are listed",
    }
  end
  return try(list[1].repository:blob(list[1].digest, LARGEST))
end

---@class manifest.Material
---@field uri string
---@field digest string?

---@class manifest.Attestation
---@field kind "provenance"|"sbom"|"vex"|"signature"|"other"
---@field type string of the predicate; where there is none of the artifact
---@field subject string digest of the image
---@field platform manifest.Platform?
---@field manifest string digest of the manifest that holds it
---@field digest string of its bytes
---@field size integer bytes
---@field media_type string
---@field builder string? of a provenance
---@field build_type string?
---@field materials manifest.Material[]?
---@field is_about_subject boolean? false: the statement names other digests than the image's
---@field error string? why it cannot be read

---@class manifest.AttestationsResult
---@field reference string
---@field digest string
---@field attestations manifest.Attestation[]
---@field raw string? exact bytes of the only one, with option `raw`

---@param call manifest.Call
---@param ref string|manifest.Location
---@param o manifest.AttestationsOptions
---@return manifest.AttestationsResult
function attestations.run(call, ref, o)
  local at = call:open(ref)
  local _ <close> = failure.about(at.text)
  local root = nodes.open(call, at)
  local images, abouts = sort_out(root, o.platform)
  local subjects = { table.unpack(images) }
  if root.kind == "index" and not o.platform then
    table.insert(subjects, 1, { digest = root.digest })
  end
  local groups, list = of_index(call, images, abouts), {}
  local more = of_referrers(call, at.repository, subjects)
  for _, items in ipairs(table.move(more, 1, #more, #groups + 1, groups)) do
    table.move(items, 1, #items, #list + 1, list)
  end
  call:each(list, look_inside)
  local chosen = {}
  for _, item in ipairs(list) do
    chosen[#chosen + 1] = is_wanted(item, o.type) and item or nil
  end
  local raw = o.raw and raw_of(chosen) or nil
  for _, item in ipairs(chosen) do
    item.repository = nil
  end
  return { reference = at.text, digest = root.digest, attestations = chosen, raw = raw }
end

return attestations
