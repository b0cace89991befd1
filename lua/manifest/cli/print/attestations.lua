--- What `manifest attestations` prints.

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

local attestation_json = show.object({
  "kind", "type", "subject", { "platform", platform.to_json }, "manifest", "mediaType", "digest", "size", "builder",
  "buildType", { "materials", show.list(show.object({ "uri", "digest" })) }, "isAboutSubject", "error",
})

print.json = show.document({ "reference", "digest", { "attestations", show.list(attestation_json) } })

return print
