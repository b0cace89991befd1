--- What `manifest inspect` prints: docker's view, or the exact bytes.

local document = require("manifest.document.index")
local json = require("manifest.base.json")

local print = {}

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

local function view(seen, options)
  if options.verbose then
    return verbose(seen)
  end
  if seen.kind == "index" then
    return (seen.is_local and seen.raw or list_text(seen.entries)) .. "\n"
  end
  -- docker shows a stored manifest out of its store file, where it is compact and escaped, and a fetched one as it is.
  local text = seen.is_local and json.indent(seen.raw, "", { html = true }) or seen.raw
  return json.indent(text, "\t") .. "\n"
end

--- An empty name of a list is none to docker; exact bytes need no children.
function print.prepare(_, _, given)
  local o = given.options
  o.list = o.list ~= "" and o.list or nil
  o.verbose = o.verbose and not given.all.raw or nil
  return true
end

function print.check(seen, options)
  if options.raw then
    return true
  end
  return require("manifest.verb.inspect").is_showable(seen)
end

---@param out table output
---@param seen manifest.InspectResult
---@param options table
function print.text(out, seen, options)
  out:write(options.raw and seen.raw or view(seen, options))
end

return print
