--- What `manifest copy` prints.

local show = require("manifest.cli.show")

local print = {}

local WHY = { same = "is the same already", exists = "is there and is left as it is",
  list = "is a list of referrers, which are listed in the target" }

local function name_of(item)
  return item.name or "(no tag)"
end

--- What became of one target. That it failed is told with the failure.
local function write(out, done)
  for _, item in ipairs(done.copied) do
    out:line(("%s  %s%s"):format(item.digest, name_of(item),
      item.source_digest and "  written anew, it was " .. item.source_digest or ""))
  end
  for _, item in ipairs(done.skipped) do
    out:line(("%s  %s %s"):format(item.digest, name_of(item), WHY[item.reason]))
  end
  if done.dry_run then
    out:line(("would bring %s (%s) and %s"):format(show.count(done.blobs, "blob"), show.size(done.size),
      show.count(done.manifests, "more manifest")))
  end
end

--- What became of several targets, below the name of each.
local function write_all(out, copies)
  for _, done in ipairs(copies) do
    out:line(done.target .. (done.err and "  failed" or ""), done.err and "bad" or nil)
    if not done.err then
      write(out, done)
    end
  end
end

---@param out table output
---@param done manifest.CopyResult
function print.text(out, done)
  if done.also then
    write_all(out, { done, table.unpack(done.also) })
  else
    write(out, done)
  end
end

local items = show.list(show.object({ "name", "digest", "sourceDigest", "reason" }))

print.json = show.document({
  "source", "target", { "dryRun", false }, { "copied", items }, { "skipped", items }, "blobs", "size", "manifests",
  "referrers", { "error", show.failure, of = "err" },
  { "also", show.list(function(one)
    return print.json(nil, one)
  end) },
})

--- What became of the other targets.
function print.failed(out, err, options)
  if err.copies and options.json then
    local first = setmetatable({ also = { table.unpack(err.copies, 2) } }, { __index = err.copies[1] })
    show.report(out, print.json(nil, first))
  elseif err.copies then
    write_all(out, err.copies)
  end
end

return print
