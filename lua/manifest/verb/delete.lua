--- delete: takes a tag, or a manifest with all its tags, out of a repository.
--
-- Many registries delete by digest only, and then every tag of that digest goes. That is not done by surprise: when
-- tags that were not named would go too, or an index would lose an image, nothing is deleted, and they are named,
-- unless `shared` says that it is meant. `tag_only` deletes the tag alone there, too (tag/alone.lua).

local along = require("manifest.base.later")("manifest.verb.delete.along") ---@module "manifest.verb.delete.along"
local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local digest_at = require("manifest.repository.interface").digest_at
local failure = require("manifest.base.failure")
local look_again = require("manifest.tag.gone")
local read = require("manifest.graph.read")
local tag_alone = require("manifest.base.later")("manifest.tag.alone") ---@module "manifest.tag.alone"

local fail, try = failure.fail, failure.try

local delete = declare.verb {
  name = "delete", network = true,
  description = "By tag, the tag alone goes where the registry can do that; else the manifest goes, and with it every "
    .. "tag that names it. Other tags are deleted, and indexes left without the image, only with --shared. Of a "
    .. "layout, blobs that nothing names any more leave the disk, too.",
  arguments = { { "ref", "location", help = "A tag or a digest" } },
  options = {
    tag_only = { "boolean", excludes = { "shared", "images", "referrers" },
      help = "The tag alone, also where the registry deletes by digest only" },
    shared = { "boolean", help = "Also when other tags name the digest, or an index does" },
    images = { "boolean", help = "Also images of the index that nothing else in the repository names" },
    referrers = { "boolean", help = "Also what refers to what goes, such as signatures, unless it has a tag" },
    if_digest = { "digest", help = "Delete only while the tag names this digest, as TAG@DIGEST does" },
    dry_run = { "boolean", help = "Delete nothing, say what would go" },
  },
  hints = {
    unauthorized = "log in to the registry with an account that may delete in the repository",
    denied = "check that the account may delete in the repository",
  },
  examples = {
    "delete --tag-only registry.example.com/app:1.0-rc1",
    "delete --dry-run oci:/backup/app:1.0",
  },
}

--- Which tags go with a manifest, and which indexes lack it then; refused unless that is allowed. A list of tags that
--- lacks the tag that was named is not believed. Pure.
---@param tag string|nil that was named
---@param digest string
---@param holders table of a repository's holders()
---@param allowed boolean|nil
---@return table found {shared = other tags of the digest, listed = tags (or digests) of indexes that name it}
function delete.plan(tag, digest, holders, allowed)
  local shared, listed = {}, holders.parents
  for _, one in ipairs(holders.tags) do
    shared[#shared + 1] = one ~= tag and one or nil
  end
  local is_known = not tag or #shared < #holders.tags
  if allowed or is_known and #shared + #listed == 0 then
    return { shared = shared, listed = listed }
  end
  local words = {}
  words[1] = not is_known and ("may be what other tags name, for the list of tags lacks %s itself"):format(tag) or nil
  words[#words + 1] = #shared > 0 and "is also what these tags name: " .. table.concat(shared, ", ") or nil
  words[#words + 1] = #listed > 0 and "is an image of these indexes: " .. table.concat(listed, ", ") or nil
  ---@diagnostic disable-next-line: return-type-mismatch -- fail never returns
  return fail {
    code = "conflict", shared = shared, listed = listed, digest = digest,
    message = ("%s %s"):format(digest, table.concat(words, ", and ")),
    hint = "deleting it would delete or break them too; give option 'shared' when that is meant"
      .. (tag and ", or option 'tag_only' for the tag alone" or ""),
  }
end

--- What was done, with what left the disk of a layout.
local function done_of(at, digest, found, removed)
  local done = {
    reference = at.text, digest = digest, tag = at.tag, shared = found.shared, listed = found.listed, remaining = {},
    tag_only = found.tag_only,
  }
  if removed and removed.manifests then
    done.removed, done.kept = { manifests = removed.manifests, blobs = removed.blobs }, removed.kept
  end
  return done
end

local NO_TAGS = "it deletes no tags: ask its operator, or delete the tag in its own interface"

--- Says what is gone, now that it was looked at again.
local function note_gone(call, at, done)
  local tags, gone = table.move(done.shared, 1, #done.shared, 1, {}), {}
  if done.tag then
    table.insert(tags, 1, done.tag)
  end
  local seen = call:each(tags, function(tag)
    return look_again(call, at.repository, tag, done.digest)
  end)
  for position, tag in ipairs(tags) do
    if seen[position] == "remains" then
      done.remaining[#done.remaining + 1] = tag
    elseif seen[position] == "gone" and tag ~= done.tag then
      gone[#gone + 1] = tag
    end
  end
  done.shared = gone
  if done.tag and done.remaining[1] == done.tag then
    fail {
      code = "registry", remaining = done.remaining,
      message = ("the registry deleted %s, and keeps the tag %s, which still serves it"):format(done.digest, done.tag),
      hint = NO_TAGS,
    }
  end
end

--- Deletes the manifest itself, once it is known which tags go with it.
local function delete_digest(call, at, digest, o)
  local found = delete.plan(at.tag, digest, try(at.repository:holders(digest)), o.shared)
  if o.dry_run then
    return done_of(at, digest, found)
  end
  local done = done_of(at, digest, found, try(at.repository:delete(digest)))
  note_gone(call, at, done)
  return done
end

--- A tag that the registry says to have deleted must be gone.
local function check_deleted(call, at, digest)
  if look_again(call, at.repository, at.tag, digest) == "remains" then
    fail {
      code = "registry", remaining = { at.tag }, hint = NO_TAGS,
      message = ("the registry accepted the deletion of the tag %s, and keeps it"):format(at.tag),
    }
  end
end

--- A tag that the registry did not find when it should delete it must be gone: somebody else may have been quicker.
local function check_gone(at)
  local now = try(digest_at(at.repository, at.tag))
  if now then
    fail {
      code = "unsupported",
      message = ("the registry shows the tag %s, and does not find it to delete it"):format(at.tag),
      hint = "delete its manifest by digest: " .. argument.name_of(at, now --[[@as string]]),
    }
  end
end

--- Whether a digest is all that the tag should name. A registry may name it by another algorithm: one more look tells.
---@param wanted table<any, string?> digests
---@param digest string that the tag names, or what a manifest stands for that an earlier try has left there
local function is_wanted(at, wanted, digest)
  for _, one in pairs(wanted) do
    if one ~= digest and try(digest_at(at.repository, at.tag, one)) ~= one then
      return false
    end
  end
  return true
end

--- Refuses when the tag names another digest than it should.
local function check_digest(at, wanted, digest)
  if not is_wanted(at, wanted, digest) then
    fail {
      code = "conflict", now = digest, message = ("the tag %s names %s now"):format(at.tag, digest),
      hint = "nothing is deleted: look again",
    }
  end
end

--- Deletes a tag alone where the registry deletes by digest only. What an earlier try has left goes by its digest.
---@param answer table of graph/read.lua: what the tag names
local function delete_tag_alone(call, at, wanted, found, answer)
  local before = tag_alone.stands_for(at.tag, answer)
  check_digest(at, wanted, before or answer.digest)
  if before then
    delete_digest(call, at, answer.digest, {})
  else
    tag_alone.delete(call, at.repository, at.tag, answer)
  end
  return done_of(at, before or answer.digest, found)
end

--- Deletes a tag alone where the registry can, else its manifest.
---@param wanted table<any, string?> digests that the tag must name
local function delete_tag(call, at, o, wanted)
  local digest, repository = read.descriptor_of("delete", at).digest, at.repository
  local answer ---@type manifest.Document
  local function document()
    answer = answer or read.document_at("delete", at.ref, repository, at.tag)
    return answer
  end
  if o.tag_only and not is_wanted(at, wanted, digest) then
    digest = tag_alone.stands_for(at.tag, document()) or digest
  end
  check_digest(at, wanted, digest)
  local found = { shared = {}, listed = {}, tag_only = true }
  if o.dry_run then -- what registries can do shows only when they are told to
    return (o.tag_only or repository.can.delete_tag == true) and done_of(at, digest, found)
      or delete_digest(call, at, digest, { dry_run = true, shared = true })
  end
  local removed, refusal = repository:delete(at.tag)
  if removed and not removed.gone then
    check_gone(at)
  elseif not removed and not refusal.digest_alone then
    fail(refusal)
  elseif not removed and o.tag_only then
    return delete_tag_alone(call, at, wanted, found, document())
  elseif not removed then
    return delete_digest(call, at, digest, o)
  elseif repository.can.delete_tag == "try" then
    check_deleted(call, at, digest)
  end
  return done_of(at, digest, found, removed)
end

---@class manifest.DeleteResult
---@field reference string
---@field digest string
---@field tag string?
---@field shared string[] other tags that went with it
---@field remaining string[] tags that the registry keeps, and serves it under
---@field listed string[] tags of indexes that lack it now; in a layout digests of those without a tag
---@field tag_only boolean? only the tag is gone
---@field images string[]? with option 'images': digests of its images that went with it
---@field referrers string[]? with option 'referrers': digests of what referred to what went
---@field removed {manifests: integer, blobs: integer}? files that left the disk, of a layout
---@field kept manifest.Error? why such files were left
---@field dry_run boolean?

---@param call manifest.Call
---@param given string|manifest.Location
---@param o manifest.DeleteOptions
---@return manifest.DeleteResult
function delete.run(call, given, o)
  local _ <close> = failure.about(given)
  if argument.is_bare(given) then -- `latest` is not filled in where things are deleted
    fail {
      code = "invalid_reference", message = "neither a tag nor a digest says what to delete",
      hint = "write REPOSITORY:TAG or REPOSITORY@DIGEST",
    }
  end
  local at = call:open(given, { write = true, delete = true })
  local _ <close> = failure.about(at.text)
  for _, option in ipairs(at.tag and {} or { "tag_only", "if_digest" }) do
    if o[option] then
      fail {
        code = "invalid_argument", message = ("%s has no tag for option '%s'"):format(at.text, option),
        hint = "name the tag, or leave the option out",
      }
    end
  end
  local _ <close> = failure.amend(function(err)
    if err.code == "not_found" and not rawget(err, "hint") then
      fail(argument.in_docker_words(err, "delete", at.ref))
    end
  end)
  local digest = (o.images or o.referrers or not at.tag) and read.descriptor_of("delete", at).digest or nil
  local also = along.look(call, at, digest, o)
  local done = at.tag and delete_tag(call, at, o, { at.digest, o.if_digest, digest })
    or delete_digest(call, at, digest, o)
  along.delete(call, at, done, also, o)
  done.dry_run = o.dry_run
  return done
end

return delete
