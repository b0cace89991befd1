--- delete: takes a tag, or a manifest with all its tags, out of a repository.
--
-- Many registries delete by digest only, and then every tag of that digest goes. That is not done by surprise: when
-- tags that were not named would go too, or an index would lose an image, nothing is deleted, and they are named,
-- unless `shared` says that it is meant.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local failure = require("manifest.base.failure")
local read = require("manifest.graph.read")

local fail, try = failure.fail, failure.try

local delete = declare.verb {
  name = "delete", network = true,
  description = "By tag, the tag alone goes where the registry can do that; else the manifest goes, and with it every "
    .. "tag that names it. Other tags are deleted, and indexes left without the image, only with --shared. Of a "
    .. "layout, blobs that nothing names any more leave the disk, too.",
  arguments = { { "ref", "location", help = "A tag or a digest" } },
  options = {
    shared = { "boolean", help = "Also when other tags name the digest, or an index does" },
    dry_run = { "boolean", help = "Delete nothing, say what would go" },
  },
  hints = {
    unauthorized = "log in to the registry with an account that may delete in the repository",
    denied = "check that the account may delete in the repository",
  },
  examples = {
    "delete registry.example.com/app:1.0-rc1",
    "delete --dry-run oci:/backup/app:1.0",
  },
}

--- Which tags go with a manifest, and which indexes lack it then; refused unless that is allowed. Pure.
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
  if allowed or #shared + #listed == 0 then
    return { shared = shared, listed = listed }
  end
  local words = {}
  words[1] = #shared > 0 and "is also what these tags name: " .. table.concat(shared, ", ") or nil
  words[#words + 1] = #listed > 0 and "is an image of these indexes: " .. table.concat(listed, ", ") or nil
  fail {
    code = "conflict", shared = shared, listed = listed, digest = digest,
    message = ("%s %s"):format(digest, table.concat(words, ", and ")),
    hint = "deleting it would delete or break them too; give option 'shared' when that is meant",
  }
end

--- What was done, with what left the disk of a layout.
local function done_of(at, digest, found, removed)
  local done = {
    reference = at.text, digest = digest, tag = at.tag, shared = found.shared, listed = found.listed,
    tag_only = found.tag_only,
  }
  if type(removed) == "table" then
    done.removed, done.kept = { manifests = removed.manifests, blobs = removed.blobs }, removed.kept
  end
  return done
end

--- Deletes the manifest itself, once it is known which tags go with it.
local function delete_digest(at, digest, o)
  local found = delete.plan(at.tag, digest, try(at.repository:holders(digest)), o.shared)
  return done_of(at, digest, found, not o.dry_run and try(at.repository:delete(digest)))
end

--- Deletes a tag alone where the registry can, else its manifest.
local function delete_tag(at, o)
  local digest, repository = try(read.descriptor_of("delete", at)).digest, at.repository
  if at.digest and at.digest ~= digest then
    fail {
      code = "conflict", message = ("the tag %s names %s now"):format(at.tag, digest),
      hint = "nothing is deleted: look again",
    }
  end
  local found = { shared = {}, listed = {}, tag_only = true }
  if o.dry_run then -- what registries can do shows only when they are told to
    return repository.can.delete_tag == true and done_of(at, digest, found)
      or delete_digest(at, digest, { dry_run = true, shared = true })
  end
  local removed, refusal = repository:delete(at.tag)
  if removed then
    return done_of(at, digest, found, removed)
  end
  -- 400: docker's registry, that knows digests only. False: it says that the tag it has just shown is gone.
  if removed == nil and refusal.code ~= "unsupported" and refusal.status ~= 400 then
    fail(refusal)
  end
  return delete_digest(at, digest, o)
end

---@class manifest.DeleteResult
---@field reference string
---@field digest string
---@field tag string?
---@field shared string[] other tags that went with it
---@field listed string[] tags of indexes that lack it now; in a layout digests of those without a tag
---@field tag_only boolean? only the tag is gone
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
  local _ <close> = failure.amend(function(err)
    if err.code == "not_found" and not rawget(err, "hint") then
      fail(argument.in_docker_words(err, "delete", at.ref))
    end
  end)
  local done
  if at.tag then
    done = delete_tag(at, o)
  else
    done = delete_digest(at, try(read.descriptor_of("delete", at)).digest, o)
  end
  done.dry_run = o.dry_run
  return done
end

return delete
