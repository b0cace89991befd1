--- delete: takes a tag, or a manifest with all its tags, out of a repository.
--
-- Many registries delete by digest only, and then every tag of that digest goes. That is not done by surprise: when
-- tags that were not named would go too, or an index would lose an image, nothing is deleted, and they are named,
-- unless `shared` says that it is meant.

local check = require("manifest.base.check")
local digest_at = require("manifest.repository.digest_at")
local document = require("manifest.document.index")
local error_of = require("manifest.base.error")
local media_type = require("manifest.name.media_type")
local names = require("manifest.declare.argument")
local referrers_tag = require("manifest.name.referrers_tag")
local source = require("manifest.graph.read")

local delete = {}

local OPTIONS = { shared = "boolean", dry_run = "boolean" }

local HINTS = {
  unauthorized = "log in to the registry with an account that may delete in the repository",
  denied = "check that the account may delete in the repository",
}

--- Whether a manifest may go. Pure.
---@param name string|nil the tag that was named
---@param digest string
---@param tags table[] {tag, digest, lists = it is an index that names the digest} of the repository
---@param allowed boolean may tags that were not named go too, and indexes lose an image?
---@return table|nil found {shared = other tags of the digest, listed = tags of indexes that name it}
---@return table|nil err conflict
function delete.plan(name, digest, tags, allowed)
  local shared, listed = {}, {}
  for _, one in ipairs(tags) do
    if one.digest == digest and one.tag ~= name then
      shared[#shared + 1] = one.tag
    elseif one.lists then
      listed[#listed + 1] = one.tag
    end
  end
  if (#shared == 0 and #listed == 0) or allowed then
    return { shared = shared, listed = listed }
  end
  local words = {}
  words[1] = #shared > 0 and "is also what these tags name: " .. table.concat(shared, ", ") or nil
  words[#words + 1] = #listed > 0 and "is an image of these indexes: " .. table.concat(listed, ", ") or nil
  return nil, error_of.new({
    code = "conflict", shared = shared, listed = listed, digest = digest,
    message = ("%s %s"):format(digest, table.concat(words, ", and ")),
    hint = "deleting it would delete or break them too; say --shared (shared = true) when that is meant",
  })
end

--- Does the index under a tag name the digest?
local function lists(repository, tag, digest)
  local answer, err = repository:manifest(tag)
  if not answer then
    return err.code == "not_found" and false or nil, err
  end
  local index = document.read(answer.bytes, answer.media_type)
  for _, entry in ipairs(index and index.entries or {}) do
    if entry.digest == digest then
      return true
    end
  end
  return false
end

--- What a tag names, and whether that is an index which names the digest.
local function look_at(repository, tag, digest)
  local found, err = repository:head(tag)
  if not found then
    return err.code == "not_found" and { tag = tag } or nil, err
  end
  local is_listed = false
  if found.digest ~= digest and media_type.is_index(found.media_type) and not referrers_tag.subject(tag) then
    is_listed, err = lists(repository, tag, digest)
    if is_listed == nil then
      return nil, err
    end
  end
  return { tag = tag, digest = found.digest, lists = is_listed }
end

--- Adds the documents of a layout that no tag names and that would lose it.
local function add_parents(repository, tags, digest)
  local parents, err = repository:parents(digest)
  if not parents then
    return nil, err
  end
  local known = {}
  for _, one in ipairs(tags) do
    known[one.digest or false] = true
  end
  for _, parent in ipairs(parents) do
    if not known[parent] then
      known[parent] = true
      tags[#tags + 1] = { tag = parent, digest = parent, lists = true }
    end
  end
  return true
end

local function look(context, at, digest, options)
  local tags, err = at.repository:tags()
  if not tags and err.code ~= "not_found" then
    return nil, err
  end
  tags, err = context.loop:all(tags or {}, context.jobs, function(tag)
    return look_at(at.repository, tag, digest)
  end)
  local ok = tags
  if tags and at.ref.kind == "layout" and not options.shared then
    ok, err = add_parents(at.repository, tags, digest)
  end
  if not ok then
    return nil, err
  end
  return delete.plan(at.tag, digest, tags, options.shared)
end

--- What left the disk with it, in a layout.
local function note_removed(done, removed)
  if type(removed) == "table" then
    done.removed, done.kept = { manifests = removed.manifests, blobs = removed.blobs }, removed.kept
  end
  return done
end

--- Which tags of a manifest that was deleted by digest are gone? Some registries keep them, and serve it under them.
--- A GET tells that at once, where a HEAD that says 404 would need one to confirm it.
---@return string[] gone
---@return string[] remaining
local function look_again(context, repository, tags, digest)
  local seen = context.loop:all(tags, context.jobs, function(tag)
    local answer, err = repository:manifest(tag)
    if not answer and err.code ~= "not_found" then
      context.warn(("whether the tag %s is gone cannot be told: %s"):format(tag, err.message))
    end
    return { remains = answer ~= nil and answer.digest == digest, is_gone = not answer and err.code == "not_found" }
  end)
  local gone, remaining = {}, {}
  for position, tag in ipairs(tags) do
    gone[#gone + 1] = seen[position].is_gone and tag or nil
    remaining[#remaining + 1] = seen[position].remains and tag or nil
  end
  return gone, remaining
end

--- Tells what is gone, when it was looked at again.
local function report_gone(context, at, done)
  local tags = { table.unpack(done.shared) }
  tags[#tags + 1] = done.tag
  local gone, remaining = look_again(context, at.repository, tags, done.digest)
  if gone[#gone] == done.tag then
    gone[#gone] = nil
  end
  done.shared, done.remaining = gone, remaining
  if done.tag == nil or remaining[#remaining] ~= done.tag then
    return done
  end
  return nil, error_of.new({
    code = "registry", remaining = remaining,
    message = ("the registry deleted %s, and keeps the tag %s, which still serves it"):format(done.digest, done.tag),
    hint = "it deletes no tags: ask its operator, or delete the tag in its own interface",
  })
end

--- Deletes the manifest itself, once it is known which tags go with it.
local function delete_digest(context, at, digest, options)
  local found, err = look(context, at, digest, options)
  if not found then
    return nil, err
  end
  local removed
  if not options.dry_run then
    removed, err = at.repository:delete(digest)
    if not removed then
      return nil, err
    end
  end
  local done = note_removed({
    reference = at.text, digest = digest, tag = at.tag, shared = found.shared, listed = found.listed, remaining = {},
    dry_run = options.dry_run,
  }, removed)
  if options.dry_run then
    return done
  end
  return report_gone(context, at, done)
end

--- Is a tag gone that the registry did not find when it should delete it? Somebody else may have been quicker.
local function check_gone(at)
  local now, err = digest_at(at.repository, at.tag)
  if now then
    err = error_of.new({
      code = "unsupported",
      message = ("the registry shows the tag %s, and does not find it to delete it"):format(at.tag),
      hint = "delete its manifest by digest: " .. names.name_of(at, now),
    })
  end
  return now == false or nil, err
end

--- Deletes a tag alone where the registry can, else its manifest.
local function delete_tag(context, at, options)
  local found, err = source.descriptor_of("delete", at)
  if not found then
    return nil, err
  end
  if at.digest and at.digest ~= found.digest then
    return nil, error_of.new({
      code = "conflict", message = ("the tag %s names %s now"):format(at.tag, found.digest),
      hint = "nothing is deleted: look again",
    })
  end
  local done = { reference = at.text, digest = found.digest, tag = at.tag, shared = {}, listed = {}, remaining = {},
    tag_only = true }
  if options.dry_run and at.repository.deletes_tags then
    done.dry_run = true
    return done
  end
  if options.dry_run then -- what registries can do shows only when they are told to
    return delete_digest(context, at, found.digest, { dry_run = true, shared = true })
  end
  local ok
  ok, err = at.repository:delete(at.tag)
  if ok == false then
    ok, err = check_gone(at)
  end
  if ok then
    return note_removed(done, ok)
  end
  if not err.digest_alone then
    return nil, err
  end
  return delete_digest(context, at, found.digest, options)
end

local function run(context, at, options)
  if at.tag then
    return delete_tag(context, at, options)
  end
  -- In a layout any blob may bear the digest: only a manifest is deleted.
  local look_up = at.ref.kind == "layout" and source.document_of or source.descriptor_of
  local found, err = look_up("delete", at)
  if not found then
    return nil, err
  end
  return delete_digest(context, at, found.digest, options)
end

local function nothing_named(given)
  return nil, error_of.new({
    code = "invalid_reference", message = "neither a tag nor a digest says what to delete", verb = "delete",
    ref = tostring(given), hint = "write REPOSITORY:TAG or REPOSITORY@DIGEST",
  })
end

--- Deletes.
---@param context table
---@param given string|table reference with a tag or a digest
---@param options table|nil {shared = tags that were not named may go too, dry_run = only look}
---@return table|nil done {reference, digest, tag, shared = other tags that went with it, remaining = tags that the
--- registry keeps, and serves it under, listed = tags of indexes that
--- now lack it, tag_only = only the tag is gone; in a layout removed = {manifests, blobs: how many files that nothing
--- names any more went, too} and kept = error that says why such files were left, or nil}
---@return table|nil err conflict (err.shared, err.listed: the tags that would go, or lack an image), unsupported, ...
function delete.perform(context, given, options)
  options = check.options("delete", options, OPTIONS)
  if names.is_bare(given) then -- `latest` is not filled in where things are deleted
    return nothing_named(given)
  end
  local at, err = context:open("delete", given, { actions = "pull,push,delete" })
  if not at then
    return nil, err
  end
  local done
  done, err = run(context, at, options)
  if not done then
    if err.code == "not_found" and not err.hint then
      err = names.in_docker_words(err, "delete", at.ref)
    end
    return nil, err:with({ verb = "delete", ref = at.text, hint = HINTS[err.code] })
  end
  return done
end

return delete
