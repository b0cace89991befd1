--- What `manifest plan` and `manifest apply` print.

local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local prune = require("manifest.cli.print.prune")
local show = require("manifest.cli.show")

local release = {}

local target_json = show.object({
  { "target", of = "reference" }, "state", "digest", "old", "mediaType", "size",
  { "tags", show.list(show.object({ "name", "state", "old" })) },
  { "sources", show.list(show.object({ { "source", of = "reference" }, "digest", "locked" })) },
  { "added", show.descriptors }, { "removed", show.descriptors },
  { "changed", show.list(show.object({ { "platform", platform.to_json }, "old", "new" })) }, { "notices", json.array },
  { "error", show.failure, of = "err" },
})

local function write_platforms(out, one)
  if one.was_image then
    out:line("    it was the image of one platform")
  end
  for _, entry in ipairs(one.removed or {}) do
    out:line(("  - %s  %s"):format(show.platform_of(entry), entry.digest), "removed")
  end
  for _, entry in ipairs(one.added or {}) do
    out:line(("  + %s  %s"):format(show.platform_of(entry), entry.digest), "added")
  end
  for _, pair in ipairs(one.changed or {}) do
    out:line(("  ~ %s  %s -> %s"):format(show.platform_of(pair), pair.old, pair.new), "changed")
  end
  if one.changed and #one.changed + #one.added + #one.removed == 0 then
    out:line("  ~ the same images; annotations, order or media type differ")
  end
end

--- What a state means; what has not changed has no colour.
local MEANS = { created = "added", moved = "changed", restored = "changed", failed = "bad" }

local function write_target(out, words, one)
  local what = one.digest or ""
  if one.old and one.old ~= one.digest and one.digest then
    what = ("%s -> %s"):format(one.old, one.digest)
  end
  out:line((("%-9s  %s  %s"):format(words[one.state], one.reference, what):gsub("%s+$", "")), MEANS[one.state])
  for position = 2, #(one.tags or {}) do
    local tag = one.tags[position]
    out:line(("  %-9s  %s"):format(words[tag.state], tag.name), MEANS[tag.state])
  end
  write_platforms(out, one)
end

--- The tags that a retention deletes, and what keeps it from that.
local function write_pruned(out, words, one)
  for _, tag in ipairs(one.tags) do
    if tag.action == "delete" then
      out:line(("%-9s  %s:%s  %s"):format(words.deleted, one.repository, tag.name, tag.digest), "removed")
    end
  end
  for _, notice in ipairs(one.notices or {}) do
    out:complain(("note: %s: %s; tag_only = true takes them, too"):format(one.repository, notice))
  end
  if one.err then
    out:line(("%-9s  %s"):format(words.failed, one.repository), "bad")
  elseif one.skipped then
    out:complain(("note: nothing of %s was deleted: %s"):format(one.repository, one.skipped))
  end
end

local pruned_json = show.object({
  function(one)
    return prune.json(nil, one)
  end,
  "skipped", { "error", show.failure, of = "err" },
})

--- What a command of a release prints.
---@param words table state -> what it is called
---@return table print
function release.new(words)
  local print = {}

  ---@param out table output
  ---@param outcome manifest.ReleaseResult
  function print.text(out, outcome)
    local failed = false
    for _, one in ipairs(outcome.targets) do
      for _, notice in ipairs(one.notices or {}) do
        out:complain(("note: %s: %s"):format(one.reference, notice))
      end
      write_target(out, words, one)
      failed = failed or one.state == "failed"
    end
    for _, one in ipairs(outcome.pruned or {}) do
      write_pruned(out, words, one)
      failed = failed or one.err ~= nil
    end
    if outcome.changed == 0 and not failed then
      out:line("nothing to change")
    end
  end

  print.json = show.document({
    { "release", of = "path" }, "lock", "changed", { "targets", show.list(target_json) },
    { "pruned", show.list(pruned_json) },
  })

  --- The targets that were made before or beside the failure.
  function print.failed(out, err, options)
    if err.outcome and options.json then
      show.report(out, print.json(out, err.outcome))
    elseif err.outcome then
      print.text(out, err.outcome)
    end
  end

  return print
end

return release
