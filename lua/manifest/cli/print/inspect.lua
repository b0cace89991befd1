--- What `manifest inspect` prints: docker's view, or the exact bytes.

local document = require("manifest.document.index")
local json = require("manifest.base.json")
local draft_entry = require("manifest.base.later")("manifest.draft.entry") ---@module "manifest.draft.entry"

local print = {}

--- Can docker's store hold what was seen? Its texts are not kept: all at once would be much.
---@return_overload true ok
---@return_overload nil, table err
local function is_storable(seen)
  for _, one in ipairs(seen.kind == "image" and { seen.entry } or seen.children) do
    local text, err = draft_entry.encode(one)
    if not text then
      return nil, err
    end
  end
  return true
end

--- Writes an entry, or all entries of a list, as docker's store does, indented with tabs.
local function write_stored(out, seen)
  if seen.kind == "image" then
    return out:write(json.indent(assert(draft_entry.encode(seen.entry)), "\t") .. "\n")
  end
  for index, one in ipairs(seen.children) do
    out:write(index == 1 and "[\n\t" or ",\n\t")
    out:write(json.indent(assert(draft_entry.encode(one)), "\t", { prefix = "\t" }))
  end
  out:write(seen.children[1] and "\n]\n" or "[]\n")
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

local function view(seen)
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
  local ok, err = require("manifest.verb.inspect").is_showable(seen)
  if ok and options.verbose then
    return is_storable(seen)
  end
  return ok, err
end

---@param out table output
---@param seen table manifest.InspectResult
---@param options table
function print.text(out, seen, options)
  if options.verbose and not options.raw then
    return write_stored(out, seen)
  end
  out:write(options.raw and seen.raw or view(seen))
end

return print
