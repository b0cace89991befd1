--- index create: an index of images from anywhere, made and pushed in one go, with no local state.
--
-- Documents are fetched at once; configs are read while layers are mounted; all checks are made before a byte is moved
-- or a manifest put; then children, and the tags last.

local argument = require("manifest.declare.argument")
local assembly = require("manifest.document.assembly")
local compose = require("manifest.document.compose")
local declare = require("manifest.declare")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local flatten = require("manifest.verb.index.flatten")
local guard = require("manifest.tag.guard")
local options = require("manifest.verb.index.options")
local outcome = require("manifest.verb.index.outcome")
local platform = require("manifest.graph.platform")
local put = require("manifest.tag.put")
local read = require("manifest.graph.read")
local sources = require("manifest.verb.index.sources")
local target = require("manifest.verb.index.target")
local transfer = require("manifest.graph.transfer")

local about, fail, try = failure.about, failure.fail, failure.try

local create = declare.verb {
  name = "index create", network = true, named = true, check = options.wrong_sources,
  description = options.OF_SOURCE,
  arguments = {
    { "target", "location", help = "The index" },
    options.source("sources", "(location|table)[]", "What it is made of, in order"),
  },
  options = options.join(options.COMMON, options.SOURCES, options.JOINING, {
    tags = { "tag[]", flag = "tag", short = "t", help = "One more tag of the same repository" },
    by_digest = { "boolean", excludes = { "tags", "if_absent", "if_digest", "no_clobber" },
      help = "Push without a tag" },
    annotations = { "map", flag = false, help = "Annotations of the index" },
    entry_annotations = { "table[]", flag = false, class = "manifest.EntryAnnotations",
      help = "Annotations of its entries", fields = {
        platform = { "platform", help = "Of entries for this platform (default: of all)" },
        annotations = { "map_change", help = "Annotations; false or an empty text removes one" },
      } },
    artifact_type = { "media_type", help = "Artifact type of the index" },
    subject = { "location|table", value = "ref",
      help = "What the index belongs to, in the same repository: a reference, a digest or a descriptor" },
    if_absent = { "boolean", help = "Fail if the tag is there, whatever it names" },
    no_clobber = { "boolean", help = "Fail rather than move a tag that names something else" },
  }),
  printing = options.printing({
    annotation = { "string[]", value = "name=value",
      help = "Annotation of the index; of its entries with 'manifest-descriptor:' before the name" },
  }),
  hints = options.HINTS,
  examples = {
    "index create a.io/app:1 a.io/app:1-amd64 b.io/app:1,platform=linux/arm64",
    "index create --expect linux/amd64,linux/arm64 a.io/app:1 b.io/app:1",
  },
}

--- The tags to put the index under, the target's own first; none when it goes by digest.
---@param ref table reference of the target
---@param o manifest.IndexCreateOptions
---@return string[] tags
function create.tags(ref, o)
  if o.by_digest then
    return {}
  end
  local more = try(argument.tags(ref, o.tags --[[@as string[]?]] or {}))
  local list = { ref.tag }
  if not list[1] and not more[1] and guard.is_set(o) then
    fail {
      code = "invalid_argument", message = ("%s has no tag to guard"):format(tostring(ref)),
      hint = "say which tag it gets, or leave the guard out",
    }
  end
  for _, name in ipairs(more) do
    list[#list + 1] = name ~= ref.tag and name or nil
  end
  return list
end

--- How a subject is given: as a descriptor (a table, or JSON), as a digest, or by its name.
local function kind_of(given)
  if type(given) == "table" then
    return getmetatable(given) == nil and "descriptor" or "name"
  end
  if given:find("^%s*[{[]") then
    return "descriptor"
  end
  return digest.is_known(given:match("^[^:]*")) and "digest" or "name"
end

--- The name of what the index belongs to: it must be in the same repository, or no registry would find it.
---@param ref table reference of the target
---@param given string|table|nil
---@return table|nil subject reference; nil: none is named
function create.subject(ref, given)
  if not given or kind_of(given) ~= "name" then
    return nil
  end
  local subject = try(argument.location("index create", given))
  if subject.repository ~= ref.repository then
    fail {
      code = "unsupported",
      message = ("the subject %s is not in the repository %s"):format(tostring(subject), ref.repository),
      hint = "copy it there first: an index and its subject live in one repository",
    }
  end
  return subject
end

--- Reads everything that the options say, without the network.
---@return table work {options, at, sources, tags, subject = descriptor, subject_ref = reference}
local function prepare(call, o, known)
  local work = target.open(call, o.target, o.sources, o)
  local _ <close> = about(work.at.text)
  local ref = work.at.ref
  work.known, work.tags = known, create.tags(ref, o)
  if o.subject and kind_of(o.subject) == "descriptor" then
    work.subject = flatten.read_descriptor(o.subject)
  elseif o.subject then
    work.subject_ref = create.subject(ref, o.subject) or try(ref:with_digest(o.subject))
  end
  return work
end

local function look_at_subject(call, work)
  local ref = work.subject_ref
  local answer = read.document_at(call.verb, ref, work.at.repository, ref.digest or ref.tag, ref.digest)
  work.subject = { media_type = answer.media_type, digest = answer.digest, size = answer.size }
end

--- Fetches the sources, and looks at the subject and, early, at guarded tags: so that a moved tag costs no copying.
local function look(call, work)
  local tasks = { work.subject_ref and function()
    look_at_subject(call, work)
  end }
  for _, name in ipairs(guard.is_set(work.options) and work.tags or {}) do
    tasks[#tasks + 1] = function()
      guard.look(work.at.repository, name, put.rules_of(work, name))
    end
  end
  tasks[#tasks + 1] = function()
    work.groups = sources.fetch(call, work.at, work.sources)
  end
  call:each(tasks, function(task)
    task()
  end, #tasks)
end

--- The index of these sources, once their platforms are known.
---@param call manifest.Call
---@param work table options, groups, subject, at
---@return table made of compose.index
function create.plan(call, work)
  local o = work.options
  local entries, notices = try(assembly.join(work.groups, sources.rules(o)))
  entries = assembly.annotate(entries, o.entry_annotations or {}, notices)
  if o.expect and #o.expect > 0 then
    try(compose.expect(platform.images_of(call, work.at.repository, entries), o.expect))
  end
  local made = try(compose.index(entries, {
    annotations = o.annotations and next(o.annotations) and o.annotations or nil,
    artifact_type = o.artifact_type, subject = work.subject, media_type = o.media_type,
  }))
  try(work.at.repository:check_manifest(made.raw))
  if work.at.digest and work.at.digest ~= made.digest then
    fail {
      code = "digest_mismatch", message = "the index has the digest " .. made.digest, hint = "leave the digest out",
    }
  end
  table.move(made.notices, 1, #made.notices, #notices + 1, notices)
  made.notices = notices
  return made
end

--- Brings what the index names, then the index. It is decided on once all platforms are known: when their configs are
--- asked for, while blobs are mounted.
local function write(call, work, tasks)
  local made = #tasks == 0 and create.plan(call, work) or nil
  local plan = transfer.plan(work.at.repository, sources.trees(made and { made.entries } or work.groups))
  transfer.run(call, work.at.repository, plan, not made and {
    tasks = tasks,
    check = function()
      made = create.plan(call, work)
    end,
  } or nil)
  local written = put.all(call, work, made)
  return outcome.done(work.at.ref, made, { written = written, tags = work.tags, plan = plan })
end

--- The same without writing: the bytes, and what would be done.
local function rehearse(call, work, tasks)
  sources.run(call, tasks)
  local made = create.plan(call, work)
  local plan = transfer.plan(work.at.repository, sources.trees({ made.entries }))
  return outcome.rehearsed(work.at.ref, made, { tags = work.tags, plan = plan, known = put.known_tags(work) })
end

--- Makes an index.
---@param call manifest.Call
---@param o manifest.IndexCreateOptions
---@param known table<string, string>|nil digests of the target's tags, where they have just been read
---@return manifest.IndexResult
function create.make(call, o, known)
  local work = prepare(call, o, known)
  local _ <close> = about(work.at.text)
  look(call, work)
  local tasks = sources.config_tasks(call, work.groups, work.options)
  return (o.dry_run and rehearse or write)(call, work, tasks)
end

---@class manifest.IndexResult
---@field reference string
---@field digest string
---@field size integer bytes of the index
---@field media_type string
---@field entries manifest.IndexEntry[]
---@field tags string[]
---@field notices string[] what was decided and may surprise
---@field written string[]? names that changed; not of a dry run
---@field unchanged boolean? nothing was written; not of a dry run
---@field copied {blobs: integer, manifests: integer, size: integer}? not of a dry run; size: bytes of the blobs
---@field dry_run boolean?
---@field raw string? of a dry run: the exact bytes
---@field plan string[]? of a dry run: what would be done

---@class manifest.IndexEntry: manifest.Descriptor
---@field from string? the source that it came from

---@param call manifest.Call
---@param o manifest.IndexCreateOptions
---@return manifest.IndexResult
function create.run(call, o)
  return create.make(call, o)
end

return create
