--- What belongs to copied manifests without being named by them: referrers, and tags made of their digests.

local copying = require("manifest.graph.transfer")
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
      return referrer_list.of(from, hash)
    end)
    if not lists then
      return nil, err
    end
    local fresh, next_digests = {}, {}
    for index, list in ipairs(lists) do
      for _, item in ipairs(list) do
        if not seen[item.digest] then
          seen[item.digest] = true
          fresh[#fresh + 1] = { subject = digests[index], descriptor = item }
          next_digests[#next_digests + 1] = item.digest
        end
      end
    end
    local ok
    ok, err = context.loop:all(fresh, context.jobs, function(one)
      local failure
      one.tree, failure = fetch(context, from, one.descriptor.digest)
      return one.tree and true, failure
    end)
    if not ok then
      return nil, err
    end
    table.move(fresh, 1, #fresh, #found + 1, found)
    digests = next_digests
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

local function artifact_type_of(node)
  local read = node.read or node.index
  return read.artifact_type or (read.config and read.config.media_type)
end

--- The descriptor under which a referrer is listed: what its own manifest says, as the specification has it.
local function listed(one)
  local node = one.tree
  local read = node.read or node.index
  return {
    media_type = node.media_type, digest = node.digest, size = node.size, artifact_type = artifact_type_of(node),
    annotations = read.annotations,
  }
end

--- Whether a registry told, when it stored a referrer, that it keeps track of the subject; else its lists are ours.
---@param target table repository
---@param found table[] of referrers(), stored by now
---@return boolean|nil ok
---@return table|nil err
function beside.list_referrers(context, target, found)
  local by_subject, subjects = {}, {}
  for _, one in ipairs(found) do
    if not by_subject[one.subject] then
      by_subject[one.subject] = {}
      subjects[#subjects + 1] = one.subject
    end
    table.insert(by_subject[one.subject], listed(one))
  end
  return context.loop:all(subjects, context.jobs, function(subject)
    local tag, err = referrer_list.ensure(context, target, subject, by_subject[subject])
    return tag ~= nil or nil, err
  end)
end

return beside
