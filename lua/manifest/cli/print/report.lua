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

local function history_json(one)
  return json.object({
    { "created", one.created }, { "createdBy", one.created_by }, { "comment", one.comment }, { "empty", one.empty },
  })
end

local function with_descriptor(one, more)
  local members, known = {}, show.descriptor(one)
  for _, name in ipairs(json.keys(known)) do
    members[#members + 1] = { name, known[name] }
  end
  return json.object(table.move(more, 1, #more, #members + 1, members))
end

local function image_json(image)
  return with_descriptor(image, {
    { "kind", image.kind }, { "contentSize", image.content_size }, { "created", image.created },
    { "config", image.config and show.descriptor(image.config) or nil },
    { "layers", show.array(image.layers, show.descriptor) }, { "history", show.array(image.history, history_json) },
    { "error", image.err and json.object({ { "code", image.err.code }, { "message", image.err.message } }) or nil },
  })
end

local function annotations_json(given)
  local members = {}
  for _, name in ipairs(require("manifest.base.text").sorted_keys(given or {})) do
    members[#members + 1] = { name, given[name] }
  end
  return given and json.object(members) or nil
end

---@param report manifest.ReportResult
---@return table document
function print.json(_, report)
  return json.object({
    { "reference", report.reference }, { "kind", report.kind }, { "mediaType", report.media_type },
    { "digest", report.digest }, { "size", report.size }, { "contentSize", report.content_size },
    { "artifactType", report.artifact_type }, { "annotations", annotations_json(report.annotations) },
    { "images", show.array(report.images, image_json) },
    { "layers", show.array(report.layers, function(one)
      return json.object({ { "digest", one.digest }, { "size", one.size }, { "mediaType", one.media_type },
        { "images", json.array(one.images) } })
    end) },
    { "attestations", show.array(report.attestations, function(one)
      return json.object({ { "digest", one.digest }, { "subject", one.subject },
        { "predicates", json.array(one.predicates) } })
    end) },
    { "referrers", show.array(report.referrers, function(one)
      return with_descriptor(one, { { "subject", one.subject } })
    end) },
    { "changes", report.changes and require("manifest.cli.print.diff").json(nil, report.changes) or nil },
    { "html", report.html },
  })
end

return print
