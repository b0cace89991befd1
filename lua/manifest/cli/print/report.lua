--- What `manifest report` prints.

local json = require("manifest.base.json")
local show = require("manifest.cli.show")

local print = {}

--- How many layers of an image others have, too.
local function shared_layers(report, position)
  local count = 0
  for _, layer in ipairs(report.layers) do
    for _, one in ipairs(layer.images) do
      count = count + (one == position and #layer.images > 1 and 1 or 0)
    end
  end
  return count
end

local function image_line(report, position, image)
  if image.err then
    return ("  %-18s %s  (%s)"):format(show.platform_of(image), image.digest, image.err.message)
  end
  local shared = shared_layers(report, position)
  return ("  %-18s %s  %s in %s%s"):format(show.platform_of(image), image.digest, show.size(image.content_size),
    show.count(#image.layers, "layer"), shared > 0 and (", %d shared"):format(shared) or "")
end

---@param out table output
---@param report manifest.ReportResult
---@param options table
function print.text(out, report, options)
  out:line(("%s  %s  %s"):format(report.reference, report.kind, report.digest))
  for position, image in ipairs(report.images) do
    out:line(image_line(report, position, image))
  end
  out:line(("%s, %s, %s, %s, %s"):format(show.count(#report.images, "image"), show.count(#report.layers, "layer"),
    show.size(report.content_size), show.count(#report.attestations, "attestation"),
    show.count(#report.referrers, "referrer")))
  if report.changes then
    out:line("since " .. report.changes.old.reference .. ":")
    if report.changes.equal then
      out:line("the same, byte for byte")
    end
    require("manifest.cli.print.diff").text(out, report.changes)
  end
  if options.html then
    out:line("written to " .. options.html)
  end
end

local image_json = show.object({
  show.descriptor, "kind", "contentSize", "created", { "config", show.descriptor }, { "layers", show.descriptors },
  { "history", show.list(show.object({ "created", "createdBy", "comment", "empty" })) },
  { "error", show.failure, of = "err" },
})

print.json = show.document({
  "reference", "kind", "mediaType", "digest", "size", "contentSize", "artifactType",
  { "annotations", function(annotations)
    return json.sorted_object(annotations) or json.object({})
  end },
  { "images", show.list(image_json) },
  { "layers", show.list(show.object({ "digest", "size", "mediaType", { "images", json.array } })) },
  { "attestations", show.list(show.object({ "digest", "subject", { "predicates", json.array } })) },
  { "referrers", show.list(show.object({ show.descriptor, "subject" })) },
  { "changes", function(changes)
    return require("manifest.cli.print.diff").json(nil, changes)
  end },
  "html",
})

return print
