--- push: puts a local list, and the images of other repositories that it names, into its repository.
--
-- Everything that can be known without the registry is checked before the first byte is sent. Then all blobs are
-- mounted at once, all manifests put at once, and the list last, so the tag never names what is not there.

local argument = require("manifest.declare.argument")
local declare = require("manifest.declare")
local digest = require("manifest.name.digest")
local failure = require("manifest.base.failure")
local image = require("manifest.document.image")
local interface = require("manifest.repository.interface")
local local_list = require("manifest.graph.local_list")
local transfer = require("manifest.graph.transfer")

local about, allow, amend, fail, try = failure.about, failure.allow, failure.amend, failure.fail, failure.try

local push = declare.verb {
  name = "push", network = true, json = false,
  arguments = { { "list", "reference", value = "MANIFEST_LIST", help = "The local list" } },
  options = { purge = { "boolean", short = "p", help = "Remove the local manifest list after push" } },
  hints = {
    not_found = "there is no local list of that name: begin one with 'manifest create'",
    unauthorized = "log in to the registry with an account that may push to the repository",
    denied = "check that the account may push to the repository, and read the repositories of the images",
  },
  examples = { "push registry.example.com/app:1.0", "push --purge registry.example.com/app:1.0" },
}

local function refuse_size(what, raw)
  fail { code = "too_large", message = ("%s has %d bytes, more than registries take"):format(what, #raw) }
end

--- Adds the blobs of an entry to those to mount. docker goes on without any blob of a Windows image.
local function add_mounts(mounts, entry, read)
  for _, blob in ipairs(image.blobs(read)) do
    local mount = transfer.add_blob(mounts, blob, blob.foreign or entry.platform.os == "windows")
    mount.from[#mount.from + 1] = entry.ref
  end
end

local function plan_entry(plan, mounts, entry, most)
  if #entry.raw > most then
    refuse_size("the manifest of " .. tostring(entry.ref), entry.raw)
  end
  local _ <close> = amend(function(err)
    err.message = ("the stored manifest of %s cannot be used: %s"):format(tostring(entry.ref), err.message)
  end)
  add_mounts(mounts, entry, try(image.read(entry.raw, entry.media_type)))
  plan.puts[#plan.puts + 1] = { digest = entry.digest, raw = entry.raw, media_type = entry.media_type }
end

--- What a push sends. Pure.
---@param target table reference
---@param entries table[] of the local list, in order
---@param most integer|nil bytes of one manifest; default what registries take
---@return table plan {list = {raw, media_type, digest}, mounts = {{digest, size, from = refs, optional}}, puts =
--- {{digest, raw, media_type}}, refs = of the entries}
function push.plan(target, entries, most)
  most = most or interface.MANIFEST_LIMIT
  if #entries == 0 then
    fail {
      code = "not_found", message = tostring(target) .. " not found", hint = "add an image: 'manifest create --amend'",
    }
  end
  local mounts = transfer.blobs()
  local plan = { mounts = mounts.list, puts = {}, refs = {} }
  local_list.check(entries, target)
  for index, entry in ipairs(entries) do
    plan.refs[index] = entry.ref
    if entry.ref.repository ~= target.repository then
      plan_entry(plan, mounts, entry, most)
    end
  end
  local raw, media_type = local_list.of(entries)
  if #raw > most then
    refuse_size("the list", raw)
  end
  plan.list = { raw = raw, media_type = media_type, digest = digest.of(raw) }
  return plan
end

--- Mounts all blobs, from the repositories that the images are in.
local function mount_blobs(call, target, repository, mounts)
  local opened = {}
  for _, mount in ipairs(mounts) do
    for position, ref in ipairs(mount.from) do
      opened[ref.repository] = opened[ref.repository] or call:repository(ref, { actions = "pull" })
      mount.from[position] = opened[ref.repository]
    end
  end
  transfer.bring_all(call, repository, mounts, function(mount, message)
    return ("failed to mount blob %s@%s to %s: %s"):format(mount.from[1].identity, mount.digest, tostring(target),
      message)
  end)
end

--- The images to put, each digest once, and where each of them stands among these.
local function different_puts(puts)
  local different, position_of = {}, {}
  for _, put in ipairs(puts) do
    if not position_of[put.digest] then
      different[#different + 1] = put
      position_of[put.digest] = #different
    end
  end
  return different, position_of
end

--- Puts the images. Those before the first failure, in order, are noted in `pushed`, as docker would have put them.
local function put_images(call, repository, target, puts, pushed)
  local different, position_of = different_puts(puts)
  local done, errors = call:collect(different, function(put)
    return repository:put_manifest(put.digest, put)
  end)
  for index, put in ipairs(puts) do
    local position = position_of[put.digest]
    if errors[position] then
      local _ <close> = amend(function(err)
        err.message = ("failed to put manifest %s@%s: %s"):format(target.repository, put.digest, err.message)
      end)
      fail(errors[position])
    end
    pushed[index] = { reference = ("%s@%s"):format(target.repository, put.digest), digest = done[position].digest }
  end
end

local function put_list(repository, target, list)
  local _ <close> = amend(function(err)
    err.message = ("failed to put manifest %s: %s"):format(tostring(target), err.message)
  end)
  return try(repository:put_manifest(target.tag or list.digest, list)).digest
end

---@class manifest.PushResult
---@field reference string
---@field digest string of the list
---@field size integer bytes
---@field media_type string
---@field pushed {reference: string, digest: string}[] the images that were put

--- A failure has `pushed`, the images that were put before it, and `digest` once the list is there.
---@param call manifest.Call
---@param list string|manifest.Reference
---@param o manifest.PushOptions
---@return manifest.PushResult
function push.run(call, list, o)
  local target = try(argument.parse("push", list))
  local _ <close> = about(target)
  local plan = push.plan(target, try(call.store:list(target)), call.options.manifest_limit)
  local done = {
    reference = tostring(target), size = #plan.list.raw, media_type = plan.list.media_type, pushed = {},
  }
  local repository = call:repository(target, { actions = "pull,push", also = plan.refs })
  mount_blobs(call, target, repository, plan.mounts)
  local _ <close> = amend(function(err)
    err:with({ pushed = done.pushed, digest = done.digest })
  end)
  put_images(call, repository, target, plan.puts, done.pushed)
  done.digest = put_list(repository, target, plan.list)
  if o.purge then
    allow("not_found", call.store:remove(target)) -- somebody else's push may have been the first to remove it
  end
  return done
end

return push
