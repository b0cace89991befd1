--- Edits of an index that a tag names, in place: read, change, write, and nothing of anybody else's lost.
--
-- On this machine edits take turns (lock.lua). With `shared` others may edit from elsewhere: then what was written is
-- looked at again until it has held for a while, and what somebody overwrote is put in once more.
--
-- A work is {at (of call:open), options (shared, if_digest, expect, media_type, create), change = fn(index, again) ->
-- entries; again: our change was there once, by_platform = entries are looked for by their platforms}.

local compose = require("manifest.document.compose")
local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local digest_at = require("manifest.repository.interface").digest_at
local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local graph_read = require("manifest.graph.read")
local guard = require("manifest.tag.guard")
local json = require("manifest.base.json")
local lock = require("manifest.engine.lock")
local media_type = require("manifest.name.media_type")
local platform = require("manifest.graph.platform")
local settle = require("manifest.engine.settle")
local kinds = require("manifest.document.kind")

local allow, amend, caught, fail, try = failure.allow, failure.amend, failure.caught, failure.fail, failure.try

local edit = {}

local MAX_WRITES = 40
local STALE = 0.1 -- seconds: what was read longer ago is looked at again before it is overwritten

local function empty_index()
  local bytes = assert(json.encode(document.build({ entries = {}, media_type = media_type.oci_index })))
  return { raw = bytes, size = #bytes, decoded = assert(kinds.read(bytes)), digest = nil }
end

local function fetch(call, work)
  if work.options.create then
    return allow("not_found", caught(graph_read.document_of, call.verb, work.at)) or empty_index()
  end
  local _ <close> = amend(function(err)
    if err.code == "not_found" then
      err.hint = "there is nothing to edit: make it with 'manifest index create'"
    end
  end)
  return graph_read.document_of(call.verb, work.at)
end

--- The index as it is now.
---@return table state {index, digest (nil when there is none yet), raw = as we write it, at = when}
local function read(call, work)
  local answer = fetch(call, work)
  if answer.decoded.kind == "image" then
    fail {
      code = "unsupported", message = "it is one image, not an index",
      hint = "make it an index with 'manifest index create', of this image and others",
    }
  end
  local index = try(document.of(answer.decoded, answer.size))
  for position, entry in ipairs(index.entries) do
    entry.json = index.json.manifests[position]
  end
  index.is_odd = compose.is_odd(index)
  return {
    index = index, digest = answer.digest, at = core.clock(), original = answer.raw,
    raw = document.serialise(index.json),
  }
end

--- The index after the change; nothing is written.
---@return table made of compose.edited; unchanged = true when it is what it was
local function change(call, work, state, again)
  if work.by_platform then
    platform.learn(call, work.at.repository, state.index.entries)
  end
  local entries, expected = work.change(state.index, again), work.options.expect or {}
  if #expected > 0 then
    try(compose.expect(platform.images_of(call, work.at.repository, entries), expected))
  end
  local made = try(compose.edited(state.index, entries, work.options.media_type))
  try(work.at.repository:check_manifest(made.raw))
  local algorithm = state.digest and digest.algorithm(state.digest)
  if algorithm and algorithm ~= digest.algorithm(made.digest) then
    made.digest = digest.of(made.raw, algorithm)
  end
  if state.digest and made.raw == state.raw then
    made.unchanged = true
    made.digest, made.raw, made.size = state.digest, state.original, #state.original
  end
  return made
end

--- Writes. An index that was named by its digest gets a new one, and no tag; the only one of a layout keeps its name.
local function put(call, work, state, made)
  local at, rules = work.at, { if_digest = work.options.if_digest }
  if not at.tag and at.digest then
    return try(at.repository:put_manifest(not at.repository.can.untagged and made.digest or nil, made))
  end
  if at.tag and guard.is_set(rules) then
    return guard.put_all(call, at.repository, { { name = at.tag, made = made, rules = rules } })
  end
  return try(at.repository:put_manifest(at.tag, made, { instead_of = state.digest or false }))
end

--- The index as it would be, and as it is; nothing is written.
---@param call manifest.Call
---@param work table
---@param again boolean our change was there once
---@return table made
---@return table state of read
function edit.rehearse(call, work, again)
  local state, if_digest = read(call, work), work.options.if_digest
  local is_it = if_digest and state.digest and digest.matches(state.original, if_digest)
  guard.check({ if_digest = if_digest }, work.at.selector or work.at.name, is_it and if_digest or state.digest or false)
  return change(call, work, state, again), state
end

--- Whether the tag names something else than what was read.
local function has_moved(work, state)
  return digest_at(work.at.repository, work.at.selector, state.digest) ~= (state.digest or false)
end

--- Writes, unless somebody else wrote since the index was read, as far as a look just before can tell. A write that the
--- registry refuses is lost to somebody who was quicker, or refused for another reason: the tag is immutable, say.
---@return boolean is_written
local function write(call, work, state, made)
  if core.clock() - state.at > STALE and has_moved(work, state) then
    return false
  end
  local stored, refusal = allow("conflict", caught(put, call, work, state, made))
  if refusal and (work.options.if_digest or not has_moved(work, state)) then
    fail(refusal)
  end
  return stored ~= nil
end

--- One read, one change, one write; again when the registry says that the tag moved in between.
---@param memory table written = how often we have written, started = when that was read
---@return table made; unchanged = true when nothing was written
local function attempt(call, work, memory)
  for count = 1, MAX_WRITES do
    local made, state = edit.rehearse(call, work, memory.written > 0)
    if made.unchanged then
      return made
    end
    if write(call, work, state, made) then
      memory.written, memory.started = memory.written + 1, state.at
      return made
    end
    call.loop:sleep(math.random() * 0.02 * math.min(count, 10))
  end
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail { code = "conflict", message = "others change the index all the time", hint = "try again later" }
end

--- Looks at what was written until it has held for a while, and writes again what was overwritten.
local function converge(call, work)
  local memory = { written = 0 } ---@type {written: integer, started: number?}
  local made ---@type table?
  settle(call.loop, function()
    if made and digest_at(work.at.repository, work.at.selector, made.digest) == made.digest then
      return true
    end
    local before = memory.written
    made = attempt(call, work, memory)
    return memory.written == before, memory.started
  end)
  ---@cast made -nil
  if memory.written > 0 then
    made.unchanged = nil
  end
  return made
end

--- Changes the index that a tag names.
---@param call manifest.Call
---@param work table
---@return table made of compose.edited
function edit.perform(call, work)
  local at = work.at
  if not at.tag then
    return attempt(call, work, { written = 0 })
  end
  local mine <close> = lock.edit(("%s:%s"):format(at.name, at.tag))
  if work.options.shared or not mine then
    return converge(call, work)
  end
  return attempt(call, work, { written = 0 })
end

return edit
