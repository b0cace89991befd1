--- What a copy has to do, tag by tag. A job: {selector and wanted (digest) in the source, name and there (digest) in
-- the target}.

local digest_at = require("manifest.repository.digest_at")
local error_of = require("manifest.base.error")
local guard = require("manifest.tag.guard")
local location = require("manifest.name.location")
local names = require("manifest.declare.argument")
local source = require("manifest.graph.read")
local tags = require("manifest.verb.tags")

local jobs = {}

--- One reference. Without a tag in a layout's name, the image keeps the tag it had.
local function single(from, to)
  local name = to.tag or to.digest
  if not name and not from.digest then
    name = from.tag
  end
  return { selector = from.selector, name = name, must_be = to.digest }
end

--- Whether a name is right already and nothing else is asked for. A choice of platforms may give another digest, and
--- what belongs to a manifest may have changed beside it.
local function is_done(job, digest, options)
  return job.there == digest and not options.platforms and not options.referrers and not options.digest_tags
end

local function list_single(context, from, to, options)
  local job = single(from, to)
  local results, err = context.loop:all({ "source", "target" }, 2, function(which)
    if which == "source" then
      return source.document_of("copy", from)
    end
    if not job.name then
      return { digest = false }
    end
    local digest, problem = digest_at(to.repository, job.name)
    if digest == nil then
      return nil, problem
    end
    return { digest = digest }
  end)
  if not results then
    return nil, err
  end
  job.answer, job.there = results[1], results[2].digest
  local found = { todo = { job }, skipped = {}, is_new = not job.there }
  if is_done(job, results[1].digest, options) then
    found.todo = {}
    found.skipped[1] = { name = job.name, digest = job.there, reason = "same" }
  end
  return found
end

--- A layout may have tags that no registry takes. Refused before anything is sent: `a?b` would be put as `a`.
local function check_tags(to, list)
  if location.is_local(to.ref) then
    return true
  end
  local ok, err = names.tags("copy", to.ref, list, 0)
  if not ok then
    err.hint = err.hint .. "; leave it out (exclude, --exclude), or copy it alone to a tag"
  end
  return ok, err
end

--- All tags of a repository: those that are the same on both sides are done, at the price of two HEAD requests each.
local function list_tags(context, from, to, options)
  local list, err = tags.list(from, options)
  if not list then
    return nil, names.in_docker_words(err, "copy", from.ref:name_only())
  end
  if #list == 0 then
    return nil, error_of.new({
      code = "not_found", message = ("no tag of %s is to be copied"):format(from.name),
      hint = "look at the tags with 'manifest tags', and at the patterns",
    })
  end
  local ok
  ok, err = check_tags(to, list)
  if not ok then
    return nil, err
  end
  local looked
  looked, err = context.loop:all(list, context.jobs, function(tag)
    local now, problem = from.repository:head(tag)
    local there
    if now then
      there, problem = digest_at(to.repository, tag)
    end
    if there == nil then
      return nil, problem
    end
    return { selector = tag, wanted = now.digest, name = tag, there = there }
  end)
  if not looked then
    return nil, err
  end
  local found = { todo = {}, skipped = {}, is_new = true }
  for _, job in ipairs(looked) do
    found.is_new = found.is_new and not job.there
    if is_done(job, job.wanted, options) then
      found.skipped[#found.skipped + 1] = { name = job.name, digest = job.there, reason = "same" }
    else
      found.todo[#found.todo + 1] = job
    end
  end
  return found
end

--- Lists what is to be done.
---@param context table
---@param from table place
---@param to table place
---@param options table
---@return table|nil list {todo = jobs, skipped, is_new = the target has none of the names}
---@return table|nil err
function jobs.list(context, from, to, options)
  if options.all_tags then
    return list_tags(context, from, to, options)
  end
  return list_single(context, from, to, options)
end

--- Jobs of one document of the source, together.
---@param list table[] jobs
---@return table[] groups lists of jobs
function jobs.by_document(list)
  local groups, by_digest = {}, {}
  for _, job in ipairs(list) do
    local digest = job.wanted or job.answer.digest
    local group = by_digest[digest]
    if not group then
      group = {}
      by_digest[digest], groups[#groups + 1] = group, group
    end
    group[#group + 1] = job
  end
  return groups
end

--- The document of a job. A tag that moves meanwhile does not matter: what it named first is copied.
function jobs.document(from, job)
  if job.answer then
    return job.answer
  end
  return source.document_at("copy", names.name_of(from, job.wanted), from.repository, job.wanted)
end

local function refuse_other(job)
  return nil, error_of.new({
    code = "digest_mismatch", message = ("what is copied has the digest %s"):format(job.digest),
    hint = "leave the digest out of the target",
  })
end

--- Decides which names are written, now that the digests are known: names that are right already are left alone, names
--- of something else are not moved when that was asked for. Pure.
---@param list table of jobs.list, each job with its tree and digest
---@param options table no_clobber, all_tags
---@return table[]|nil trees those to bring, each with its names
---@return table|nil err
function jobs.settle(list, options)
  local left, todo = {}, {}
  for _, job in ipairs(list.todo) do
    if job.must_be and job.must_be ~= job.digest then
      return refuse_other(job)
    end
    local reason = job.there == job.digest and "same" or (job.there and options.no_clobber and "exists") or nil
    if reason == "exists" and not options.all_tags then
      return nil, error_of.new({
        code = "exists", message = ("the tag %s is there and names %s"):format(job.name, job.there),
        hint = "it is left as it is",
      })
    end
    if reason then
      list.skipped[#list.skipped + 1] = { name = job.name, digest = job.there, reason = reason }
    else
      todo[#todo + 1] = job
      if not job.tree.names then
        job.tree.names = {}
        left[#left + 1] = job.tree
      end
      job.tree.names[#job.tree.names + 1] = job.name
    end
  end
  list.todo = todo
  return left
end

--- A name that came to be there meanwhile: it stays, and the job is not done.
local function leave(list, job, now)
  for position, one in ipairs(list.todo) do
    if one == job then
      table.remove(list.todo, position)
      break
    end
  end
  list.skipped[#list.skipped + 1] = { name = job.name, digest = now, reason = "exists" }
end

--- How tags are put that must not move: settle() has looked at them, but blobs may have been on their way for an hour
--- since. Tags that come along with a manifest (signatures) move as their manifest's do.
---@param context table
---@param list table of jobs.list, settled
---@param repository table
---@param options table no_clobber, all_tags
---@return function|nil put_tags for copying.perform; nil when nothing is guarded
function jobs.put_guarded(context, list, repository, options)
  if not options.no_clobber then
    return nil
  end
  local by_name = {}
  for _, job in ipairs(list.todo) do
    by_name[job.name or ""] = job
  end
  local function leaves(put, err)
    local is_left = err.code == "exists" and options.all_tags or false
    if is_left then
      leave(list, by_name[put.name], err.now)
    end
    return is_left
  end
  return function(list_of_tags)
    local puts = {}
    for position, tag in ipairs(list_of_tags) do
      puts[position] = { name = tag.name, made = tag, rules = { no_clobber = by_name[tag.name] ~= nil } }
    end
    return guard.put_all(context, repository, puts, leaves)
  end
end

--- Enters what has no name: only a layout lists such images.
---@return boolean|nil ok
---@return table|nil err
function jobs.enter_nameless(list, to)
  for _, job in ipairs(list.todo) do
    if not job.name then
      local ok, err = to.repository:put_manifest(nil, job.tree.bytes, job.tree.media_type)
      if not ok then
        return nil, err
      end
    end
  end
  return true
end

--- What was done, for the caller. Pure.
---@param list table of jobs.list, settled
---@param plan table of copying.plan
---@param along table {referrers}
function jobs.report(list, plan, along)
  local report = {
    copied = {}, skipped = list.skipped, blobs = #plan.blobs, size = 0, manifests = 0, referrers = #along.referrers,
  }
  for index, job in ipairs(list.todo) do
    report.copied[index] = { name = job.name, digest = job.digest }
  end
  for _, blob in ipairs(plan.blobs) do
    report.size = report.size + blob.size
  end
  for _, level in ipairs(plan.levels) do
    report.manifests = report.manifests + #level
  end
  return report
end

return jobs
