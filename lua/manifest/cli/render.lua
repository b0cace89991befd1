--- docker's text of what the verbs found. Pure: values in, text out.

local document = require("manifest.document.index")
local json = require("manifest.base.json")

local render = {}

--- What `push` prints of its images and its list.
---@param pushed table[] {reference, digest}
---@param digest string|nil of the list, once it is there
function render.push(pushed, digest)
  local lines = {}
  for index, one in ipairs(pushed) do
    lines[index] = ("Pushed ref %s with digest: %s\n"):format(one.reference, one.digest)
  end
  lines[#lines + 1] = digest and digest .. "\n"
  return table.concat(lines)
end

--- An entry, or all entries of a list, as docker's store writes them, indented with tabs.
local function verbose(seen)
  local draft_entry = require("manifest.draft.entry")
  if seen.kind == "image" then
    return json.indent(assert(draft_entry.encode(seen.entry)), "\t") .. "\n"
  end
  local texts = {}
  for index, child in ipairs(seen.children) do
    texts[index] = assert(draft_entry.encode(child))
  end
  return json.indent("[" .. table.concat(texts, ",") .. "]", "\t") .. "\n"
end

--- A list as docker would build it of these entries: annotations and the like are not in docker's view.
local function list_text(entries)
  local shown = {}
  for index, entry in ipairs(entries) do
    shown[index] = {
      media_type = entry.media_type, size = entry.size, digest = entry.digest, platform = entry.platform or {},
    }
  end
  return document.serialise(document.build({ entries = shown }))
end

--- What `inspect` prints.
---@param seen table of client:inspect
---@param options table verbose or raw
function render.inspect(seen, options)
  if options.raw then
    return seen.raw
  end
  if options.verbose then
    return verbose(seen)
  end
  if seen.kind == "list" then
    local bytes = seen.is_local and seen.raw or list_text(seen.entries)
    return bytes .. "\n"
  end
  -- docker shows a stored manifest out of its store file, where it is compact and escaped, and a fetched one as it is.
  local text = seen.is_local and json.indent(seen.raw, "", { html = true }) or seen.raw
  return json.indent(text, "\t") .. "\n"
end

return render
