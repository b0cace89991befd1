--- copy: images and indexes from one place to another, byte for byte, with as little as that takes.
--
-- Documents are fetched first, then what the target lacks is brought: blobs, manifests from the inside out, tags last.
-- What is there is not sent again, so an interrupted copy goes on where it was, and a second one does nothing.

local convert = require("manifest.graph.convert")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local media_type = require("manifest.name.media_type")
local moves = require("manifest.verb.copy.moves")
local referrers = require("manifest.graph.referrers")
---@module "manifest.repository.remembered"
local remembered = require("manifest.base.later")("manifest.repository.remembered")
local several = require("manifest.verb.copy.several")
local selection = require("manifest.graph.selection")
local transfer = require("manifest.graph.transfer")

local about, amend, fail = failure.about, failure.amend, failure.fail

local function wrong_together(given)
  if given.all_tags and given.attestations == "only" then
    return "option 'all_tags' excludes option 'attestations' \"only\": images have none"
  end
end

local copy = declare.verb {
  name = "copy", network = true, check = wrong_together,
  description = "Each may be in a registry, or in an OCI layout folder: oci:PATH[:TAG]. The source may be an archive: "
    .. "oci-archive:PATH[:TAG] or docker-archive:PATH[:NAME:TAG]. What is there is not sent again. PATTERN: * is any "
    .. "text, ? is one character.",
  arguments = {
    { "source", "location", help = "What is copied; a repository with option 'all_tags'" },
    { "target", "location", help = "Where it goes; a repository with option 'all_tags'" },
  },
  options = {
    platforms = { "platform[]", flag = "platform", help = "Only these platforms of an index" },
    sparse = { "boolean", needs = "platforms",
      help = "Keep the index as it is, though it names images that are not copied" },
    also = { "location[]", value = "target",
      help = "A further target; each blob is read from SOURCE once, and a target that fails leaves the others alone" },
    all_tags = { "boolean", help = "All tags; SOURCE and TARGET are repositories" },
    include = { "pattern[]", needs = "all_tags", help = "Only tags that match" },
    exclude = { "pattern[]", needs = "all_tags", help = "No tags that match" },
    shard = { "shard", needs = "all_tags", help = "Only the tags of this machine, such as 3/16: each is in one share" },
    attestations = { "choice", of = { "keep", "drop", "only" },
      help = "What becomes of the attestations that an index has (default keep)" },
    media_type = { "choice", of = { "oci", "docker" }, excludes = { "sparse", "referrers", "digest_tags" },
      help = "Write manifests and indexes anew, in this family of media types" },
    referrers = { "boolean", help = "Also what refers to the manifests: signatures, SBOMs" },
    artifact_types = { "media_type[]", flag = "artifact-type", needs = "referrers",
      help = "Only referrers of these types" },
    shared = { "boolean",
      help = "Wait to see that referrers stay listed, as others may attach in TARGET too (default true)" },
    digest_tags = { "boolean", help = "Also tags made of their digests, such as sha256-HEX.sig" },
    shallow = { "boolean", help = "Do not look into an index that is the same already" },
    if_digest = { "digest", excludes = { "all_tags", "no_clobber" },
      help = "Move the tag of TARGET only while it names this digest" },
    no_clobber = { "boolean", help = "Never move a tag that names something else" },
    dry_run = { "boolean", help = "Only say what would be done" },
  },
  hints = {
    unauthorized = "log in to the registries with accounts that may read the source and push to the target",
    denied = "check that the accounts may read the source and push to the target",
  },
  examples = {
    "copy docker.io/library/alpine:3 example.com/base/alpine:3",
    "copy --all-tags --include 'v1.*' example.com/app oci:backup",
  },
}

--- The trees of what is to be copied, each document once however many tags name it.
local function gather(call, from, todo, options)
  return call:each(moves.by_document(todo), function(group)
    local tree = selection.gather(call, moves.document(from, group[1]), options)
    tree = options.media_type and convert.to(tree, options.media_type) or tree
    for _, move in ipairs(group) do
      move.tree, move.digest = tree, tree.digest
    end
    return tree
  end)
end

--- Puts images under their names first, indexes after them: a registry that looks whether an index's images are there
--- must not do so while one of them is just being written again under its tag.
local function put_all(call, repository, plan, put_tags)
  local images, indexes = {}, {}
  for _, tag in ipairs(plan.tags) do
    table.insert(media_type.is_index(tag.media_type) and indexes or images, tag)
  end
  transfer.run(call, repository, { blobs = {}, levels = plan.levels, tags = images }, { put_tags = put_tags })
  transfer.run(call, repository, { blobs = {}, levels = {}, tags = indexes }, { put_tags = put_tags })
end

--- The trees to bring, those of the tags last, so that no tag is moved before what belongs to it is there.
local function all_trees(along, trees)
  return table.move(trees, 1, #trees, #along.trees + 1, { table.unpack(along.trees) })
end

--- Codes by which a registry says that it wants what a manifest names.
local UNKNOWN = { MANIFEST_UNKNOWN = true, MANIFEST_BLOB_UNKNOWN = true, BLOB_UNKNOWN = true }

--- Was the index itself refused (400, 404)? What the source lacks is answered 404, too, to another request.
local function explain_sparse(err)
  local first = err.errors and err.errors[1]
  local is_put = err.message:find("^failed to put") ~= nil
  if is_put and (err.status == 400 or err.status == 404 and (not first or UNKNOWN[first.code])) then
    err.hint = "the registry takes no index whose images are missing: copy without option 'sparse'"
  end
end

--- Finds out what a target lacks.
---@param work table {to}; gets list, along, trees, plan
---@param is_final boolean|nil of moves.list
local function prepare(call, from, work, o, is_final)
  local to = work.to
  local _ <close> = about(from.text, to.text)
  local list = moves.list(call, from, to, o, is_final)
  local lists = o.all_tags and moves.take_lists(list, referrers.lists(call, from.repository, list.todo)) or {}
  local along = referrers.gather(call, from.repository, gather(call, from, list.todo, o), o)
  referrers.add(along, referrers.of_types(lists, o.artifact_types))
  moves.look_again(call, to, list, o)
  local trees = all_trees(along, moves.settle(list, o))
  local left = list.is_new and trees or transfer.missing(call, to.repository, trees)
  work.list, work.along, work.trees, work.plan = list, along, trees, transfer.plan(to.repository, left)
end

--- Brings that.
---@param blobs table[] those of the plan that are not there yet
local function finish(call, from, work, blobs, o)
  local list, to, plan = work.list, work.to, work.plan
  local _ <close> = about(from.text, to.text)
  local _ <close> = amend(o.sparse and explain_sparse)
  transfer.run(call, to.repository, { blobs = blobs, levels = {}, tags = {} }, { tasks = { list.confirm } })
  if list.is_mistaken then
    prepare(call, from, work, o, true)
    return finish(call, from, work, work.plan.blobs, o)
  end
  put_all(call, to.repository, plan, moves.put_guarded(call, list, to.repository, o))
  local documents = transfer.documents(work.trees)
  table.move(list.same, 1, #list.same, #documents + 1, documents)
  referrers.list_present(to.repository, documents, plan)
  moves.enter_nameless(list, to)
end

---@class manifest.CopyResult
---@field source string
---@field target string
---@field copied {name: string?, digest: string, source_digest: string?}[] source_digest: what was written anew
---@field skipped {name: string?, digest: string, reason: "same"|"exists"|"list"}[]
---@field blobs integer that were brought
---@field size integer bytes of those blobs
---@field manifests integer that were brought, without the named ones
---@field referrers integer
---@field also manifest.CopyResult[]? of the further targets
---@field dry_run boolean?

---@param call manifest.Call
---@param source string|manifest.Location
---@param target string|manifest.Location
---@param o manifest.CopyOptions
---@return manifest.CopyResult
function copy.run(call, source, target, o)
  if o.platforms and #o.platforms == 0 then
    fail { code = "invalid_argument", message = "no platform was given", hint = "name at least one" }
  end
  local from, works = call:open(source, { whole = o.all_tags }), {}
  for position, given in ipairs { target, table.unpack(o.also or {}) } do
    local to = call:open(given, { whole = o.all_tags, write = true, also = from, shared = o.shared })
    works[position] = { to = to }
  end
  several.check(works)
  local is_one = not works[2]
  if not is_one then
    remembered.make(from.repository)
  end
  several.each(call, works, function(work)
    prepare(call, from, work, o)
  end, 1)
  if not o.dry_run then
    several.bring(call, is_one and {} or works)
    several.each(call, works, function(work)
      finish(call, from, work, is_one and work.plan.blobs or {}, o)
    end)
  end
  for _, work in ipairs(works) do
    if not work.err then
      work.report = moves.report(work.list, work.plan, work.along)
      work.report.source, work.report.target, work.report.dry_run = from.text, work.to.text, o.dry_run
    end
  end
  several.settle(works)
  local result = works[1].report
  for position = 2, #works do
    result.also = result.also or {}
    result.also[position - 1] = works[position].report
  end
  return result
end

return copy
