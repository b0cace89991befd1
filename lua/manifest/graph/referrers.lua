--- What belongs to copied manifests without being named by them: referrers, and tags made of their digests.

local failure = require("manifest.base.failure")
local read = require("manifest.graph.read")
local referrer_list = require("manifest.repository.referrer_list")
local referrers_tag = require("manifest.name.referrers_tag")
local transfer = require("manifest.graph.transfer")

local try = failure.try

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

local function fetch(call, from, selector)
  return try(transfer.gather(call.context, from, try(read.document_at(call.verb, selector, from, selector))))
end

--- The referrers of some manifests that were not seen yet: {subject, descriptor} each.
local function fresh_ones(call, from, digests, seen)
  local lists = call:each(digests, function(digest)
    return try(referrer_list.of(from, digest))
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

--- The referrers of some manifests, and theirs: {tree, subject, descriptor} each.
local function referrers_of(call, from, digests)
  local found, seen = {}, {}
  for _ = 1, MAX_DEPTH do
    local fresh = fresh_ones(call, from, digests, seen)
    call:each(fresh, function(one)
      one.tree = fetch(call, from, one.descriptor.digest)
    end)
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

--- The tags of a repository that are made of one of some digests: `sha256-HEX.sig` and the like. Pure.
---@param tags string[]
---@param digests string[]
---@return string[] chosen without the lists of referrers, which are kept up by whoever stores referrers
function referrers.plan(tags, digests)
  local wanted, chosen = {}, {}
  for _, hash in ipairs(digests) do
    wanted[hash] = true
  end
  for _, tag in ipairs(tags) do
    local subject, rest = referrers_tag.subject(tag)
    if subject and wanted[subject] and rest ~= "" then
      chosen[#chosen + 1] = tag
    end
  end
  return chosen
end

--- The documents under such tags, as trees with names.
local function tagged_by(call, from, digests)
  return call:each(referrers.plan(try(from:tags()), digests), function(tag)
    local tree = fetch(call, from, tag)
    tree.names = { tag }
    return tree
  end)
end

--- What comes along with some trees.
---@param call manifest.Call
---@param from table repository
---@param trees table[] of transfer.gather
---@param options table referrers, digest_tags (booleans)
---@return table along {referrers = {{tree, subject, descriptor}}, trees = of those and of tags made of digests}
function referrers.gather(call, from, trees, options)
  local along = { referrers = {}, trees = {} }
  local digests = digests_of(trees)
  if options.referrers then
    along.referrers = referrers_of(call, from, digests)
    for position, one in ipairs(along.referrers) do
      along.trees[position] = one.tree
    end
  end
  if options.digest_tags then
    local tagged = tagged_by(call, from, digests)
    table.move(tagged, 1, #tagged, #along.trees + 1, along.trees)
  end
  return along
end

local function artifact_type_of(node)
  local view = node.read or node.index
  return view.artifact_type or (view.config and view.config.media_type)
end

--- The descriptor under which a referrer is listed: what its own manifest says, as the specification has it.
local function listed(one)
  local node = one.tree
  local view = node.read or node.index
  return {
    media_type = node.media_type, digest = node.digest, size = node.size, artifact_type = artifact_type_of(node),
    annotations = view.annotations,
  }
end

--- Lists referrers that are stored now: a registry says then whether it keeps track of the subject, else its list is
--- ours.
---@param call manifest.Call
---@param target table repository
---@param found table[] {tree, subject}
function referrers.list(call, target, found)
  local by_subject, subjects = {}, {}
  for _, one in ipairs(found) do
    if not by_subject[one.subject] then
      by_subject[one.subject] = {}
      subjects[#subjects + 1] = one.subject
    end
    table.insert(by_subject[one.subject], listed(one))
  end
  call:each(subjects, function(subject)
    try(referrer_list.ensure(call.context, target, subject, by_subject[subject]))
  end)
end

return referrers
