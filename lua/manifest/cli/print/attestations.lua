--- What `manifest attestations` prints.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local print = {}

function print.read(given)
  if given.all.json and given.options.raw then
    return "--json and --raw exclude each other: bytes are no document"
  end
end

local function describe(out, one)
  out:line(("%-10s  %-14s  %s  %s"):format(one.kind, show.platform_of(one), one.subject, one.type))
  if one.error then
    out:line("  it cannot be read: " .. one.error)
  end
  if one.is_about_subject == false then
    out:line("  its own words name another image")
  end
  if one.builder then
    out:line("  built by " .. one.builder)
  end
  for _, material in ipairs(one.materials or {}) do
    out:line(("  from %s%s"):format(material.uri, material.digest and "  " .. material.digest or ""))
  end
end

---@param out table output
---@param found manifest.AttestationsResult
function print.text(out, found)
  if found.raw then
    return out:write(found.raw)
  end
  for _, one in ipairs(found.attestations) do
    describe(out, one)
  end
end

local function material_json(one)
  return json.object({ { "uri", one.uri }, { "digest", one.digest } })
end

local function attestation_json(one)
  return json.object({
    { "kind", one.kind }, { "type", one.type }, { "subject", one.subject },
    { "platform", one.platform and platform.to_json(one.platform) }, { "manifest", one.manifest },
    { "mediaType", one.media_type }, { "digest", one.digest }, { "size", one.size }, { "builder", one.builder },
    { "buildType", one.build_type }, { "materials", one.materials and show.array(one.materials, material_json) },
    { "isAboutSubject", one.is_about_subject }, { "error", one.error },
  })
end

---@param found manifest.AttestationsResult
---@return table document
function print.json(_, found)
  return json.object({
    { "reference", found.reference }, { "digest", found.digest },
    { "attestations", show.array(found.attestations, attestation_json) },
  })
end

return print
