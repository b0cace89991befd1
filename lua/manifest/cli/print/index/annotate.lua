--- What `manifest index annotate` prints.

local result = require("manifest.cli.print.index.result")
local show = require("manifest.cli.show")

local print = {}

--- What changed, then what `index` commands print.
---@param out table output
---@param done manifest.IndexAnnotateResult
---@param options table
function print.text(out, done, options)
  for _, change in ipairs(options.quiet and {} or done.changes) do
    local line = ("%s: %s: %s -> %s"):format(change.entry or "the index", change.what, change.old or "none",
      change.new or "none")
    if done.dry_run then
      out:complain(line)
    else
      out:line(line)
    end
  end
  result.text(out, done, options)
end

local changes_json = show.list(show.object({ "entry", "what", "old", "new" }))

---@param done manifest.IndexAnnotateResult
---@return table document
function print.json(out, done)
  local document = result.json(out, done)
  document.changes = changes_json(done.changes)
  return document
end

--- The platform's changes out of single options; nil when there are none.
local function platform_of(words)
  local changes = {}
  for _, name in ipairs({ "os", "arch", "variant", "os_version" }) do
    if words[name] then
      changes[name] = words[name] ~= "" and words[name]
    end
  end
  if words.os_features then
    changes.os_features = #words.os_features > 0 and words.os_features
  end
  return next(changes) and changes or nil
end

--- What is annotated decides which scopes an annotation may have; an empty value clears a field of the platform.
---@param given table
---@return string|nil wrong
---@return string|nil hint
function print.read(given)
  local is_entry = given.all.entry ~= nil
  local own, wrong, hint, of_entries = show.annotations_of(given.printing.annotation,
    is_entry and "manifest-descriptor" or "index", not is_entry)
  if of_entries then
    return "no entry was named to annotate", "name it behind TARGET: its platform or its digest"
  end
  given.options.annotations = own
  given.options.platform = given.options.platform or platform_of(given.printing)
  return wrong, hint
end

return print
