--- Copying: brings documents of other repositories, and all that they name, into one repository.
--
-- plan() turns graphs that were walked into the least work: each blob once, however many images share it; nothing that
-- the repository has already; children before parents; tags last, so that nothing is named before it is there.
-- run() does it, as much at once as the order allows.

local descriptor = require("manifest.document.descriptor")
local failure = require("manifest.base.failure")

local allow, amend, fail, try = failure.allow, failure.amend, failure.fail, failure.try

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

--- Begins a list of the blobs that a repository needs before its manifests: each digest once, with every place that has
--- it.
---@return table blobs {list = blobs in the order of their adding, by_digest}
function transfer.blobs()
  return { list = {}, by_digest = {} }
end

--- Adds a blob unless it is there. A base layer of Windows may live elsewhere for legal reasons; registries take the
--- manifest without it, so a blob that all who name it can do without is optional.
---@param blobs table
---@param blob table {digest, size}
---@param may_be_absent boolean for who names it now
---@return table blob of the list {digest, size, from = list for the caller to fill, optional}
function transfer.add_blob(blobs, blob, may_be_absent)
  local known = blobs.by_digest[blob.digest]
  if not known then
    known = { digest = blob.digest, size = blob.size, from = {}, optional = true }
    blobs.by_digest[blob.digest], blobs.list[#blobs.list + 1] = known, known
  end
  known.optional = known.optional and may_be_absent
  known.data = known.data or blob.data
  return known
end

--- Adds the blobs of a node to those to bring; the repositories that can mount one come first.
local function add_blobs(state, node)
  local from, can_mount = node.repository, state.target:mounts_from(node.repository)
  for _, blob in ipairs(node:blobs()) do
    local known = transfer.add_blob(state.blobs, blob, blob.foreign == true)
    known.mountable = can_mount and (known.mountable or 0) + 1 or known.mountable
    table.insert(known.from, can_mount and known.mountable or #known.from + 1, from)
  end
end

--- Notes what a node needs: its blobs, and itself unless it is put under names.
local function note(state, node, level, is_named)
  if node.repository.identity == state.target.identity then
    state.there[node.digest] = true
    for _, blob in ipairs(node:blobs()) do
      state.there[blob.digest] = true
    end
    return
  end
  if not node.is_there then
    add_blobs(state, node)
  end
  if node.kind ~= "blob" and not is_named and not state.put[node.digest] then
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

local function without(list, there)
  local left = {}
  for _, one in ipairs(list) do
    if not there[one.digest] then
      left[#left + 1] = one
    end
  end
  return left
end

--- How much a plan brings, without what it puts under names. Pure.
---@param plan table of transfer.plan
---@return table counts {blobs, manifests, size = bytes of those blobs}
function transfer.counts(plan)
  local counts = { blobs = #(plan.blobs or {}), manifests = 0, size = 0 }
  for _, blob in ipairs(plan.blobs or {}) do
    counts.size = counts.size + (blob.size or 0)
  end
  for _, level in ipairs(plan.levels or {}) do
    counts.manifests = counts.manifests + #level
  end
  return counts
end

--- What to do to have these graphs in a repository. Pure.
---@param target manifest.Repository
---@param roots manifest.Node[] walked; `names` (tags) on one says under what to put it, last; without, it is put under
--- its digest
---@return table plan {blobs = {{digest, size, from = repositories, optional, mountable = how many
--- of them can mount it, the first ones}}, levels = {{{digest, node}}},
--- children first, tags = {{name, digest, media_type, node}}}
function transfer.plan(target, roots)
  local plan = { levels = {}, tags = {} }
  local state = { target = target, blobs = transfer.blobs(), there = {}, put = {}, puts = {}, levels = {} }
  for _, root in ipairs(roots) do
    local names = root.names or {}
    visit(state, root, #names > 0)
    for _, name in ipairs(names) do
      plan.tags[#plan.tags + 1] = { name = name, digest = root.digest, media_type = root.media_type, node = root }
    end
  end
  plan.blobs = without(state.blobs.list, state.there)
  for _, put in ipairs(without(state.puts, state.there)) do
    for level = #plan.levels + 1, put.level do
      plan.levels[level] = {}
    end
    table.insert(plan.levels[put.level], put)
  end
  return plan
end

local function explain_bring(blob, message)
  return ("failed to bring blob %s of %s: %s"):format(blob.digest, blob.from[1].identity, message)
end

--- Brings a blob from the first repository that has it; where none has, what the manifest itself holds of it.
---@param target manifest.Repository
---@param blob table of a plan
---@param explain function|nil (blob, message) -> message of an error
function transfer.bring(target, blob, explain)
  local _ <close> = amend(function(err)
    err.message = (explain or explain_bring)(blob, err.message)
  end)
  local refusal ---@type manifest.Error?
  for _, from in ipairs(blob.from) do
    local done
    done, refusal = allow("not_found", target:copy_blob(blob, from))
    if done then
      return
    end
  end
  local content = descriptor.content(blob)
  if content then
    try(target:upload(blob.digest, { body = content }))
  elseif not blob.optional then
    fail(refusal --[[@as manifest.Error]]) -- there is somewhere to have it from
  end
end

--- Brings some blobs, and runs some functions, all at once.
---@param call manifest.Call
---@param target manifest.Repository
---@param list table[] blobs; the `from` of each are repositories
---@param explain function|nil (blob, message) -> message of an error
---@param tasks function[]|nil
function transfer.bring_all(call, target, list, explain, tasks)
  tasks = { table.unpack(tasks or {}) }
  for _, blob in ipairs(list) do
    tasks[#tasks + 1] = function()
      transfer.bring(target, blob, explain)
    end
  end
  if tasks[1] then
    call:each(tasks, function(task)
      task()
    end)
  end
end

--- Puts manifests at once, then lists those that refer to others.
local function put_all(call, target, puts)
  if not puts[1] then
    return
  end
  local deferred = {}
  call:each(puts, function(put)
    local name = put.name or put.digest
    local _ <close> = amend(function(err)
      err.message = ("failed to put manifest %s: %s"):format(name, err.message)
    end)
    put.stored = try(target:put_manifest(name, put.node:document(), {
      defer = deferred, is_referrer = put.node.is_referrer,
    })).digest
  end)
  if deferred[1] then
    try(target:list_referrers(deferred, { tolerant = true }))
  end
end

--- Does what a plan says.
---@param call manifest.Call
---@param target manifest.Repository
---@param plan table of transfer.plan
---@param options table|nil tasks = list of functions to run while blobs are mounted; check = function, called when
--- those are done, before a byte of a blob is moved and before a manifest is put; put_tags = fn(tags of the plan): puts
--- them, in place of what is done by default
function transfer.run(call, target, plan, options)
  options = options or {}
  local early, late = {}, {}
  call:announce(plan.blobs)
  for _, blob in ipairs(plan.blobs) do
    table.insert((blob.mountable or not options.check) and early or late, blob)
  end
  transfer.bring_all(call, target, early, nil, options.tasks)
  if options.check then
    options.check()
    transfer.bring_all(call, target, late)
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

--- The graphs without what is there. A manifest of an image that a registry took stands for the blobs that it names. An
--- index may have been taken without its images (a sparse copy), so those are asked for on their own: an index that is
--- there leaves those of its images that are not. Pure.
---@param roots manifest.Node[] walked
---@param there table<string, any> by digest: true
---@return manifest.Node[] left a root that is there stays when it gets names
local function without_what_is_there(roots, there)
  local pruned = {} ---@type table<manifest.Node, manifest.Node?>
  local prune ---@type fun(node: manifest.Node): manifest.Node

  --- What is left of a node: itself, or of one that is there what is left below it.
  local function rest_of(node)
    local done = prune(node)
    return there[node.digest] and done.edges or { { node = done } }
  end

  function prune(node)
    if pruned[node] then
      return pruned[node]
    end
    local done = node:with({ is_there = there[node.digest] or false, edges = {} })
    pruned[node] = done
    for _, edge in ipairs(node.edges or {}) do
      local rest = rest_of(edge.node)
      table.move(rest, 1, #rest, #done.edges + 1, done.edges)
    end
    return done
  end

  local left = {}
  for _, root in ipairs(roots) do
    local rest = root.names and #root.names > 0 and { { node = prune(root) } } or rest_of(root)
    for _, edge in ipairs(rest) do
      left[#left + 1] = edge.node
    end
  end
  return left
end

--- Asks a repository for the manifests of some graphs, and leaves out what it has.
---@param call manifest.Call
---@param target manifest.Repository
---@param roots manifest.Node[] walked
---@return manifest.Node[] left
function transfer.missing(call, target, roots)
  local there = {}
  call:each(transfer.documents(roots), function(node)
    there[node.digest] = allow("not_found", target:head(node.digest, { believe_404 = true })) and true or nil
  end)
  return without_what_is_there(roots, there)
end

return transfer
