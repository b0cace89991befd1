--- What belongs to copied manifests without being named by them: referrers, and tags made of their digests.

local document = require("manifest.document.index")
local failure = require("manifest.base.failure")
local nodes = require("manifest.graph.node")
local read = require("manifest.graph.read")
local referrer = require("manifest.repository.referrer")
local referrer_list = require("manifest.repository.referrer_list")
local referrers_tag = require("manifest.name.referrers_tag")
local transfer = require("manifest.graph.transfer")
local walk = require("manifest.graph.walk")

local allow, caught, try = failure.allow, failure.caught, failure.try

local referrers = {}

--- Referrers may have referrers; deeper than this nobody looks.
local MAX_DEPTH = 4

--- The digests of all manifests and indexes of some trees, each once.
local function digests_of(trees)
  local digests = {}
  for position, node in ipairs(transfer.documents(trees)) do
    digests[position] = node.digest
  end
  return digests
end

--- A document with all that it names.
local function gather(call, answer)
  local root = nodes.root(call, answer)
  walk.all(root)
  return root
end

--- A referrer with what it names. One of a type that is not known here, or not any more, is copied as the bytes that it
--- is.
local function fetch_referrer(call, from, listed)
  local root = nodes.named(call, from, listed)
  walk.all(root)
  return root
end

--- Those of some referrers that are of some types.
---@param found table[] {tree, descriptor}
---@param types string[]|nil nil: all
---@return table[] list
function referrers.of_types(found, types)
  local list, wanted = {}, {}
  for _, one in ipairs(types or {}) do
    wanted[one] = true
  end
  for _, one in ipairs(found) do
    local view = one.tree and one.tree.view or {}
    local kind = view.artifact_type or referrer.listed_type(one.descriptor.artifact_type) or not one.tree
      or view.config and view.config.media_type
    list[#list + 1] = (not types or kind == true or wanted[kind]) and one or nil
  end
  return list
end

--- The referrers of some manifests that were not seen yet: {subject, descriptor} each.
local function fresh_ones(call, from, digests, seen)
  local lists = call:each(digests, function(digest)
    return referrer_list.of(from, digest, { unchecked = true })
  end)
  local fresh = {}
  for index, list in ipairs(lists) do
    for _, item in ipairs(list) do
      if not seen[item.digest] then
        seen[item.digest] = true
        fresh[#fresh + 1] = { subject = digests[index], descriptor = item }
      end
    end
  end
  return fresh
end

local function refers_to(tree, subject)
  return tree.view.subject ~= nil and tree.view.subject.digest == subject
end

--- Fetches what is listed as referrers: {tree, subject, descriptor} each. One that is gone, or is none by its own
--- manifest, is left out.
local function fetch_listed(call, from, listed, allowed)
  local found = {}
  call:each(listed, function(one)
    one.tree = allow("not_found", caught(fetch_referrer, call, from, one.descriptor))
    if one.tree then
      allowed:take(1, one.tree.size)
    else
      call:warn(("%s is listed among what refers to %s, and is gone: left out"):format(one.descriptor.digest,
        one.subject))
    end
  end)
  for _, one in ipairs(listed) do
    if one.tree and refers_to(one.tree, one.subject) then
      one.tree.is_referrer = true
      found[#found + 1] = one
    end
  end
  return found
end

--- The referrers of some manifests, and theirs: {tree, subject, descriptor} each.
---@param allowed table what they may take
---@param types string[]|nil
local function referrers_of(call, from, digests, allowed, types)
  local found, seen = {}, {}
  for _ = 1, MAX_DEPTH do
    local listed = referrers.of_types(fresh_ones(call, from, digests, seen), types)
    allowed:check(#listed, 0)
    local fresh = referrers.of_types(fetch_listed(call, from, listed, allowed), types)
    table.move(fresh, 1, #fresh, #found + 1, found)
    digests = {}
    for position, one in ipairs(fresh) do
      digests[position] = one.descriptor.digest
    end
    if #digests == 0 then
      break
    end
  end
  return found
end

--- The tags that begin with the form of one of some digests, `sha256-HEX`: what follows it is everybody's own (`.sig`,
--- `.v0.3.bundle`, `-sig`). Pure.
---@param tags string[]
---@param digests string[]
---@return table[] found {tag, subject = digest, is_bare = nothing follows: a list of referrers may stand there}
function referrers.plan(tags, digests)
  local subjects, lengths, found = {}, {}, {}
  for _, digest in ipairs(digests) do
    local form = try(referrers_tag.of(digest))
    subjects[form], lengths[#form] = digest, true
  end
  for _, tag in ipairs(tags) do
    for length in pairs(lengths) do
      local subject = subjects[tag:sub(1, length)]
      found[#found + 1] = subject and { tag = tag, subject = subject, is_bare = #tag == length } or nil
    end
  end
  return found
end

--- The referrers that an index under the tag of a subject lists, as their manifests have it; nil when it is no list but
--- an image or an index that has this tag. What is gone is passed over.
local function listed_in(call, from, answer, subject)
  if answer.decoded.kind ~= "index" then
    return nil
  end
  local found, is_odd = {}, false
  local entries = try(document.of(answer.decoded, answer.size)).entries
  local trees = call:each(entries, function(entry)
    return allow("not_found", caught(fetch_referrer, call, from, entry)) or false
  end)
  for position, tree in ipairs(trees) do
    if tree and refers_to(tree, subject) then
      tree.is_referrer = true
      found[#found + 1] = { tree = tree, subject = subject, descriptor = entries[position] }
    end
    is_odd = is_odd or tree ~= false
  end
  return (#found > 0 or not is_odd) and found or nil
end

--- What stands under one such tag: a tree with its name, or the referrers that it lists; nothing where it names nothing
--- any more.
local function fetch_tagged(call, from, one)
  local answer = read.listed(call, one.tag,
    allow("not_found", caught(read.document_at, call.verb, one.tag, from, one.tag)))
  if not answer then
    return {}
  end
  local listed = one.is_bare and listed_in(call, from, answer, one.subject)
  if listed then
    return { referrers = listed }
  end
  local tree = gather(call, answer)
  tree.names = { one.tag }
  return { tree = tree }
end

--- Adds what stands under such tags, and under those made of the digests of that.
local function add_tagged(call, from, trees, along)
  local tags, taken = try(from:tags()), {}
  for _ = 1, MAX_DEPTH do
    local fresh = {}
    for _, one in ipairs(referrers.plan(tags, digests_of(trees))) do
      fresh[#fresh + 1] = not taken[one.tag] and one or nil
      taken[one.tag] = true
    end
    trees = {}
    for _, found in ipairs(call:each(fresh, function(one)
      return fetch_tagged(call, from, one)
    end)) do
      trees[#trees + 1] = found.tree
      referrers.add(along, found.referrers or {}, trees)
    end
    for _, tree in ipairs(trees) do
      along.trees[#along.trees + 1] = tree.names and tree or nil
    end
    if #trees == 0 then
      return
    end
  end
end

--- Adds referrers to those that come along, each digest once.
---@param along table of gather
---@param found table[] {tree, subject, descriptor}
---@param trees table[]|nil gets the trees of those that are new
function referrers.add(along, found, trees)
  for _, one in ipairs(found) do
    if not along.known[one.descriptor.digest] then
      along.known[one.descriptor.digest] = true
      along.referrers[#along.referrers + 1], along.trees[#along.trees + 1] = one, one.tree
      if trees then
        trees[#trees + 1] = one.tree
      end
    end
  end
end

--- The lists of referrers among tags that are to be copied: a list is not moved over the one that the target has, what
--- it lists goes there.
---@param call manifest.Call
---@param from table repository
---@param moves table[] {selector, wanted}
---@return table<table, table[]> lists [move] = {{tree, subject, descriptor}}
function referrers.lists(call, from, moves)
  local lists = {}
  call:each(moves, function(move)
    local subject, rest = referrers_tag.subject(move.selector)
    local answer = subject and rest == "" and read.document_at(call.verb, move.selector, from, move.wanted)
    lists[move] = answer and listed_in(call, from, answer, subject) or nil
  end)
  return lists
end

--- What comes along with some trees.
---@param call manifest.Call
---@param from table repository
---@param trees table[] manifest.Node
---@param options table referrers, digest_tags (booleans), artifact_types (of the referrers; nil: all)
---@return table along {referrers = {{tree, subject, descriptor}}, trees = of those and of tags made of digests, known =
--- the digests of the referrers}
function referrers.gather(call, from, trees, options)
  local along = { referrers = {}, trees = {}, known = {} }
  if options.referrers then
    local allowed = nodes.budget(call.options, math.max(1, #trees))
    referrers.add(along, referrers_of(call, from, digests_of(trees), allowed, options.artifact_types))
  end
  if options.digest_tags then
    local all = table.move(along.trees, 1, #along.trees, #trees + 1, { table.unpack(trees) })
    add_tagged(call, from, all, along)
  end
  return along
end

--- Lists what refers to something and is not put, for it is there already: it may have been put by who did not list it,
--- or whose listing failed.
---@param target table repository
---@param documents table[] manifest.Node, or {raw, media_type, digest}
---@param plan table of transfer.plan, done
function referrers.list_present(target, documents, plan)
  local put, stored = {}, {}
  for _, level in ipairs({ plan.tags, table.unpack(plan.levels) }) do
    for _, one in ipairs(level) do
      put[one.digest] = true
    end
  end
  for _, one in ipairs(documents) do
    local bytes = one.raw
    if one.view then -- a node
      bytes = one.view.subject and one:raw()
    end
    if bytes and not put[one.digest] then
      local subject, described = referrer.describe(bytes, one.media_type, one.digest)
      stored[#stored + 1] = subject and { subject = subject, descriptor = described, is_referrer = one.is_referrer }
    end
  end
  if stored[1] then
    try(target:list_referrers(stored, { tolerant = true }))
  end
end

return referrers
