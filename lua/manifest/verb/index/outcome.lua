--- What the index verbs give back.

local transfer = require("manifest.graph.transfer")

local outcome = {}

--- A descriptor without what only the verbs need.
local function public(entry)
  return {
    media_type = entry.media_type, digest = entry.digest, size = entry.size, platform = entry.platform,
    annotations = entry.annotations, artifact_type = entry.artifact_type, urls = entry.urls, from = entry.from,
  }
end

local function base(ref, made, tags)
  local entries = {}
  for position, entry in ipairs(made.entries) do
    entries[position] = public(entry)
  end
  return {
    reference = tostring(ref), digest = made.digest, size = made.size, media_type = made.media_type, entries = entries,
    notices = made.notices, tags = tags,
  }
end

--- After the work.
---@param ref table target
---@param made table of document/compose.lua
---@param work table written (names), tags, plan (of graph/transfer.lua)
---@return manifest.IndexResult
function outcome.done(ref, made, work)
  local done = base(ref, made, work.tags)
  done.written, done.unchanged = work.written, #work.written == 0
  done.copied = transfer.counts(work.plan or {})
  return done
end

--- The steps of a plan, one line each.
local function steps_of(made, work)
  local steps = {}
  for _, blob in ipairs(work.plan and work.plan.blobs or {}) do
    steps[#steps + 1] = ("%s blob %s (%d bytes) from %s"):format(blob.mountable and "mount" or "copy", blob.digest,
      blob.size or 0, blob.from[1].identity)
  end
  for _, level in ipairs(work.plan and work.plan.levels or {}) do
    for _, put in ipairs(level) do
      steps[#steps + 1] = ("put manifest %s"):format(put.digest)
    end
  end
  for _, name in ipairs(#work.tags > 0 and work.tags or { made.digest }) do
    local is_known = (work.known or {})[name] == made.digest
    steps[#steps + 1] = ("%s %s"):format(is_known and "leave" or "put index as", name)
  end
  return steps
end

--- After a rehearsal.
---@param work table tags, plan, known (tag -> digest that it names)
---@return manifest.IndexResult
function outcome.rehearsed(ref, made, work)
  local done = base(ref, made, work.tags)
  done.dry_run, done.raw, done.plan = true, made.raw, steps_of(made, work)
  return done
end

return outcome
