--- index: an index of images from anywhere, made and pushed in one go, with no local state.
--
-- Documents are fetched at once; configs are read while layers are mounted; all checks are made before a byte is moved
-- or a manifest put; then children, and the tags last.

local assembly = require("manifest.document.assembly")
local compose = require("manifest.document.compose")
local copying = require("manifest.graph.transfer")
local error_of = require("manifest.base.error")
local flatten = require("manifest.verb.index.flatten")
local guard = require("manifest.tag.guard")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local naming = require("manifest.tag.put")
local options_of = require("manifest.declare.options")
local outcome = require("manifest.verb.index.outcome")
local source = require("manifest.graph.read")
local sources = require("manifest.verb.index.sources")

local create = {}

local VERB = "index"

local OPTIONS = options_of.shape(options_of.OF_SOURCES, options_of.OF_GUARDS, guard.OPTIONS, {
  target = "string|table",
  sources = "table",
  tags = "table", -- more tags of the same repository for the same bytes
  by_digest = "boolean", -- no tag at all
  annotations = "table", -- of the index
  entry_annotations = "table", -- of its entries: a list of {platform (nil: of all), annotations}
  artifact_type = "string", -- of the index
  subject = "string|table", -- what the index belongs to: a reference in the target's repository, or a descriptor
})

--- What the programmer got wrong raises.
function create.check(options)
  options_of.check(VERB, options, OPTIONS, 3)
  for _, name in ipairs({ "target", "sources" }) do
    if options[name] == nil then
      error(("%s: option '%s' is needed"):format(VERB, name), 3)
    end
  end
  for name in pairs(guard.OPTIONS) do
    if options.by_digest and options[name] then
      error(("%s: '%s' and 'by_digest' exclude each other"):format(VERB, name), 3)
    end
  end
  if options.by_digest and options.tags then
    error(VERB .. ": 'tags' and 'by_digest' exclude each other", 3)
  end
  options_of.annotations(VERB, options.annotations)
end

--- The tags to put the index under, the target's own first; none when it goes by digest.
---@param target table reference
---@param options table
---@return string[]|nil tags
---@return table|nil err
function create.tags(target, options)
  if options.by_digest then
    return {}
  end
  local more, err = names.tags(VERB, target, options.tags or {}, 0)
  if not more then
    return nil, err
  end
  local list = { target.tag }
  if not list[1] and not more[1] and guard.is_set(options) then
    return nil, error_of.new({
      code = "invalid_argument", message = ("%s has no tag to guard"):format(tostring(target)),
      hint = "say which tag it gets, or leave the guard out",
    })
  end
  for _, name in ipairs(more) do
    list[#list + 1] = name ~= target.tag and name or nil
  end
  return list
end

--- The repository of the target, with a token that serves the sources beside it too.
local function open(context, job, references)
  job.target.repository = context.repository(job.target.ref, {
    actions = job.options.dry_run and "pull" or "pull,push", also = references,
  })
  sources.open(context, job.target, job.sources, references)
end

--- An index and its subject live in one repository.
---@return table|nil err unsupported
function create.check_subject(target, subject)
  if subject.repository == target.repository then
    return nil
  end
  return error_of.new({
    code = "unsupported",
    message = ("the subject %s is not in the repository %s"):format(tostring(subject), target.repository),
    hint = "copy it there first: an index and its subject live in one repository",
  })
end

--- What the index belongs to: it must be in the same repository, or no registry would find it.
---@return table|nil err
local function read_subject(job, given)
  local kind = options_of.kind_of_subject(given)
  local err
  if kind == "descriptor" then
    job.subject, err = flatten.read_descriptor(given)
  elseif kind == "digest" then
    job.subject_ref, err = job.target.ref:with_digest(given)
  else
    job.subject_ref, err = names.location(VERB, given)
    err = err or create.check_subject(job.target.ref, job.subject_ref)
  end
  return err
end

--- Reads everything that the options say, without the network.
---@return table|nil job {options, target = {ref, repository}, sources, expect, tags, subject = {ref}|{descriptor}}
local function prepare(context, options)
  local job, err = { options = options, target = {} }
  job.target.ref, err = names.location(VERB, options.target)
  if not job.target.ref then
    return nil, err
  end
  job.sources, err = options_of.sources(VERB, options.sources, options)
  if job.sources then
    job.expect, err = options_of.platforms(VERB .. ": expect", options.expect)
  end
  if job.expect then
    job.tags, err = create.tags(job.target.ref, options)
  end
  if job.tags then
    job.entry_annotations, err = options_of.entry_annotations(VERB, options.entry_annotations)
  end
  if not err then
    err = select(2, media_type.check(options.artifact_type))
  end
  if job.tags and not err and options.subject then
    err = read_subject(job, options.subject)
  end
  if err then
    return nil, err
  end
  local references
  references, err = sources.name(VERB, job.target.ref, job.sources)
  if not references then
    return nil, err
  end
  open(context, job, references)
  return job
end

--- Looks at the subject and, early, at guarded tags: so that a moved tag costs no copying.
local function look(context, job)
  local tasks = {}
  if job.subject_ref then
    tasks[1] = function()
      local ref = job.subject_ref
      local selector = ref.digest or ref.tag
      local answer, err = source.document_at(VERB, ref, job.target.repository, selector, ref.digest)
      job.subject = answer and { media_type = answer.media_type, digest = answer.digest, size = answer.size }
      return job.subject, err
    end
  end
  for _, name in ipairs(guard.is_set(job.options) and job.tags or {}) do
    tasks[#tasks + 1] = function()
      return guard.check(job.target.repository, name, naming.rules_of(job, name))
    end
  end
  tasks[#tasks + 1] = function()
    local err
    job.groups, err = sources.fetch(context, VERB, job.target, job.sources)
    return job.groups, err
  end
  return context.loop:all(tasks, #tasks, function(task)
    return task()
  end)
end

--- The index of these sources, once their platforms are known. Pure.
---@param job table options, groups, expect, subject
---@return table|nil made of compose.index
---@return table|nil err
function create.plan(job)
  local options = job.options
  local entries, notices = assembly.join(job.groups, options_of.rules(options))
  if not entries then
    return nil, notices
  end
  entries = assembly.annotate(entries, job.entry_annotations or {}, notices)
  local ok, err = compose.expect(entries, job.expect)
  if not ok then
    return nil, err
  end
  local made
  made, err = compose.index(entries, {
    annotations = options.annotations and next(options.annotations) and options.annotations or nil,
    artifact_type = options.artifact_type, subject = job.subject, media_type = options.media_type,
  })
  if not made then
    return nil, err
  end
  ok, err = job.target.repository:check_manifest(made.bytes)
  if not ok then
    return nil, err
  end
  local wanted = job.target.ref.digest
  if wanted and wanted ~= made.digest then
    return nil, error_of.new({
      code = "digest_mismatch", message = "the index has the digest " .. made.digest, hint = "leave the digest out",
    })
  end
  table.move(made.notices, 1, #made.notices, #notices + 1, notices)
  made.notices = notices
  return made
end

--- Brings what the index names, then the index. `decide` is called once all platforms are known.
local function write(context, job, tasks)
  local made, err
  local function decide()
    made, err = create.plan(job)
    return made ~= nil or nil, err
  end
  local repository, plan = job.target.repository, nil
  if #tasks == 0 and decide() then
    plan = copying.plan(repository, sources.trees({ made.entries }))
  elseif #tasks > 0 then
    plan = copying.plan(repository, sources.trees(job.groups))
  end
  local ok, written
  if plan then
    ok, err = copying.perform(context, repository, plan, #tasks > 0 and { beside = tasks, check = decide } or nil)
  end
  if ok then
    written, err = naming.put(context, job, made)
  end
  if not written then
    return nil, err
  end
  return outcome.done(job.target.ref, made, { written = written, tags = job.tags, plan = plan })
end

--- The same without writing: the bytes, and what would be done.
local function rehearse(context, job, tasks)
  local ok, err = context.loop:all(tasks, context.jobs, function(task)
    return task()
  end)
  local made
  if ok then
    made, err = create.plan(job)
  end
  if not made then
    return nil, err
  end
  local plan = copying.plan(job.target.repository, sources.trees({ made.entries }))
  return outcome.rehearsed(job.target.ref, made, { tags = job.tags, plan = plan, known = naming.known_tags(job) })
end

--- Makes an index.
---@param context table
---@param options table see OPTIONS; target and sources are needed
---@param known table|nil digests of the target's tags, where another action has just read them
---@return table|nil done see outcome.lua
---@return table|nil err
function create.perform(context, options, known)
  create.check(options)
  local ok, job, done
  local connected, err = context.connect()
  if connected then
    job, err = prepare(context, options)
  end
  if job then
    job.known = known
    ok, err = look(context, job)
  end
  if ok then
    local tasks = sources.config_tasks(VERB, job.groups)
    done, err = (options.dry_run and rehearse or write)(context, job, tasks)
  end
  if not done then
    return nil, outcome.failed(err, VERB, job and job.target.ref or options.target)
  end
  return done
end

return create
