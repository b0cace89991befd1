--- What belongs to copied manifests without being named by them: referrers, and tags made of their digests.

local copying = require("manifest.graph.transfer")
local referrer = require("manifest.repository.referrer")
local referrer_list = require("manifest.repository.referrer_list")
local referrers_tag = require("manifest.name.referrers_tag")
local source = require("manifest.graph.read")

local beside = {}

--- Referrers may have referrers; deeper than this nobody looks.
local MAX_DEPTH = 4

--- The digests of all manifests and indexes of some trees, each once.
---@param trees table[] of copying.gather
---@return string[] digests
function beside.digests(trees)
  local digests = {}
  for position, node in ipairs(copying.documents(trees)) do
    digests[position] = node.digest
  end
  return digests
end

local function fetch(context, from, selector)
  local answer, err = source.document_at("copy", selector, from, selector)
  if not answer then
    return nil, err
  end
  return copying.gather(context, from, answer)
end

--- Does a manifest refer to a digest?
local function refers_to(tree, hash)
  local subject = (tree.read or tree.index).subject
  return subject ~= nil and subject.digest == hash
end

--- Fetches referrers that are listed. One that is gone, or is none by its own manifest, is left out.
---@return table[]|nil found
---@return table|nil err
local function fetch_listed(context, from, listed)
  local fetched, err = context.loop:all(listed, context.jobs, function(one)
    local failure
    one.tree, failure = fetch(context, from, one.descriptor.digest)
    if one.tree then
      one.tree.is_referrer = true
      return refers_to(one.tree, one.subject)
    end
    if failure.code == "not_found" then
      context.warn(("%s is listed among what refers to %s, and is gone: left out"):format(one.descriptor.digest,
        one.subject))
      return false
    end
    return nil, failure
  end)
  if not fetched then
    return nil, err
  end
  local found = {}
  for position, one in ipairs(listed) do
    found[#found + 1] = fetched[position] and one or nil
  end
  return found
end

--- The referrers of some manifests, and theirs.
---@param context table
---@param from table repository
---@param digests string[]
---@return table[]|nil found {tree, subject, descriptor}
---@return table|nil err
function beside.referrers(context, from, digests)
  local found, seen = {}, {}
  for _ = 1, MAX_DEPTH do
    local lists, err = context.loop:all(digests, context.jobs, function(hash)
      return referrer_list.of(from, hash, { unchecked = true })
    end)
    if not lists then
      return nil, err
    end
    local listed = {}
    for index, list in ipairs(lists) do
      for _, item in ipairs(list) do
        if not seen[item.digest] then
          seen[item.digest] = true
          listed[#listed + 1] = { subject = digests[index], descriptor = item }
        end
      end
    end
    local fresh
    fresh, err = fetch_listed(context, from, listed)
    if not fresh then
      return nil, err
    end
    digests = {}
    for position, one in ipairs(fresh) do
      digests[position] = one.descriptor.digest
    end
    table.move(fresh, 1, #fresh, #found + 1, found)
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
function beside.plan(tags, digests)
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

--- The documents under such tags.
---@return table[]|nil trees with names
---@return table|nil err
function beside.digest_tags(context, from, digests)
  local tags, err = from:tags()
  if not tags then
    return nil, err
  end
  return context.loop:all(beside.plan(tags, digests), context.jobs, function(tag)
    local tree, failure = fetch(context, from, tag)
    if tree then
      tree.names = { tag }
    end
    return tree, failure
  end)
end

--- What of some trees refers to something and is not put, for it is there already: it may have been put by who did not
--- list it, or whose listing failed.
---@param trees table[]
---@param plan table of copying.plan
---@return table[] deferred for a repository's list_referrers
function beside.put_before(trees, plan)
  local put, deferred = {}, {}
  for _, level in ipairs({ plan.tags, table.unpack(plan.levels) }) do
    for _, one in ipairs(level) do
      put[one.digest] = true
    end
  end
  for _, node in ipairs(copying.documents(trees)) do
    local subject, descriptor = referrer.describe(node.bytes, node.media_type, node.digest)
    if subject and not put[node.digest] then
      deferred[#deferred + 1] = { subject = subject, descriptor = descriptor, is_referrer = node.is_referrer }
    end
  end
  return deferred
end

return beside
