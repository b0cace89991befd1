--- Edits of an index that a tag names, in place: read, change, write, and nothing of anybody else's lost.
--
-- On this machine edits take turns (lock.lua). With `shared` others may edit from elsewhere: then what was written is
-- looked at again until it has held for a while, and what somebody overwrote is put in once more.

local compose = require("manifest.document.compose")
local core = require("manifest.base.core")
local digest = require("manifest.name.digest")
local digest_at = require("manifest.repository.digest_at")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local guard = require("manifest.tag.guard")
local json = require("manifest.base.json")
local lock = require("manifest.engine.lock")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local settle = require("manifest.engine.settle")
local shape = require("manifest.document.shape")
local source = require("manifest.graph.read")

local edit = {}

local MAX_WRITES = 40
local STALE = 0.1 -- seconds: what was read longer ago is looked at again before it is overwritten

local function fail(code, message, hint)
  return nil, error_of.new({ code = code, message = message, hint = hint })
end

local function empty_index()
  local bytes = assert(json.encode(document.build({ entries = {}, media_type = media_type.oci_index })))
  return { bytes = bytes, size = #bytes, shape = assert(shape.read(bytes)), digest = nil }
end

--- The index as it is now.
---@param job table verb, target = {ref, repository}, options
---@return table|nil state {index, digest (nil when there is none yet), bytes = as we write it, at = when}
---@return table|nil err
local function read(job)
  local ref = job.target.ref
  local answer, err = source.document_at(job.verb, ref, job.target.repository, job.selector, ref.digest)
  if not answer and err.code == "not_found" and job.options.create then
    answer = empty_index()
  end
  if not answer then
    if err.code == "not_found" then
      err.hint = "there is nothing to edit: make it with 'manifest index create'"
    end
    return nil, err
  end
  if answer.shape.kind == "image" then
    return fail("unsupported", "it is one image, not an index",
      "make it an index with 'manifest index create', of this image and others")
  end
  local index
  index, err = document.of(answer.shape, answer.size)
  if not index then
    return nil, err
  end
  for position, entry in ipairs(index.entries) do
    entry.json = index.json.manifests[position]
  end
  index.is_odd = compose.is_odd(index)
  return {
    index = index, digest = answer.digest, at = core.clock(), original = answer.bytes,
    bytes = document.serialise(index.json),
  }
end

--- The index after the change; nothing is written.
---@param job table change = fn(index, again) -> entries | nil, err; expect = platforms
---@param again boolean our change was there once
---@return table|nil made of compose.edited; unchanged = true when it is what it was
---@return table|nil err
function edit.plan(job, state, again)
  local entries, err = job.change(state.index, again)
  if not entries then
    return nil, err
  end
  local ok
  ok, err = compose.expect(entries, job.expect or {})
  if not ok then
    return nil, err
  end
  local made
  made, err = compose.edited(state.index, entries, job.options.media_type)
  if made then
    ok, err = job.target.repository:check_manifest(made.bytes)
  end
  if not made or not ok then
    return nil, err
  end
  local algorithm = state.digest and digest.algorithm(state.digest)
  if algorithm and algorithm ~= digest.algorithm(made.digest) then
    made.digest = digest.of(made.bytes, algorithm)
  end
  if state.digest and made.bytes == state.bytes then
    made.unchanged = true
    made.digest, made.bytes, made.size = state.digest, state.original, #state.original
  end
  return made
end

--- Writes. An index that was named by its digest gets a new one, and no tag; the only one of a layout keeps its name.
local function put(context, job, state, made)
  local ref, repository, rules = job.target.ref, job.target.repository, { if_digest = job.options.if_digest }
  if not ref.tag and ref.digest then
    return repository:put_manifest(names.unnamed(ref, made.digest), made.bytes, made.media_type)
  end
  if ref.tag and guard.is_set(rules) then
    return guard.put_all(context, repository, { { name = ref.tag, made = made, rules = rules } })
  end
  return repository:put_manifest(ref.tag, made.bytes, made.media_type, {
    instead_of = state.digest or false, digest = made.digest,
  })
end

--- The index as it is, and as it would be; nothing is written.
---@param again boolean our change was there once
---@return table|nil state of read
---@return table made_or_err
function edit.rehearse(job, again)
  local state, err = read(job)
  if not state then
    return nil, err
  end
  if job.options.if_digest then
    local ok
    local is_it = state.digest and digest.matches(state.original, job.options.if_digest)
    ok, err = guard.allows({ if_digest = job.options.if_digest }, job.selector or job.target.ref.repository,
      is_it and job.options.if_digest or state.digest or false)
    if not ok then
      return nil, err
    end
  end
  local made
  made, err = edit.plan(job, state, again)
  return made and state, made or err
end

--- Whether somebody else wrote since the index was read, as far as a look just before can tell.
local function is_stale(job, state)
  return core.clock() - state.at > STALE
    and digest_at(job.target.repository, job.selector, state.digest) ~= (state.digest or false)
end

--- Whether a write failed because somebody else was quicker, and not because the tag is immutable, say.
local function is_lost_race(job, state, err)
  return err.code == "conflict" and not job.options.if_digest
    and digest_at(job.target.repository, job.selector, state.digest) ~= (state.digest or false)
end

--- One read, one change, one write; again when the registry says that the tag moved in between.
---@param memory table written = how often we have written
---@return table|nil made; unchanged = true when nothing was written
---@return table|nil err
local function attempt(context, job, memory)
  for try = 1, MAX_WRITES do
    local state, made = edit.rehearse(job, memory.written > 0)
    if not state then
      return nil, made
    end
    if made.unchanged then
      return made
    end
    local stored, err
    if not is_stale(job, state) then
      stored, err = put(context, job, state, made)
    end
    if stored then
      memory.written, memory.started = memory.written + 1, state.at
      return made
    end
    if err and not is_lost_race(job, state, err) then
      return nil, err
    end
    context.loop:sleep(math.random() * 0.02 * math.min(try, 10))
  end
  return fail("conflict", "others change the index all the time", "try again later")
end

--- Looks at what was written until it has held for a while, and writes again what was overwritten.
local function converge(context, job)
  local memory, made = { written = 0 }, nil
  local ok, err = settle(context.loop, function()
    if made and digest_at(job.target.repository, job.selector, made.digest) == made.digest then
      return true
    end
    local before = memory.written
    local failure
    made, failure = attempt(context, job, memory)
    if not made then
      return nil, failure
    end
    return memory.written == before, memory.started
  end)
  if not ok then
    return nil, err
  end
  if memory.written > 0 then
    made.unchanged = nil
  end
  return made
end

--- Changes the index that a tag names.
---@param context table
---@param job table verb, target, selector, options (shared, if_digest, media_type, create), change, expect
---@return table|nil made of compose.edited
---@return table|nil err
function edit.perform(context, job)
  local ref = job.target.ref
  if not ref.tag then
    return attempt(context, job, { written = 0 })
  end
  local mine <close> = lock.turn(("%s:%s"):format(ref.repository, ref.tag))
  if job.options.shared or not mine then
    return converge(context, job)
  end
  return attempt(context, job, { written = 0 })
end

return edit
