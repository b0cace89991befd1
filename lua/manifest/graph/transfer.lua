--- Copying: brings documents of other repositories, and all that they name, into one repository.
--
-- plan() turns trees (tree.lua) into the least work: each blob once, however many images share it; nothing that
-- the repository has already; children before parents; tags last, so that nothing is named before it is there.
-- perform() does it, as much at once as the order allows.

local blobs = require("manifest.graph.blobs")
local image = require("manifest.document.image")
local tree = require("manifest.graph.tree")

local copying = { gather = tree.gather, node = tree.node, documents = tree.documents }

--- What names a repository, wherever it is.
---@param repository table
---@return string
function copying.identity(repository)
  return repository.identity or ("%s/%s"):format(repository.domain, repository.path)
end

--- Whether two repository objects stand for one repository.
---@param a table repository
---@param b table repository
---@return boolean
function copying.same(a, b)
  return a == b or copying.identity(a) == copying.identity(b)
end

--- Whether a blob can be mounted: the registry links it, no byte moves.
local function mountable(from, target)
  return from.domain ~= nil and from.domain == target.domain
end

--- Adds a blob to those to bring; the repositories that can mount it come first.
local function add_blob(state, blob, from)
  local known = blobs.add(state.blobs, blob, blob.foreign == true)
  if mountable(from, state.target) then
    known.mountable = true
    table.insert(known.from, 1, from)
  else
    known.from[#known.from + 1] = from
  end
end

local function blobs_of(node)
  if node.kind == "image" then
    return image.blobs(node.read)
  end
  return node.kind == "blob" and { node } or {}
end

--- Notes what a node needs: its blobs, and itself unless it is put under names.
local function note(state, node, level, is_named)
  local is_there = copying.same(node.repository, state.target)
  for _, blob in ipairs(blobs_of(node)) do
    if is_there then
      state.present[blob.digest] = true
    else
      add_blob(state, blob, node.repository)
    end
  end
  if is_there then
    state.present[node.digest] = true
  elseif node.kind ~= "blob" and not is_named and not state.put[node.digest] then
    state.put[node.digest] = true
    state.puts[#state.puts + 1] = {
      digest = node.digest, bytes = node.bytes, media_type = node.media_type, level = level,
      is_referrer = node.is_referrer,
    }
  end
end

--- Visits a node below its children, each node once, and gives its level: 1 for what names no manifest.
local function visit(state, node, is_named)
  if state.levels[node] then
    return state.levels[node]
  end
  local level = 1
  for _, child in ipairs(node.children) do
    level = math.max(level, 1 + visit(state, child, false))
  end
  state.levels[node] = level
  note(state, node, level, is_named)
  return level
end

local function without_present(list, present)
  local left = {}
  for _, one in ipairs(list) do
    if not present[one.digest] then
      left[#left + 1] = one
    end
  end
  return left
end

--- What to do to have these trees in a repository. Pure.
---@param target table repository
---@param trees table[] of copying.gather or copying.node; `names` (tags) on one says under what to put its root, last;
--- without, it is put under its digest
---@return table plan {blobs = {{digest, size, from = repositories, optional, mountable}}, levels = {{{digest, bytes,
--- media_type}}}, children first, tags = {{name, digest, bytes, media_type}}}
function copying.plan(target, trees)
  local plan = { levels = {}, tags = {} }
  local state = { target = target, blobs = blobs.new(), present = {}, put = {}, puts = {}, levels = {} }
  for _, root in ipairs(trees) do
    local names = root.names or {}
    visit(state, root, #names > 0)
    for _, name in ipairs(names) do
      plan.tags[#plan.tags + 1] = {
        name = name, digest = root.digest, bytes = root.bytes, media_type = root.media_type,
      }
    end
  end
  plan.blobs = without_present(state.blobs.list, state.present)
  for _, put in ipairs(without_present(state.puts, state.present)) do
    for level = #plan.levels + 1, put.level do
      plan.levels[level] = {}
    end
    table.insert(plan.levels[put.level], put)
  end
  return plan
end

local function bring(target, blob)
  local ok, err = blobs.bring(target, blob)
  if not ok then
    err.message = ("failed to bring blob %s of %s: %s"):format(blob.digest, copying.identity(blob.from[1]), err.message)
  end
  return ok, err
end

local function any()
  return true
end

--- Runs some functions, and brings the blobs that a test picks, all at once.
local function bring_some(context, target, list, picked, beside)
  local tasks = { table.unpack(beside) }
  for _, blob in ipairs(list) do
    if picked(blob) then
      tasks[#tasks + 1] = function()
        return bring(target, blob)
      end
    end
  end
  return context.loop:all(tasks, context.jobs, function(task)
    return task()
  end)
end

--- Puts manifests at once, then lists those that refer to others.
local function put_all(context, target, puts)
  local deferred = {}
  local stored, err = context.loop:all(puts, context.jobs, function(put)
    local name = put.name or put.digest
    local one, failure = target:put_manifest(name, put.bytes, put.media_type, {
      digest = put.digest, defer = deferred, is_referrer = put.is_referrer,
    })
    put.stored = one and one.digest
    if not one then
      failure.message = ("failed to put manifest %s: %s"):format(name, failure.message)
    end
    return one, failure
  end)
  if not stored then
    return nil, err
  end
  return target:list_referrers(deferred, { tolerant = true })
end

--- Does what a plan says.
---@param context table
---@param target table repository
---@param plan table of copying.plan
---@param options table|nil beside = list of functions to run while blobs are mounted; check = fn() -> true or nil, err,
--- called when those are done, before a byte of a blob is moved and before a manifest is put; put_tags =
--- fn(tags of the plan) -> true or nil, err: puts them, in place of what is done by default
---@return boolean|nil ok
---@return table|nil err of the first blob or manifest that failed, or of check
function copying.perform(context, target, plan, options)
  options = options or {}
  local early = options.check and function(blob)
    return blob.mountable == true
  end or any
  local ok, err = bring_some(context, target, plan.blobs, early, options.beside or {})
  if ok and options.check then
    ok, err = options.check()
    if ok then
      ok, err = bring_some(context, target, plan.blobs, function(blob)
        return not blob.mountable
      end, {})
    end
  end
  for level = 1, #plan.levels do
    if ok then
      ok, err = put_all(context, target, plan.levels[level])
    end
  end
  if ok then
    ok, err = (options.put_tags or function(tags)
      return put_all(context, target, tags)
    end)(plan.tags)
  end
  if not ok then
    return nil, err
  end
  return true
end

return copying
