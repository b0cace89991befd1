--- What the index commands print. Pure: values in, text out.

local descriptor = require("manifest.document.descriptor")
local json = require("manifest.base.json")
local platform = require("manifest.name.platform")
local reports = require("manifest.cli.show")

local show = {}

local function texts(list)
  return json.array(table.move(list, 1, #list, 1, {}))
end

--- The one JSON document of --json; docs/commands.md tells its shape.
---@param done table of client:index and its like
---@return table ordered JSON
function show.json(done)
  local manifests = {}
  for position, entry in ipairs(done.entries) do
    manifests[position] = descriptor.to_json(entry)
  end
  return json.object({
    { "reference", done.reference },
    { "digest", done.digest },
    { "size", done.size },
    { "mediaType", done.media_type },
    { "manifests", json.array(manifests) },
    { "tags", texts(done.tags) },
    { "notices", texts(done.notices) },
    { "dryRun", done.dry_run or false },
    { "unchanged", done.unchanged },
    { "written", done.written and texts(done.written) or nil },
    { "copied", done.copied and json.object({
      { "blobs", done.copied.blobs }, { "manifests", done.copied.manifests },
    }) or nil },
    { "plan", done.plan and texts(done.plan) or nil },
    { "bytes", done.bytes },
  })
end

local function entry_line(entry)
  local for_what = entry.platform and platform.format(entry.platform) or entry.artifact_type or "no platform"
  return ("  %-20s %s"):format(for_what, entry.digest)
end

--- For people: what was written, and its entries.
---@return string[] lines
function show.lines(done)
  local lines = { ("%s %s"):format(done.unchanged and "Unchanged" or "Pushed", done.reference) }
  for _, entry in ipairs(done.entries) do
    lines[#lines + 1] = entry_line(entry)
  end
  for position = 2, #done.tags do
    lines[#lines + 1] = "  also as " .. done.tags[position]
  end
  lines[#lines + 1] = "Digest: " .. done.digest
  return lines
end

--- Prints the outcome of a command in the form that was asked for.
---@param call table of the command
---@param done table|nil what the client's method gave
---@param err table|nil
---@return integer|nil status
---@return table|nil err
function show.outcome(call, done, err)
  if not done then
    return nil, err
  end
  local out, options = call.out, call.options
  if options.json then
    reports.report(out, show.json(done))
    return 0
  end
  for _, notice in ipairs(done.notices) do
    out:complain("note: " .. notice)
  end
  if options.quiet then
    out:line(done.digest)
  elseif done.dry_run then
    out:write(done.bytes)
    for _, step in ipairs(done.plan) do
      out:complain("would " .. step)
    end
    out:complain("digest " .. done.digest)
  else
    for _, line in ipairs(show.lines(done)) do
      out:line(line)
    end
  end
  return 0
end

return show
