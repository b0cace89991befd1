--- Copying: brings documents of other repositories, and all that they name, into one repository.
--
-- plan() turns graphs that were walked into the least work: each blob once, however many images share it; nothing that
-- the repository has already; children before parents; tags last, so that nothing is named before it is there.
-- run() does it, as much at once as the order allows.

local blobs = require("manifest.graph.blobs")
local failure = require("manifest.base.failure")

local amend, try = failure.amend, failure.try

local transfer = {}

--- The nodes that a node names.
local function children(node)
  local list = {}
  for position, edge in ipairs(node.edges or {}) do
    list[position] = edge.node
  end
  return list
end

--- The manifests and indexes of some graphs, each digest once. Graphs may hold different parts of one index.
---@param roots manifest.Node[]
---@return manifest.Node[]
function transfer.documents(roots)
  local list, seen, visited = {}, {}, {}
  local function add(node)
    if visited[node] then
      return
    end
    visited[node] = true
    if not seen[node.digest] and node.kind ~= "blob" then
      seen[node.digest] = true
      list[#list + 1] = node
    end
    for _, child in ipairs(children(node)) do
      add(child)
    end
  end
  for _, root in ipairs(roots) do
    add(root)
  end
  return list
end

--- Adds a blob to those to bring; the repositories that can mount it come first.
local function add_blob(state, blob, from)
  local known = blobs.add(state.blobs, blob, blob.foreign == true)
  if state.target:mounts_from(from) then
    known.mountable = true
    table.insert(known.from, 1, from)
  else
    known.from[#known.from + 1] = from
  end
end

--- Notes what a node needs: its blobs, and itself unless it is put under names.
local function note(state, node, level, is_named)
  local is_there = node.repository.identity == state.target.identity
  for _, blob in ipairs(node.is_there and {} or node:blobs()) do
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
    state.puts[#state.puts + 1] = { digest = node.digest, node = node, level = level }
  end
end

--- Visits a node below its children, each node once, and gives its level: 1 for what names no manifest.
local function visit(state, node, is_named)
  if state.levels[node] then
    return state.levels[node]
  end
  local level = 1
  for _, child in ipairs(children(node)) do
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

--- What to do to have these graphs in a repository. Pure.
---@param target manifest.Repository
---@param roots manifest.Node[] walked; `names` (tags) on one says under what to put it, last; without, it is put under
--- its digest
---@return table plan {blobs = {{digest, size, from = repositories, optional, mountable}}, levels = {{{digest, node}}},
--- children first, tags = {{name, digest, media_type, node}}}
function transfer.plan(target, roots)
  local plan = { levels = {}, tags = {} }
  local state = { target = target, blobs = blobs.new(), present = {}, put = {}, puts = {}, levels = {} }
  for _, root in ipairs(roots) do
    local names = root.names or {}
    visit(state, root, #names > 0)
    for _, name in ipairs(names) do
      plan.tags[#plan.tags + 1] = { name = name, digest = root.digest, media_type = root.media_type, node = root }
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
  local _ <close> = amend(function(err)
    err.message = ("failed to bring blob %s of %s: %s"):format(blob.digest, blob.from[1].identity, err.message)
  end)
  return try(blobs.bring(target, blob))
end

--- Runs some functions, and brings some blobs, all at once.
local function bring_all(call, target, list, others)
  local tasks = { table.unpack(others) }
  for _, blob in ipairs(list) do
    tasks[#tasks + 1] = function()
      return bring(target, blob)
    end
  end
  call:each(tasks, function(task)
    task()
  end)
end

--- Puts manifests at once, then lists those that refer to others.
local function put_all(call, target, puts)
  local deferred = {}
  call:each(puts, function(put)
    local name = put.name or put.digest
    local _ <close> = amend(function(err)
      err.message = ("failed to put manifest %s: %s"):format(name, err.message)
    end)
    put.stored = try(target:put_manifest(name, put.node:raw(), put.node.media_type, {
      digest = put.digest, defer = deferred, is_referrer = put.node.is_referrer,
    })).digest
  end)
  try(target:list_referrers(deferred, { tolerant = true }))
end

--- Does what a plan says.
---@param call manifest.Call
---@param target manifest.Repository
---@param plan table of transfer.plan
---@param options table|nil beside = list of functions to run while blobs are mounted; check = function, called when
--- those are done, before a byte of a blob is moved and before a manifest is put; put_tags = fn(tags of the plan): puts
--- them, in place of what is done by default
function transfer.run(call, target, plan, options)
  options = options or {}
  local early, late = {}, {}
  call:announce(plan.blobs)
  for _, blob in ipairs(plan.blobs) do
    table.insert((blob.mountable or not options.check) and early or late, blob)
  end
  bring_all(call, target, early, options.beside or {})
  if options.check then
    options.check()
    bring_all(call, target, late, {})
  end
  for _, level in ipairs(plan.levels) do
    put_all(call, target, level)
  end
  if options.put_tags then
    options.put_tags(plan.tags)
  else
    put_all(call, target, plan.tags)
  end
end

return transfer
