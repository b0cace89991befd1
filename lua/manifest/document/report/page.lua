--- A report as a page: one HTML file with its style in it, without a script. What a registry says stands in it as text.
--
-- Layers are drawn: a bar for each image, as long as it is large, in which a layer that several images share has one
-- colour everywhere; and a table of layers against platforms.

local name_of = require("manifest.name.platform")
local style = require("manifest.document.report.style")
local text = require("manifest.base.text")

local page = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function escaped(value)
  return (text.printable(tostring(value)):gsub("[&<>\"']", ENTITIES))
end

--- A template with its values escaped: of("<b>%s</b>", name). What is markup already is given as {markup}.
local function of(template, ...)
  local values = table.pack(...)
  for position = 1, values.n do
    local value = values[position]
    values[position] = type(value) == "table" and value[1] or escaped(value)
  end
  return (template:format(table.unpack(values, 1, values.n)))
end

local size, count = text.size, text.count

local function platform_of(one)
  local given = one.platform
  return given and given.os and given.os ~= "unknown" and name_of.format(given) or one.artifact_type or one.kind or "-"
end

--- Twelve digits, with all of them as a title.
local function short(digest)
  return of('<code title="%s">%s</code>', digest, (digest:gsub("^([a-z0-9]+:%x%x%x%x%x%x%x%x%x%x%x%x).*$", "%1")))
end

local COLOURS = 8

--- A class for each layer: shared ones have colours, each the next one; all others look alike.
local function classes_of(report)
  local classes, shared = {}, 0
  for _, layer in ipairs(report.layers) do
    if #layer.images > 1 then
      classes[layer.digest], shared = ("s%d"):format(shared % COLOURS), shared + 1
    else
      classes[layer.digest] = "own"
    end
  end
  return classes, shared
end

local WIDTH = 1000 -- units of the largest image's bar

--- The layers of an image as a bar; `largest` is the size of the largest image.
local function bar(image, classes, largest)
  local lines, at = {}, 0
  for position, layer in ipairs(image.layers) do
    local width = math.max(6, layer.size * WIDTH // math.max(1, largest))
    lines[#lines + 1] = of('<rect class="%s" x="%d" y="2" width="%d" height="20"><title>%s</title></rect>',
      classes[layer.digest], at, math.max(1, width - 1), ("layer %d, %s, %s"):format(position, size(layer.size),
        layer.digest))
    at = at + width
  end
  return of('<svg viewBox="0 0 %d 24" preserveAspectRatio="none" role="img" aria-label="%s">%s</svg>',
    WIDTH + 6 * #image.layers, "layers of " .. platform_of(image), { table.concat(lines) })
end

local function section(lines, title, ...)
  lines[#lines + 1] = of("<h2>%s</h2>", title)
  for _, part in ipairs({ ... }) do
    lines[#lines + 1] = part
  end
end

--- A table in a box that scrolls when the page is narrow.
local function framed(head, rows)
  return ('<div class="wide"><table><thead><tr>%s</tr></thead><tbody>\n%s\n</tbody></table></div>'):format(head,
    table.concat(rows, "\n"))
end

local function heading(report)
  local facts = {
    { report.kind, "kind" }, { count(#report.images, "image"), "in it" },
    { size(report.content_size), "of configs and layers, each once" }, { size(report.size), "the document itself" },
  }
  local items = {}
  for position, fact in ipairs(facts) do
    items[position] = of('<li><b>%s</b><span class="dim">%s</span></li>', fact[1], fact[2])
  end
  return of('<h1>%s</h1>\n<p><code>%s</code></p>\n<p class="dim code">%s</p>\n<ul class="facts">%s</ul>',
    report.reference, report.digest, report.media_type, { table.concat(items) })
end

local function add_platforms(lines, report)
  local classes, shared = classes_of(report)
  local largest, rows = 0, {}
  for _, image in ipairs(report.images) do
    largest = math.max(largest, image.content_size)
  end
  for position, image in ipairs(report.images) do
    local last = image.err and of('<span class="bad">%s</span>', image.err.message) or bar(image, classes, largest)
    rows[position] = of('<tr><th scope="row">%s</th><td>%s</td><td class="number">%s</td>'
      .. '<td class="number">%d</td><td class="day">%s</td><td>%s</td></tr>',
      platform_of(image), { short(image.digest) }, size(image.content_size), #image.layers,
      (image.created or ""):match("^[^T]*"), { last })
  end
  section(lines, "Platforms", framed('<th>platform</th><th>manifest</th><th class="number">size</th>'
    .. '<th class="number">layers</th><th>created</th><th>layers by size</th>', rows),
    of('<p class="dim">%s</p>', shared == 0 and "No two images share a layer."
      or count(shared, "layer") .. " in several images: one colour each, the same in every bar."))
end

--- Which images have which layer: a mark and the colour of the bars say it.
local function add_layers(lines, report)
  local classes = classes_of(report)
  local head = { '<th>layer</th><th class="number">size</th>' }
  for _, image in ipairs(report.images) do
    head[#head + 1] = of('<th class="cell">%s</th>', platform_of(image))
  end
  local rows = {}
  for position, layer in ipairs(report.layers) do
    local has, cells = {}, {}
    for _, one in ipairs(layer.images) do
      has[one] = true
    end
    for column in ipairs(report.images) do
      cells[column] = has[column] and of('<td class="cell %s">%s</td>', classes[layer.digest],
        #layer.images > 1 and "●" or "○") or '<td class="cell"></td>'
    end
    rows[position] = of('<tr><th scope="row">%s</th><td class="number">%s</td>%s</tr>', { short(layer.digest) },
      size(layer.size), { table.concat(cells) })
  end
  if #rows > 0 then
    section(lines, "Layers", framed(table.concat(head), rows), '<p class="dim">● shared, ○ of one image</p>')
  end
end

local function add_annotations(lines, report)
  local rows = {}
  local function add(what, annotations)
    for _, name in ipairs(text.sorted_keys(annotations or {})) do
      rows[#rows + 1] = of('<tr><th scope="row">%s</th><td><code>%s</code></td><td>%s</td></tr>', what, name,
        annotations[name])
    end
  end
  add(report.kind, report.annotations)
  for _, image in ipairs(report.kind == "index" and report.images or {}) do
    add(platform_of(image), image.annotations)
  end
  if #rows > 0 then
    section(lines, "Annotations", framed("<th>of</th><th>name</th><th>value</th>", rows))
  end
end

local function add_about(lines, report)
  local platforms, rows = { [report.digest] = "the whole" }, {}
  for _, image in ipairs(report.images) do
    platforms[image.digest] = platform_of(image)
  end
  local function add(what, one, kind)
    rows[#rows + 1] = of('<tr><th scope="row">%s</th><td>%s</td><td><code>%s</code></td><td>%s</td></tr>', what,
      platforms[one.subject] or one.subject or "-", kind, { short(one.digest) })
  end
  for _, one in ipairs(report.attestations) do
    add("attestation", one, table.concat(one.predicates, " "))
  end
  for _, one in ipairs(report.referrers) do
    add("referrer", one, one.artifact_type or one.media_type)
  end
  if #rows > 0 then
    section(lines, "Attestations and referrers", framed("<th>what</th><th>about</th><th>type</th><th>manifest</th>",
      rows))
  end
end

local function add_history(lines, report)
  local parts = {}
  for _, image in ipairs(report.images) do
    local steps = {}
    for position, one in ipairs(image.history) do
      steps[position] = of('<li><code>%s</code> <span class="dim">%s%s</span></li>',
        one.created_by or one.comment or "-", one.created or "", one.empty and " (no layer)" or "")
    end
    parts[#parts + 1] = #steps > 0 and of("<details><summary>%s, %s</summary><ol>%s</ol></details>",
      platform_of(image), count(#steps, "step"), { table.concat(steps) }) or nil
  end
  if #parts > 0 then
    section(lines, "History", table.unpack(parts))
  end
end

local function change_lines(changes, items)
  for _, change in ipairs(changes) do
    local label = change.name and change.what .. " " .. change.name or change.what
    items[#items + 1] = change.old and of('<li class="bad">− %s: <code>%s</code></li>', label, change.old) or nil
    items[#items + 1] = change.new and of('<li class="good">+ %s: <code>%s</code></li>', label, change.new) or nil
  end
  return items
end

local function add_changes(lines, report)
  local changes = report.changes
  if not changes then
    return
  end
  local items = change_lines(changes.changes, {})
  for _, one in ipairs(changes.removed) do
    items[#items + 1] = of('<li class="bad">− %s %s</li>', platform_of(one), { short(one.digest) })
  end
  for _, one in ipairs(changes.added) do
    items[#items + 1] = of('<li class="good">+ %s %s</li>', platform_of(one), { short(one.digest) })
  end
  for _, one in ipairs(changes.changed) do
    items[#items + 1] = of('<li>~ %s %s → %s<ul class="changes">%s</ul></li>', platform_of(one), { short(one.old) },
      { short(one.new) }, { table.concat(change_lines(one.changes, {})) })
  end
  section(lines, "Changes since " .. changes.old.reference, changes.equal and "<p>The same, byte for byte.</p>"
    or ('<ul class="changes">%s</ul>'):format(table.concat(items)))
end

local HEAD = [[
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>%s</title>
<style>
%s</style>
</head>
<body>
]]

--- The page of a report.
---@param report manifest.ReportResult
---@return string html
function page.of(report)
  local lines = { of(HEAD, report.reference, { style }) .. heading(report) }
  add_changes(lines, report)
  add_platforms(lines, report)
  add_layers(lines, report)
  add_annotations(lines, report)
  add_about(lines, report)
  add_history(lines, report)
  lines[#lines + 1] = "</body>\n</html>\n"
  return table.concat(lines, "\n")
end

return page
