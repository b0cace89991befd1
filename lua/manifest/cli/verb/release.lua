--- What the commands plan and apply share: options, and how an outcome is shown.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local show = require("manifest.cli.show")

local release = {}

release.options = {
  show.insecure, show.json,
  { name = "update", kind = "boolean", help = "Resolve the sources anew, whatever the lock file says" },
  { name = "shallow", kind = "boolean", help = "Do not look into an index that is the same already" },
  { name = "lock", kind = "string", value = "file", help = "The lock file, default FILE.lock" },
  { name = "no-lock", kind = "boolean", help = "Neither read nor write a lock file" },
}

function release.wrong_usage(given)
  if given.no_lock and given.lock then
    return "--lock and --no-lock exclude each other"
  end
end

local function tag_json(tag)
  return json.object({ { "name", tag.name }, { "state", tag.state }, { "old", tag.old } })
end

local function source_json(one)
  return json.object({ { "source", one.reference }, { "digest", one.digest }, { "locked", one.locked } })
end

local function change_json(one)
  return json.object({
    { "platform", one.platform and platform.to_json(one.platform) or nil }, { "old", one.old },
    { "new", one.new },
  })
end

local function text_json(line)
  return line
end

local function list_of(list, each)
  return list and show.array(list, each) or nil
end

local function target_json(one)
  return json.object({
    { "target", one.reference }, { "state", one.state }, { "digest", one.digest }, { "old", one.old },
    { "mediaType", one.media_type }, { "size", one.size },
    { "tags", list_of(one.tags, tag_json) }, { "sources", list_of(one.sources, source_json) },
    { "added", list_of(one.added, show.descriptor) }, { "removed", list_of(one.removed, show.descriptor) },
    { "changed", list_of(one.changed, change_json) }, { "notices", list_of(one.notices, text_json) },
    { "error", one.error and json.object({ { "code", one.error.code }, { "message", one.error.message } }) or nil },
  })
end

local function write_platforms(out, one)
  if one.was_image then
    out:line("    it was the image of one platform")
  end
  for _, entry in ipairs(one.removed or {}) do
    out:line(("  - %s  %s"):format(show.platform_of(entry), entry.digest))
  end
  for _, entry in ipairs(one.added or {}) do
    out:line(("  + %s  %s"):format(show.platform_of(entry), entry.digest))
  end
  for _, pair in ipairs(one.changed or {}) do
    out:line(("  ~ %s  %s -> %s"):format(show.platform_of(pair), pair.old, pair.new))
  end
  if one.changed and #one.changed + #one.added + #one.removed == 0 then
    out:line("  ~ the same images; annotations, order or media type differ")
  end
end

local function write_target(out, words, one)
  local what = one.digest or ""
  if one.old and one.old ~= one.digest and one.digest then
    what = ("%s -> %s"):format(one.old, one.digest)
  end
  out:line((("%-9s  %s  %s"):format(words[one.state], one.reference, what):gsub("%s+$", "")))
  for position = 2, #(one.tags or {}) do
    local tag = one.tags[position]
    out:line(("  %-9s  %s"):format(words[tag.state], tag.name))
  end
  write_platforms(out, one)
end

--- Shows an outcome.
---@param call table of the command
---@param outcome table
---@param words table state -> what it is called
function release.show(call, outcome, words)
  local out = call.out
  if call.options.json then
    show.document(out, {
      { "release", outcome.path }, { "lock", outcome.lock }, { "changed", outcome.changed },
      { "targets", show.array(outcome.targets, target_json) },
    })
    return
  end
  local failed = false
  for _, one in ipairs(outcome.targets) do
    for _, notice in ipairs(one.notices or {}) do
      out:complain(("note: %s: %s"):format(one.reference, notice))
    end
    write_target(out, words, one)
    failed = failed or one.state == "failed"
  end
  if outcome.changed == 0 and not failed then
    out:line("nothing to change")
  end
end

--- Calls a verb of the client with the options of the command, and shows what came of it.
---@return table|nil outcome
---@return table|nil err
function release.call(call, verb, words)
  local given = call.options
  local client = call.client({ insecure = given.insecure })
  local path = given.lock
  if given.no_lock then
    path = false
  end
  local outcome, err = client[verb](client, call.arguments[1], {
    update = given.update, shallow = given.shallow, lock = path,
  })
  if outcome or err.outcome then
    release.show(call, outcome or err.outcome, words)
  end
  return outcome, err
end

return release
