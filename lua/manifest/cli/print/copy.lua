--- What `manifest copy` prints.

local json = require("manifest.base.json")
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

local function item_json(item)
  return json.object({
    { "name", item.name }, { "digest", item.digest }, { "sourceDigest", item.source_digest }, { "reason", item.reason },
  })
end

---@param done manifest.CopyResult|table of an error's copies
---@return table document
function print.json(_, done)
  return json.object({
    { "source", done.source }, { "target", done.target }, { "dryRun", done.dry_run == true },
    { "copied", show.array(done.copied or {}, item_json) }, { "skipped", show.array(done.skipped or {}, item_json) },
    { "blobs", done.blobs }, { "size", done.size }, { "manifests", done.manifests },
    { "referrers", done.referrers },
    { "error", done.err and json.object({ { "code", done.err.code }, { "message", done.err.message } }) or nil },
    { "also", done.also and show.array(done.also, function(one)
      return print.json(nil, one)
    end) or nil },
  })
end

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
