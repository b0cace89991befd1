--- copy: images and indexes from one place to another, byte for byte, with as little as that takes.
--
-- Documents are fetched first, then what the target lacks is brought: blobs, manifests from the inside out, tags last.
-- What is there is not sent again, so an interrupted copy goes on where it was, and a second one does nothing.

local beside = require("manifest.graph.referrers")
local check = require("manifest.base.check")
local chosen = require("manifest.graph.selection")
local copying = require("manifest.graph.transfer")
local error_of = require("manifest.base.error")
local jobs = require("manifest.verb.copy.moves")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local present = require("manifest.graph.missing")
local tags = require("manifest.verb.tags")

local copy = {}

local OPTIONS = {
  platforms = "string|table", -- only these images of an index
  sparse = "boolean", -- with platforms: the index stays as it is, though it names images that are not copied
  all_tags = "boolean", -- source and target are repositories
  include = "string|table", -- with all_tags: patterns of tags
  exclude = "string|table",
  referrers = "boolean", -- also what refers to the manifests
  digest_tags = "boolean", -- also tags made of their digests, as signatures are kept
  no_clobber = "boolean", -- never move a tag that is there
  dry_run = "boolean", -- only say what would be done
}

local HINTS = {
  unauthorized = "log in to the registries with accounts that may read the source and push to the target",
  denied = "check that the accounts may read the source and push to the target",
}

local function read_platforms(given)
  if given == nil then
    return nil
  end
  local list, err = names.platforms("copy: platform", type(given) == "string" and { given } or given, 4)
  if not list then
    return nil, err
  end
  if #list == 0 then
    return nil, error_of.new({
      code = "invalid_argument", message = "no platform was given", hint = "name at least one",
    })
  end
  return list
end

local function check_options(options)
  options = check.options("copy", options, OPTIONS, 3)
  for _, name in ipairs({ "include", "exclude" }) do
    if options[name] and not options.all_tags then
      error(("copy: option '%s' goes with all_tags"):format(name), 3)
    end
  end
  if options.sparse and not options.platforms then
    error("copy: option 'sparse' goes with platforms", 3)
  end
  return options
end

local function open(context, source_name, target_name, options)
  local opener = options.all_tags and tags.open or context.open
  local from, err = opener(context, "copy", source_name)
  if not from then
    return nil, err
  end
  local to
  to, err = opener(context, "copy", target_name, { actions = "pull,push", also = { from.ref } })
  if not to then
    return nil, err
  end
  return from, to
end

--- How a place is told of: with all tags it is a repository.
local function text_of(at, options)
  return options.all_tags and at.name or at.text
end

--- The trees of what is to be copied, each document once however many tags name it.
local function gather(context, from, list, options)
  return context.loop:all(jobs.by_document(list), context.jobs, function(group)
    local answer, err = jobs.document(from, group[1])
    if not answer then
      return nil, err
    end
    local tree
    tree, err = chosen.gather(context, answer, options)
    if not tree then
      return nil, err
    end
    for _, job in ipairs(group) do
      job.tree, job.digest = tree, tree.digest
    end
    return tree
  end)
end

--- What comes along with the trees: {referrers, trees}.
local function gather_beside(context, from, trees, options)
  local along = { referrers = {}, trees = {} }
  local digests = beside.digests(trees)
  if options.referrers then
    local found, err = beside.referrers(context, from.repository, digests)
    if not found then
      return nil, err
    end
    along.referrers = found
    for _, one in ipairs(along.referrers) do
      along.trees[#along.trees + 1] = one.tree
    end
  end
  if options.digest_tags then
    local tagged, err = beside.digest_tags(context, from.repository, digests)
    if not tagged then
      return nil, err
    end
    table.move(tagged, 1, #tagged, #along.trees + 1, along.trees)
  end
  return along
end

--- The trees to bring, those of the tags last, so that no tag is moved before what belongs to it is there.
local function all_trees(along, trees)
  local all = { table.unpack(along.trees) }
  return table.move(trees, 1, #trees, #all + 1, all)
end

--- Names images first, indexes after them: a registry that looks whether an index's images are there must not do so
--- while one of them is just being written again under its tag.
local function perform(context, to, plan, put_tags)
  local images, indexes = {}, {}
  for _, tag in ipairs(plan.tags) do
    table.insert(media_type.is_index(tag.media_type) and indexes or images, tag)
  end
  local ok, err = copying.perform(context, to, { blobs = plan.blobs, levels = plan.levels, tags = images },
    { put_tags = put_tags })
  if not ok then
    return nil, err
  end
  return copying.perform(context, to, { blobs = {}, levels = {}, tags = indexes }, { put_tags = put_tags })
end

local function bring(context, to, list, trees, along, options)
  local all = all_trees(along, trees)
  if not list.is_new then
    local left, err = present.without(context, to.repository, all)
    if not left then
      return nil, err
    end
    all = left
  end
  local plan = copying.plan(to.repository, all)
  if options.dry_run then
    return plan
  end
  local ok, err = perform(context, to.repository, plan, jobs.put_guarded(context, list, to.repository, options))
  if ok and #along.referrers > 0 then
    ok, err = beside.list_referrers(context, to.repository, along.referrers)
  end
  return ok and plan, err
end

local function run(context, from, to, options)
  local list, err = jobs.list(context, from, to, options)
  if not list then
    return nil, err
  end
  local trees, along
  trees, err = gather(context, from, list.todo, options)
  if trees then
    along, err = gather_beside(context, from, trees, options)
  end
  if along then
    trees, err = jobs.settle(list, options)
  end
  if not along or not trees then
    return nil, err
  end
  local plan
  plan, err = bring(context, to, list, trees, along, options)
  if not plan then
    if options.sparse and err.code ~= "unauthorized" and err.status == 400 then
      err.hint = "the registry takes no index whose images are missing: copy without sparse"
    end
    return nil, err
  end
  local ok = true
  if not options.dry_run then
    ok, err = jobs.enter_nameless(list, to)
  end
  if not ok then
    return nil, err
  end
  return jobs.report(list, plan, along)
end

--- Copies.
---@param context table
---@param source_name string|table reference, or a repository with all_tags
---@param target_name string|table
---@param options table|nil see OPTIONS
---@return table|nil done {source, target, copied = {{name, digest}}, skipped = {{name, digest, reason = "same" or
--- "exists"}}, blobs, manifests, referrers = counts of what was brought, size = bytes of those blobs, dry_run}
---@return table|nil err invalid_argument, not_found, exists, digest_mismatch, unauthorized, denied, io, ...
function copy.perform(context, source_name, target_name, options)
  options = check_options(options)
  local platforms, err = read_platforms(options.platforms)
  if err then
    return nil, err:with({ verb = "copy" })
  end
  local own = {}
  for name, value in pairs(options) do
    own[name] = value
  end
  own.platforms = platforms
  local from, to = open(context, source_name, target_name, own)
  if not from then
    return nil, to
  end
  local done
  done, err = run(context, from, to, own)
  if not done then
    return nil, err:with({ verb = "copy", ref = ("%s %s"):format(text_of(from, own), text_of(to, own)),
      hint = HINTS[err.code] })
  end
  done.source, done.target, done.dry_run = text_of(from, own), text_of(to, own), options.dry_run
  return done
end

return copy
